import { RE2JS } from "re2js";

/** A pattern of a schema, compiled; `problem` is set where RE2 does not accept it. */
export type Pattern = { readonly matches: (text: string) => boolean } | { readonly problem: string };

const compiled = new Map<string, Pattern>();
const mostKept = 1000;

/** Compiles a pattern with RE2's syntax and its linear time; patterns come from anybody's CRD. The last thousand are kept. */
export function compilePattern(pattern: string): Pattern {
  const known = compiled.get(pattern);
  if (known !== undefined) return known;
  if (compiled.size >= mostKept) compiled.clear();
  const made = compile(pattern);
  compiled.set(pattern, made);
  return made;
}

function compile(pattern: string): Pattern {
  try {
    const expression = RE2JS.compile(pattern);
    return { matches: (text) => expression.matcher(text).find() };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}
