import { execFailure, GoError, parseFailure, TemplateError } from "./errors.ts";
import type { Functions, GoFunction } from "./functions/function.ts";
import { createFunctions } from "./functions/index.ts";
import { defaultLimits, type Limits, underLimits } from "./limits.ts";
import { cleaned } from "./clean.ts";
import { parseTemplate } from "./parser.ts";
import { ParseError } from "./token-reader.ts";
import { quote } from "./quote.ts";
import { Frame, isStackEnd, type MissingKey, newRun, type Run, type RunOptions } from "./run.ts";
import { Program, Scope } from "./scope.ts";

export { LookupPending, TemplateError, type TemplateErrorCode } from "./errors.ts";
export { decodeBase64 } from "./functions/encoding.ts";
export { decodeJson } from "./functions/json.ts";
export { define, defineVariadic, type GoFunction } from "./functions/function.ts";
export { defaultLimits, type Limits } from "./limits.ts";
export { beginWork } from "./run.ts";
export type { Lookup, MissingKey, RunOptions, WarnedAbout, Work } from "./run.ts";
export { fromBytes, toBytes } from "./text.ts";
export {
  type GoType,
  GoStruct,
  goStruct,
  int,
  Integer,
  type Method,
  nilStringMap,
  typeName,
  withType,
} from "./value.ts";

/** A template text under its name. */
export interface TemplateSource {
  readonly name: string;
  readonly text: string;
}

export interface CompileOptions {
  /** Functions besides, or instead of, those of text/template, Sprig and Helm. */
  readonly functions?: Readonly<Record<string, GoFunction>>;
  /** Helm's own choice, and the default, is `zero`; its strict mode (`lint --strict`) is `error`. */
  readonly missingKey?: MissingKey;
  readonly limits?: Partial<Limits>;
}

/** Compiled templates that can include each other. Immutable: it may be kept and rendered any number of times. */
export interface TemplateSet {
  /** The names that are defined: those of the sources and of every `define` in them. */
  has(name: string): boolean;
  /**
   * Runs a template on data, which it may change (`set`, `merge`): pass a copy where that matters.
   * Throws TemplateError with helm's text; LookupPending goes through as it is.
   */
  render(name: string, data: unknown, options?: RunOptions): string;
}

/**
 * Parses sources in the given order: a later definition of a name replaces an earlier one, unless it is empty.
 * Throws TemplateError with helm's text for what does not parse.
 */
export function compile(sources: readonly TemplateSource[], options: CompileOptions = {}): TemplateSet {
  const functions: Functions = createFunctions(options.functions);
  const scope = new Scope();
  const isFunction = (name: string): boolean => functions.has(name);
  for (const source of sources) {
    for (const definition of parseSource(source, isFunction)) scope.add(new Program(definition, functions));
  }
  const missingKey = options.missingKey ?? "zero";
  return {
    has: (name) => scope.lookup(name) !== undefined,
    render(name, data, runOptions = {}) {
      const limits = { ...defaultLimits, ...options.limits, ...runOptions.limits };
      const run = newRun(runOptions, limits, missingKey);
      try {
        return underLimits(limits, run.began, () => execute(name, data, { run, scope }));
      } finally {
        if (runOptions.work !== undefined) runOptions.work.steps = run.steps;
      }
    },
  };
}

function parseSource(source: TemplateSource, isFunction: (name: string) => boolean): ReturnType<typeof parseTemplate> {
  try {
    return parseTemplate(source, isFunction);
  } catch (error) {
    if (error instanceof ParseError) throw parseFailure(error.message, error.location);
    throw error;
  }
}

function execute(name: string, data: unknown, { run, scope }: { readonly run: Run; readonly scope: Scope }): string {
  const program = scope.lookup(name);
  if (program === undefined) {
    throw new TemplateError("exec", `template: no template ${quote(name)} associated with template "gotpl"`);
  }
  const body = program.step;
  const dot = data ?? undefined;
  const frame = new Frame(run, scope, program, { data: dot, depth: 0 });
  try {
    body(frame, dot);
  } catch (error) {
    if (error instanceof GoError) throw execFailure(error, name);
    if (isStackEnd(error)) {
      const text = "rendering template failed: templates are nested too deeply";
      throw new TemplateError("limit", text, { template: name, line: 0 }, { cause: error });
    }
    throw error;
  }
  // helm: engine.render erases "<no value>"; so do we.
  return program.watches && !frame.needsCleaning ? frame.output : cleaned(frame.output);
}
