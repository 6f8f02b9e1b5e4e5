import { compileBody, type Step } from "./compile.ts";
import type { Functions } from "./functions/function.ts";
import { type Definition, isEmptyBody } from "./nodes.ts";

/** A definition and, once it has run, its compiled form. */
export class Program {
  readonly name: string;
  readonly isEmpty: boolean;
  /** Whether the compiled body watches whether its output needs cleaning. */
  watches = false;
  readonly #definition: Definition;
  readonly #functions: Functions;
  #step: Step | undefined;

  constructor(definition: Definition, functions: Functions) {
    this.name = definition.name;
    this.isEmpty = isEmptyBody(definition.body);
    this.#definition = definition;
    this.#functions = functions;
  }

  /** The compiled body. Most definitions of a library chart never run, so this waits until it is asked for. */
  get step(): Step {
    if (this.#step === undefined) {
      const compiled = compileBody(this.#definition.body, this.#functions);
      this.watches = compiled.watches;
      this.#step = compiled.step;
    }
    return this.#step;
  }
}

/** The templates that can see each other: those of a set, or of a `tpl` text on top of those around it. */
export class Scope {
  readonly #programs = new Map<string, Program>();
  readonly #outer: Scope | undefined;

  constructor(outer?: Scope) {
    this.#outer = outer;
  }

  lookup(name: string): Program | undefined {
    return this.#programs.get(name) ?? this.#outer?.lookup(name);
  }

  /** text/template: a later definition replaces an earlier one, unless it is empty. */
  add(program: Program): void {
    if (program.isEmpty && this.lookup(program.name) !== undefined) return;
    this.#programs.set(program.name, program);
  }
}
