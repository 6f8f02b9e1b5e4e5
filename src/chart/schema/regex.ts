import { compileRegex } from "../../base/node/regex.ts";

/** Tells whether a text matches a Go regular expression anywhere; linear in the text. */
export type Pattern = (text: string) => boolean;

/** Compiles a Go regular expression; gives the reason as a string when it does not parse. */
export function tryParseRegex(source: string): Pattern | string {
  try {
    const re = compileRegex(source);
    return (text) => re.matcher(text).find();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
