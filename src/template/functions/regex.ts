import { GoError } from "../errors.ts";
import { nilStrings, strings } from "../value.ts";
import { define, type GoFunction } from "./function.ts";
import {
  allMatches,
  compilePattern,
  expand,
  matchFrom,
  mustCompilePattern,
  type Pattern,
  replaceMatches,
} from "./pattern.ts";

type Compile = (source: string) => Pattern;

/** Sprig's functions on regular expressions. A bad pattern is a panic in the plain ones and an error in the `must…` ones. */
export const regexFunctions: Readonly<Record<string, GoFunction>> = {
  regexMatch: define(["string", "string"], (pattern, text) => {
    try {
      return matches(compilePattern(pattern), text);
    } catch (error) {
      if (error instanceof GoError && !error.limit) return false;
      throw error;
    }
  }),
  mustRegexMatch: define(["string", "string"], (pattern, text) => matches(compilePattern(pattern), text)),
  regexFind: find(mustCompilePattern),
  mustRegexFind: find(compilePattern),
  regexFindAll: findAll(mustCompilePattern),
  mustRegexFindAll: findAll(compilePattern),
  regexReplaceAll: replace(mustCompilePattern),
  mustRegexReplaceAll: replace(compilePattern),
  regexReplaceAllLiteral: replaceLiteral(mustCompilePattern),
  mustRegexReplaceAllLiteral: replaceLiteral(compilePattern),
  regexSplit: split(mustCompilePattern),
  mustRegexSplit: split(compilePattern),
  regexQuoteMeta: define(["string"], (text) => text.replace(/[\\.+*?()|[\]{}^$]/g, "\\$&")),
};

function matches(pattern: Pattern, text: string): boolean {
  return matchFrom(pattern, text, 0) !== undefined;
}

function find(compile: Compile): GoFunction {
  return define(["string", "string"], (pattern, text) => {
    const match = matchFrom(compile(pattern), text, 0);
    return match === undefined ? "" : text.slice(match.start, match.end);
  });
}

function findAll(compile: Compile): GoFunction {
  return define(["string", "string", "int"], (pattern, text, count) => {
    const found = allMatches(compile(pattern), text, count);
    return found.length === 0 ? nilStrings : strings(found.map((match) => text.slice(match.start, match.end)));
  });
}

function replace(compile: Compile): GoFunction {
  return define(["string", "string", "string"], (pattern, text, replacement) => {
    return replaceMatches(compile(pattern), text, (match) => expand(replacement, match));
  });
}

function replaceLiteral(compile: Compile): GoFunction {
  return define(["string", "string", "string"], (pattern, text, replacement) => {
    return replaceMatches(compile(pattern), text, () => replacement);
  });
}

function split(compile: Compile): GoFunction {
  return define(["string", "string", "int"], (pattern, text, count) => {
    const compiled = compile(pattern);
    if (count === 0) return nilStrings;
    if (pattern !== "" && text === "") return strings([""]);
    const parts: string[] = [];
    let begin = 0;
    let end = 0;
    for (const match of allMatches(compiled, text, count)) {
      if (count > 0 && parts.length === count - 1) break;
      end = match.start;
      if (match.end !== 0) parts.push(text.slice(begin, end));
      begin = match.end;
    }
    if (end !== text.length) parts.push(text.slice(begin));
    return strings(parts);
  });
}
