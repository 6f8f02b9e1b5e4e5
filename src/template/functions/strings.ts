import { toText } from "../cast.ts";
import { GoError } from "../errors.ts";
import { checkLength, checkListLength, limitsInForce } from "../limits.ts";
import { sprintf } from "../printf.ts";
import { quote } from "../quote.ts";
import { byteLength, isAscii, runes, sliceBytes, toBytes } from "../text.ts";
import { isSpaceCode, isSpaceRune, toLowerRune, toLowerText, toTitleText, toUpperText } from "./letters.ts";
import { camelCase, swapCase, wordsToLower } from "./cases.ts";
import { abbreviate, wrap } from "./wrap.ts";
import { define, defineVariadic, type GoFunction } from "./function.ts";
import { setKey, newMap, stringMap, strings, withType, type GoMap } from "../value.ts";

/** Sprig's functions on strings. */
export const stringFunctions: Readonly<Record<string, GoFunction>> = {
  abbrev: define(["int", "string"], (width, text) => (width < 4 ? text : abbreviate(text, 0, width))),
  abbrevboth: define(["int", "int", "string"], (left, right, text) => {
    return right < 4 || (left > 0 && right < 7) ? text : abbreviate(text, left, right);
  }),
  trunc: define(["int", "string"], trunc),
  trim: define(["string"], trimSpace),
  upper: define(["string"], toUpperText),
  lower: define(["string"], toLowerText),
  title: define(["string"], toTitleText),
  untitle: define(["string"], (text) => perWord(text.toWellFormed(), toLowerRune)),
  substr: define(["int", "int", "string"], substring),
  repeat: define(["int", "string"], repeat),
  trimall: define(["string", "string"], (cutset, text) => trimAll(text, cutset)),
  trimAll: define(["string", "string"], (cutset, text) => trimAll(text, cutset)),
  trimSuffix: define(["string", "string"], (suffix, text) => {
    return suffix !== "" && text.endsWith(suffix) ? text.slice(0, -suffix.length) : text;
  }),
  trimPrefix: define(["string", "string"], (prefix, text) =>
    text.startsWith(prefix) ? text.slice(prefix.length) : text,
  ),
  nospace: define(["string"], withoutSpace),
  initials: define(["string"], initials),
  swapcase: define(["string"], (text) => swapCase(text.toWellFormed())),
  snakecase: define(["string"], (text) => wordsToLower(text, "_")),
  camelcase: define(["string"], (text) => camelCase(text.toWellFormed())),
  kebabcase: define(["string"], (text) => wordsToLower(text, "-")),
  wrap: define(["int", "string"], (width, text) => wrap(text, { width, newline: "", breakWords: false })),
  wrapWith: define(["int", "string", "string"], (width, newline, text) =>
    wrap(text, { width, newline, breakWords: true }),
  ),
  contains: define(["string", "string"], (part, text) => text.includes(part)),
  hasPrefix: define(["string", "string"], (prefix, text) => text.startsWith(prefix)),
  hasSuffix: define(["string", "string"], (suffix, text) => text.endsWith(suffix)),
  quote: defineVariadic([], "any", (...values) =>
    withoutNil(values)
      .map((value) => quote(toText(value)))
      .join(" "),
  ),
  squote: defineVariadic([], "any", (...values) =>
    withoutNil(values)
      .map((value) => `'${sprintf("%v", [value])}'`)
      .join(" "),
  ),
  cat: defineVariadic([], "any", (...values) => {
    const kept = withoutNil(values);
    return sprintf(kept.map(() => "%v").join(" "), kept);
  }),
  indent: define(["int", "string"], indent),
  nindent: define(["int", "string"], (spaces, text) => `\n${indent(spaces, text)}`),
  replace: define(["string", "string", "string"], replaceAll),
  plural: define(["string", "string", "int"], (one, many, count) => (count === 1 ? one : many)),
  toString: define(["any"], toText),
  split: define(["string", "string"], (separator, text) => numbered(splitText(text, separator))),
  splitList: define(["string", "string"], (separator, text) => strings(splitText(text, separator))),
  splitn: define(["string", "int", "string"], (separator, count, text) => numbered(splitText(text, separator, count))),
};

function withoutNil(values: readonly unknown[]): unknown[] {
  return values.filter((value) => value !== null);
}

function trunc(length: number, text: string): string {
  const size = byteLength(text);
  if (length < 0 && size + length > 0) return sliceBytes(text, size + length, size);
  return length >= 0 && size > length ? sliceBytes(text, 0, length) : text;
}

function substring(start: number, end: number, text: string): string {
  const size = byteLength(text);
  const [from, to] = start < 0 ? [0, end] : end < 0 || end > size ? [start, size] : [start, end];
  if (to < 0) throw new GoError(`runtime error: slice bounds out of range [:${to}]`);
  if (to > size) throw new GoError(`runtime error: slice bounds out of range [:${to}] with length ${size}`);
  if (from > to) throw new GoError(`runtime error: slice bounds out of range [${from}:${to}]`);
  return sliceBytes(text, from, to);
}

function repeat(count: number, text: string): string {
  if (count < 0) throw new GoError("strings: negative Repeat count");
  checkLength(text.length * count);
  return text.repeat(count);
}

/** strings.TrimSpace. */
export function trimSpace(text: string): string {
  // JavaScript's own trim also takes U+FEFF and leaves U+0085.
  let start = 0;
  let end = text.length;
  while (start < end && isSpaceCode(text.charCodeAt(start))) start += 1;
  while (end > start && isSpaceCode(text.charCodeAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

function trimAll(text: string, cutset: string): string {
  const cut = new Set(runes(cutset));
  const parts = runes(text);
  let start = 0;
  let end = parts.length;
  while (start < end && cut.has(parts[start] ?? "")) start += 1;
  while (end > start && cut.has(parts[end - 1] ?? "")) end -= 1;
  return parts.slice(start, end).join("");
}

// goutils looks at bytes, so what is not ASCII comes out as one character for each byte.
function withoutSpace(text: string): string {
  if (isAscii(text)) return text.replace(/[\t\n\v\f\r ]+/g, "");
  const bytes = Array.from(toBytes(text), (byte) => String.fromCharCode(byte));
  const kept = bytes.filter((char) => !isSpaceRune(char));
  return kept.length === bytes.length ? text : kept.join("");
}

function initials(text: string): string {
  let afterGap = true;
  let letters = "";
  for (const byte of toBytes(text)) {
    const char = String.fromCharCode(byte);
    if (isSpaceRune(char)) afterGap = true;
    else if (afterGap) {
      letters += char;
      afterGap = false;
    }
  }
  return letters;
}

function perWord(text: string, change: (rune: string) => string): string {
  let afterGap = true;
  return runes(text)
    .map((rune) => {
      if (isSpaceRune(rune)) {
        afterGap = true;
        return rune;
      }
      const changed = afterGap ? change(rune) : rune;
      afterGap = false;
      return changed;
    })
    .join("");
}

function indent(spaces: number, text: string): string {
  if (spaces < 0) throw new GoError("strings: negative Repeat count");
  checkLength(spaces);
  const padding = " ".repeat(spaces);
  if (!text.includes("\n")) return padding + text;
  // Only a wide indent can make a text much longer than it was.
  if (spaces > 1000) checkLength(text.split("\n").length * spaces);
  return padding + text.replaceAll("\n", `\n${padding}`);
}

function replaceAll(old: string, replacement: string, text: string): string {
  if (old === "") {
    const parts = runes(text);
    checkLength((parts.length + 1) * (replacement.length + 1));
    return replacement + parts.map((rune) => rune + replacement).join("");
  }
  if (!text.includes(old)) return text;
  const parts = text.split(old);
  checkLength(text.length + parts.length * replacement.length);
  return parts.join(replacement);
}

/** strings.SplitN; a negative count means all. */
export function splitText(text: string, separator: string, count = -1): string[] {
  if (count === 0) return [];
  if (separator === "") {
    const parts = runes(text);
    if (count < 0 || parts.length <= count) return parts;
    return [...parts.slice(0, count - 1), parts.slice(count - 1).join("")];
  }
  const parts = text.split(separator, limitsInForce().listLength + 1);
  checkListLength(parts.length);
  if (count < 0 || parts.length <= count) return parts;
  return [...parts.slice(0, count - 1), parts.slice(count - 1).join(separator)];
}

function numbered(parts: readonly string[]): GoMap {
  const map = withType(newMap(), stringMap);
  parts.forEach((part, index) => setKey(map, `_${index}`, part));
  return map;
}
