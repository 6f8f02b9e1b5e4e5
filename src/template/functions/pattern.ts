import type { RE2JS } from "re2js";
import { GoError, limitError } from "../errors.ts";
import { checkLength, checkListLength, checkTime, limitsInForce } from "../limits.ts";
import { compileRegex } from "../../base/node/regex.ts";
import { quote } from "../quote.ts";

/** A compiled regular expression of RE2's syntax, matched in linear time. */
export interface Pattern {
  readonly source: string;
  readonly compiled: RE2JS;
}

/** One match: where it is, and its groups. */
export interface Match {
  readonly start: number;
  readonly end: number;
  group(index: number): string;
  named(name: string): string;
  readonly groups: number;
}

const loneSurrogate = /\p{Cs}/u;

const cache = new Map<string, Pattern>();
const cacheSize = 500;

/** regexp.Compile; throws GoError with Go's text. */
export function compilePattern(source: string): Pattern {
  const known = cache.get(source);
  if (known !== undefined) return known;
  if (source.length > limitsInForce().patternLength) {
    throw limitError(`regular expression is longer than ${limitsInForce().patternLength} characters`);
  }
  if (!source.isWellFormed()) {
    // regexp names what is left from the first bad byte on.
    const rest = source.slice(source.search(loneSurrogate));
    throw new GoError(`error parsing regexp: invalid UTF-8: \`${rest}\``);
  }
  let pattern: Pattern;
  try {
    pattern = { source, compiled: compileRegex(source) };
  } catch (error) {
    throw new GoError(error instanceof Error ? error.message : String(error));
  }
  if (cache.size >= cacheSize) cache.delete(cache.keys().next().value ?? "");
  cache.set(source, pattern);
  return pattern;
}

/** regexp.MustCompile: its panic says which pattern it was. */
export function mustCompilePattern(source: string): Pattern {
  try {
    return compilePattern(source);
  } catch (error) {
    if (!(error instanceof GoError)) throw error;
    const shown =
      !source.isWellFormed() || source.includes("`") || /[\x00-\x08\x0a-\x1f\x7f\ufeff]/.test(source)
        ? quote(source)
        : `\`${source}\``;
    throw new GoError(`regexp: Compile(${shown}): ${error.message}`, { limit: error.limit });
  }
}

/** The first match at or after a position. */
export function matchFrom({ compiled }: Pattern, text: string, position: number): Match | undefined {
  checkTime();
  checkWork(compiled, text.length - position);
  const matcher = compiled.matcher(text);
  if (!matcher.find(position)) return undefined;
  return {
    start: matcher.start(),
    end: matcher.end(),
    group: (index) => matcher.group(index) ?? "",
    named: (name) => {
      const index = compiled.namedGroups()[name];
      return index === undefined ? "" : (matcher.group(index) ?? "");
    },
    groups: matcher.groupCount(),
  };
}

// A match takes at most the size of the compiled pattern times the length of the text, and cannot be stopped.
function checkWork(compiled: RE2JS, length: number): void {
  const { patternWork } = limitsInForce();
  if (compiled.programSize() * length > patternWork)
    throw limitError(`regular expression takes more than ${patternWork} steps on this text`);
}

function runeWidth(text: string, at: number): number {
  if (at >= text.length) return 0;
  return (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
}

/** Up to `count` matches that follow each other, as Go's FindAll finds them; negative means all. */
export function allMatches(pattern: Pattern, text: string, count: number): Match[] {
  const wanted = count < 0 ? text.length + 1 : count;
  const matches: Match[] = [];
  let position = 0;
  let previousEnd = -1;
  while (matches.length < wanted && position <= text.length) {
    const match = matchFrom(pattern, text, position);
    if (match === undefined) break;
    let accept = true;
    if (match.end === position) {
      // No empty match right after another match.
      if (match.start === previousEnd) accept = false;
      const width = runeWidth(text, position);
      position = width > 0 ? position + width : text.length + 1;
    } else position = match.end;
    previousEnd = match.end;
    if (accept) matches.push(match);
    checkListLength(matches.length);
  }
  return matches;
}

/** Go's ReplaceAllStringFunc over matches. */
export function replaceMatches(pattern: Pattern, text: string, replacement: (match: Match) => string): string {
  let out = "";
  let lastEnd = 0;
  let position = 0;
  while (position <= text.length) {
    const match = matchFrom(pattern, text, position);
    if (match === undefined) break;
    out += text.slice(lastEnd, match.start);
    if (match.end > lastEnd || match.start === 0) out += replacement(match);
    checkLength(out.length);
    lastEnd = match.end;
    const width = runeWidth(text, position);
    if (position + width > match.end) position += width;
    else if (position + 1 > match.end) position += 1;
    else position = match.end;
  }
  return out + text.slice(lastEnd);
}

/** Go's Expand: `$1`, `$name`, `${name}` and `$$`. */
export function expand(template: string, match: Match): string {
  let out = "";
  let rest = template;
  for (let at = rest.indexOf("$"); at >= 0; at = rest.indexOf("$")) {
    out += rest.slice(0, at);
    rest = rest.slice(at);
    if (rest.startsWith("$$")) {
      out += "$";
      rest = rest.slice(2);
      continue;
    }
    const reference = /^\$(?:\{([\p{L}\p{Nd}_]+)\}|([\p{L}\p{Nd}_]+))/u.exec(rest);
    if (reference === null) {
      out += "$";
      rest = rest.slice(1);
      continue;
    }
    rest = rest.slice(reference[0].length);
    const name = reference[1] ?? reference[2] ?? "";
    if (/^\d{1,8}$/.test(name)) {
      const index = Number(name);
      if (index <= match.groups) out += match.group(index);
    } else out += match.named(name);
  }
  return out + rest;
}
