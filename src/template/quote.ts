import { codePoint, fromBytes, hasRawBytes, isRawByte, toBytes } from "./text.ts";

const plain = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/;

/** unicode.IsPrint in Go. */
export function isPrint(rune: string): boolean {
  const unit = rune.charCodeAt(0);
  if (unit < 0x7f) return unit >= 0x20 && rune.length === 1;
  // Written here, not above: V8 takes half a millisecond to make ranges of these classes, and most programs never ask.
  return /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u.test(rune) && !isRawByte(rune);
}

/** strconv.Quote in Go: a double-quoted Go string literal. */
export function quote(text: string): string {
  if (plain.test(text)) return `"${text}"`;
  return quoteWith(text, '"', false);
}

/** strconv.QuoteToASCII in Go. */
export function quoteToAscii(text: string): string {
  return quoteWith(text, '"', true);
}

/** strconv.QuoteRune in Go (or QuoteRuneToASCII). */
export function quoteRune(point: number, ascii: boolean): string {
  const valid = point >= 0 && point <= 0x10ffff && !(point >= 0xd800 && point <= 0xdfff);
  return quoteWith(String.fromCodePoint(valid ? point : 0xfffd), "'", ascii);
}

function quoteWith(text: string, mark: string, ascii: boolean): string {
  let quoted = mark;
  for (const rune of text) quoted += quoteOne(rune, mark, ascii);
  return quoted + mark;
}

const escapes: Readonly<Record<string, string>> = {
  "\x07": "\\a",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\v": "\\v",
};

function quoteOne(rune: string, mark: string, ascii: boolean): string {
  if (isRawByte(rune)) return `\\x${(rune.charCodeAt(0) - 0xdc00).toString(16)}`;
  if (rune === mark || rune === "\\") return `\\${rune}`;
  const point = codePoint(rune);
  if (ascii ? point < 0x80 && isPrint(rune) : isPrint(rune)) return rune;
  const short = escapes[rune];
  if (short !== undefined) return short;
  if (point < 0x20 || point === 0x7f) return `\\x${hex(point, 2)}`;
  return point < 0x10000 ? `\\u${hex(point, 4)}` : `\\U${hex(point, 8)}`;
}

function hex(value: number, width: number): string {
  return value.toString(16).padStart(width, "0");
}

/** strconv.Unquote in Go for `"…"` and `` `…` `` literals; undefined when the literal is not valid. */
export function tryUnquote(literal: string): string | undefined {
  const body = literal.slice(1, -1);
  if (literal.startsWith("`")) return body.replaceAll("\r", "");
  if (!body.includes("\\")) return body.includes("\n") ? undefined : body;
  let text = "";
  let rest = body;
  while (rest !== "") {
    const char = unquoteChar(rest, '"');
    if (char === undefined) return undefined;
    text += char.text;
    rest = rest.slice(char.size);
  }
  return hasRawBytes(text) ? fromBytes(toBytes(text)) : text;
}

/** strconv.UnquoteChar in Go: the first character of an escaped text and how much of it that took. */
export function unquoteChar(
  text: string,
  mark: string,
): { readonly text: string; readonly value: number; readonly size: number } | undefined {
  const first = String.fromCodePoint(text.codePointAt(0) ?? 0);
  if (first === mark || first === "\n") return undefined;
  if (first !== "\\") return { text: first, value: codePoint(first), size: first.length };
  const kind = text.charAt(1);
  const simple = simpleEscapes[kind];
  if (simple !== undefined) return { text: simple, value: simple.charCodeAt(0), size: 2 };
  if (kind === "'" || kind === '"') {
    return kind === mark ? { text: kind, value: kind.charCodeAt(0), size: 2 } : undefined;
  }
  const digits = hexEscapes[kind];
  if (digits !== undefined) {
    const code = text.slice(2, 2 + digits);
    if (code.length < digits || !/^[0-9a-fA-F]+$/.test(code)) return undefined;
    const value = Number.parseInt(code, 16);
    if (kind === "x") return { text: byteText(value), value, size: 4 };
    if (value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff)) return undefined;
    return { text: String.fromCodePoint(value), value, size: 2 + digits };
  }
  const octal = /^[0-7]{3}/.exec(text.slice(1));
  if (octal === null) return undefined;
  const value = Number.parseInt(octal[0], 8);
  return value > 255 ? undefined : { text: byteText(value), value, size: 4 };
}

const simpleEscapes: Readonly<Record<string, string | undefined>> = {
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  "\\": "\\",
};

const hexEscapes: Readonly<Record<string, number | undefined>> = { x: 2, u: 4, U: 8 };

function byteText(value: number): string {
  return value < 0x80 ? String.fromCharCode(value) : String.fromCharCode(0xdc00 + value);
}
