import { loadPackage } from "../../base/node/load.ts";

/** Tells whether a text matches a Go regular expression anywhere; linear in the text. */
export type Pattern = (text: string) => boolean;

/** Compiles a Go regular expression; gives the reason as a string when it does not parse. */
export function tryParseRegex(source: string): Pattern | string {
  const { RE2JS } = loadPackage<typeof import("re2js")>("re2js");
  try {
    const re = RE2JS.compile(source);
    return (text) => re.matcher(text).find();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
