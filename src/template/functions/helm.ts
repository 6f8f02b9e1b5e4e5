import { GoError, warn } from "../errors.ts";
import { withoutNoValue } from "../clean.ts";
import { parseTemplate } from "../parser.ts";
import { quote } from "../quote.ts";
import { Frame, isStackEnd, step } from "../run.ts";
import { Program, Scope } from "../scope.ts";
import { newMap } from "../value.ts";
import { define, defineContextual, type Functions, type GoFunction } from "./function.ts";

/** The functions that run templates, stop them, or ask the cluster: what helm's engine adds to those of Sprig. */
export function helmFunctions(functions: () => Functions): Readonly<Record<string, GoFunction>> {
  const texts = createTextCache(functions);
  return {
    include: defineContextual(["string", "any"], include),
    tpl: defineContextual(["string", "any"], (frame, text, data) => {
      // Most texts that go through tpl hold no action.
      if (!text.includes("{{")) return withoutNoValue(text);
      return runText(frame, { text, data, programs: texts(text) });
    }),
    required: defineContextual(["string", "any"], (frame, message, value) => {
      if (value !== null && value !== "") return value;
      const { options } = frame.run;
      if (options.lint !== true) throw warn(message);
      options.warn?.(message, value === null ? "missing required value" : "missing required values");
      return "";
    }),
    fail: defineContextual(["string"], (frame, message) => {
      const { options } = frame.run;
      if (options.lint !== true) throw warn(message);
      options.warn?.(message, "funcMap fail");
      return "";
    }),
    lookup: defineContextual(["string", "string", "string", "string"], (frame, apiVersion, kind, namespace, name) => {
      const { options } = frame.run;
      if (options.lint === true || options.lookup === undefined) return newMap();
      return options.lookup(apiVersion, kind, namespace, name);
    }),
    getHostByName: defineContextual(["string"], (frame, name) => frame.run.options.getHostByName?.(name) ?? ""),
    hello: define([], () => "Hello!"),
  };
}

/** Runs a named template and gives its output; helm counts how deep each name is nested. */
function include(frame: Frame, name: string, data: unknown): string {
  const { run, scope } = frame;
  const nesting = run.includes.get(name) ?? 0;
  if (nesting > run.limits.includeDepth) throw nestedReference(name);
  const program = scope.lookup(name);
  if (program === undefined) throw new GoError(`template: no template ${quote(name)} associated with template "gotpl"`);
  step(frame);
  run.includes.set(name, nesting + 1);
  const dot = data ?? undefined;
  const body = program.step;
  const inner = new Frame(run, scope, program, { data: dot, depth: 0 });
  try {
    body(inner, dot);
  } catch (error) {
    // JavaScript's stack ends before helm's count does, for templates that include each other without end.
    if (isStackEnd(error)) throw nestedReference(name);
    throw error;
  }
  run.includes.set(name, nesting);
  return inner.output;
}

function nestedReference(name: string): GoError {
  const cause = new GoError("unable to execute template", { limit: true });
  return new GoError(`rendering template has a nested reference name: ${name}: unable to execute template`, { cause });
}

// Go runs out of memory here; there is no text of helm's to keep to.
function nestedText(): GoError {
  return new GoError("tpl texts are nested too deeply", { limit: true });
}

interface Text {
  readonly text: string;
  readonly data: unknown;
  readonly programs: readonly Program[] | GoError;
}

// A tpl text sees the templates around it; what it defines is seen only from within.
function runText(frame: Frame, { text, data, programs }: Text): string {
  if (programs instanceof GoError) {
    throw new GoError(`cannot parse template ${quote(text)}: ${programs.message}`, { cause: programs });
  }
  step(frame);
  const scope = new Scope(frame.scope);
  for (const program of programs) scope.add(program);
  const own = programs.at(-1);
  if (own === undefined) return "";
  const dot = data ?? undefined;
  const body = own.step;
  const inner = new Frame(frame.run, scope, own, { data: dot, depth: 0 });
  try {
    body(inner, dot);
  } catch (error) {
    if (isStackEnd(error)) throw nestedText();
    if (!(error instanceof GoError)) throw error;
    throw new GoError(`error during tpl function execution for ${quote(text)}: ${error.message}`, { cause: error });
  }
  return withoutNoValue(inner.output);
}

const cachedTexts = 1000;
const cachedTextLength = 64 * 1024;

// The parsed texts of tpl: charts put the same few through it in every render.
function createTextCache(functions: () => Functions): (text: string) => readonly Program[] | GoError {
  const cache = new Map<string, readonly Program[] | GoError>();
  return (text) => {
    const known = cache.get(text);
    if (known !== undefined) return known;
    const parsed = parseText(text, functions());
    if (text.length <= cachedTextLength) {
      if (cache.size >= cachedTexts) cache.delete(cache.keys().next().value ?? "");
      cache.set(text, parsed);
    }
    return parsed;
  };
}

function parseText(text: string, functions: Functions): readonly Program[] | GoError {
  try {
    const definitions = parseTemplate({ name: "gotpl", text }, (name) => functions.has(name));
    return definitions.map((definition) => new Program(definition, functions));
  } catch (error) {
    if (error instanceof GoError) return error;
    throw error;
  }
}
