import type { RE2JS } from "re2js";
import { loadPackage } from "./load.ts";

/** Compiles a regular expression of Go's syntax, which matches in linear time. Throws Error with the text of Go's regexp. */
export function compileRegex(source: string): RE2JS {
  const { RE2JS: compiler } = loadPackage<typeof import("re2js")>("re2js");
  try {
    return compiler.compile(source);
  } catch (error) {
    // Go names the part that is wrong, here too, where it is empty.
    if (error instanceof Error && error.message.endsWith(unfinished))
      throw new Error(`${error.message}: \`\``, { cause: error });
    throw error;
  }
}

const unfinished = "trailing backslash at end of expression";
