import { isBlank, isBreak, isDigit, isEnd, isGap, isHex } from "./characters.ts";
import { scannerError } from "./errors.ts";
import { isDocumentIndicator } from "./scanner.ts";
import type { Scanner, Token } from "./tokens.ts";

/** Steps over one line break. */
export function skipLine(scanner: Scanner): void {
  const { text, offset } = scanner;
  scanner.offset += text.charCodeAt(offset) === 0x0d && text.charCodeAt(offset + 1) === 0x0a ? 2 : 1;
  scanner.line += 1;
  scanner.lineStart = scanner.offset;
}

/** Steps over one line break and gives what stands for it in a scalar: LF, except that LS and PS stay. */
function takeBreak(scanner: Scanner): string {
  const code = scanner.text.charCodeAt(scanner.offset);
  skipLine(scanner);
  return code >= 0x2028 ? String.fromCharCode(code) : "\n";
}

function scalar(scanner: Scanner, line: number, value: string, plain: boolean): Token {
  return { kind: "scalar", line, endLine: scanner.line, value, suffix: "", plain };
}

/** Joins two lines: one break is a space, more are one less. */
function fold(first: string, others: string): string {
  if (first !== "\n") return first + others;
  return others === "" ? " " : others;
}

export function scanPlain(scanner: Scanner): Token {
  const { text, line, flowLevel } = scanner;
  const indent = scanner.indent + 1;
  let value = "";
  let gap = "";
  let endLine = line;
  let leadingBlanks = false;
  for (;;) {
    const start = scanner.offset;
    const atLineStart = start === scanner.lineStart;
    if (atLineStart && isDocumentIndicator(text, start)) break;
    if (text.charCodeAt(start) === 0x23) break;
    const end = flowLevel > 0 ? plainEndInFlow(text, start) : plainEnd(text, start);
    if (end > start) {
      value += gap + text.slice(start, end);
      gap = "";
      leadingBlanks = false;
      endLine = scanner.line;
      scanner.offset = end;
    }
    let code = text.charCodeAt(end);
    if (!isBlank(code) && !isBreak(code)) break;
    const blanks = scanner.offset;
    let first = "";
    let others = "";
    while (isBlank(code) || isBreak(code)) {
      if (isBreak(code)) {
        if (leadingBlanks) others += takeBreak(scanner);
        else {
          first = takeBreak(scanner);
          leadingBlanks = true;
        }
      } else {
        if (leadingBlanks && code === 0x09 && scanner.offset - scanner.lineStart < indent) {
          throw scannerError("found a tab character that violates indentation", scanner.line);
        }
        scanner.offset += 1;
      }
      code = text.charCodeAt(scanner.offset);
    }
    gap = leadingBlanks ? fold(first, others) : text.slice(blanks, scanner.offset);
    if (flowLevel === 0 && scanner.offset - scanner.lineStart < indent) break;
  }
  if (leadingBlanks) scanner.keyAllowed = true;
  return { kind: "scalar", line, endLine, value, suffix: "", plain: true };
}

/** Where a run of plain text without gaps ends in block context. */
function plainEnd(text: string, start: number): number {
  let offset = start;
  for (;;) {
    const code = text.charCodeAt(offset);
    if (code <= 0x20) {
      if (isGap(code)) return offset;
    } else if (code === 0x3a) {
      if (isGap(text.charCodeAt(offset + 1))) return offset;
    } else if (code >= 0x85 && isBreak(code)) return offset;
    offset += 1;
  }
}

function plainEndInFlow(text: string, start: number): number {
  let offset = start;
  for (;;) {
    const code = text.charCodeAt(offset);
    if (isGap(code)) return offset;
    switch (code) {
      case 0x2c:
      case 0x3f:
      case 0x5b:
      case 0x5d:
      case 0x7b:
      case 0x7d:
        return offset;
      case 0x3a:
        if (isGap(text.charCodeAt(offset + 1))) return offset;
        break;
      default:
        break;
    }
    offset += 1;
  }
}

export function scanQuoted(scanner: Scanner, style: "single" | "double"): Token {
  const { text, line } = scanner;
  const quote = style === "single" ? 0x27 : 0x22;
  scanner.offset += 1;
  let value = "";
  for (;;) {
    if (scanner.offset === scanner.lineStart && isDocumentIndicator(text, scanner.offset)) {
      throw scannerError("found unexpected document indicator", scanner.line);
    }
    let code = text.charCodeAt(scanner.offset);
    if (code === 0) throw scannerError("found unexpected end of stream", scanner.line);
    let start = scanner.offset;
    let escapedBreak = false;
    while (!isGap(code)) {
      if (code === quote) {
        if (style === "double" || text.charCodeAt(scanner.offset + 1) !== quote) break;
        value += text.slice(start, scanner.offset + 1);
        scanner.offset += 2;
        start = scanner.offset;
      } else if (code === 0x5c && style === "double") {
        value += text.slice(start, scanner.offset);
        if (isBreak(text.charCodeAt(scanner.offset + 1))) {
          scanner.offset += 1;
          skipLine(scanner);
          escapedBreak = true;
          start = scanner.offset;
          break;
        }
        value += takeEscape(scanner);
        start = scanner.offset;
      } else scanner.offset += 1;
      code = text.charCodeAt(scanner.offset);
    }
    if (scanner.offset > start) value += text.slice(start, scanner.offset);
    code = text.charCodeAt(scanner.offset);
    if (code === quote) break;
    value += takeGap(scanner, escapedBreak);
  }
  scanner.offset += 1;
  return scalar(scanner, line, value, false);
}

/** Blanks and breaks inside quotes: blanks stay, a break folds, and nothing is left of the blanks around it. */
function takeGap(scanner: Scanner, afterEscapedBreak: boolean): string {
  const { text } = scanner;
  const start = scanner.offset;
  let leadingBlanks = afterEscapedBreak;
  let first = "";
  let others = "";
  let code = text.charCodeAt(start);
  while (isBlank(code) || isBreak(code)) {
    if (isBlank(code)) scanner.offset += 1;
    else if (leadingBlanks) others += takeBreak(scanner);
    else {
      first = takeBreak(scanner);
      leadingBlanks = true;
    }
    code = text.charCodeAt(scanner.offset);
  }
  return leadingBlanks ? fold(first, others) : text.slice(start, scanner.offset);
}

const escapes: Readonly<Record<string, string>> = {
  "0": "\0",
  a: "\u0007",
  b: "\b",
  t: "\t",
  "\t": "\t",
  n: "\n",
  v: "\v",
  f: "\f",
  r: "\r",
  e: "\u001b",
  " ": " ",
  '"': '"',
  "'": "'",
  "\\": "\\",
  N: "\u0085",
  _: "\u00a0",
  L: "\u2028",
  P: "\u2029",
};
const codeLengths: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

function takeEscape(scanner: Scanner): string {
  const { text } = scanner;
  const character = text.charAt(scanner.offset + 1);
  const short = Object.hasOwn(escapes, character) ? escapes[character] : undefined;
  if (short !== undefined) {
    scanner.offset += 2;
    return short;
  }
  const length = Object.hasOwn(codeLengths, character) ? codeLengths[character] : undefined;
  if (length === undefined) throw scannerError("found unknown escape character", scanner.line);
  scanner.offset += 2;
  for (let i = 0; i < length; i += 1) {
    if (!isHex(text.charCodeAt(scanner.offset + i))) {
      throw scannerError("did not find expected hexdecimal number", scanner.line);
    }
  }
  const code = Number.parseInt(text.slice(scanner.offset, scanner.offset + length), 16);
  if ((code >= 0xd800 && code <= 0xdfff) || code > 0x10ffff) {
    throw scannerError("found invalid Unicode character escape code", scanner.line);
  }
  scanner.offset += length;
  return String.fromCodePoint(code);
}

export function scanBlockScalar(scanner: Scanner, style: "literal" | "folded"): Token {
  const { text, line } = scanner;
  scanner.offset += 1;
  const { chomping, increment } = takeHeader(scanner);
  const block = { indent: increment === 0 ? 0 : Math.max(scanner.indent, 0) + increment };
  let value = "";
  let leadingBreak = "";
  let leadingBlank = false;
  let trailingBreaks = takeIndentation(scanner, block);
  while (scanner.offset - scanner.lineStart === block.indent && text.charCodeAt(scanner.offset) !== 0) {
    const blank = isBlank(text.charCodeAt(scanner.offset));
    if (style === "folded" && !leadingBlank && !blank && leadingBreak === "\n") {
      if (trailingBreaks === "") value += " ";
    } else value += leadingBreak;
    leadingBlank = blank;
    const end = lineEnd(scanner);
    value += trailingBreaks + text.slice(scanner.offset, end);
    scanner.offset = end;
    leadingBreak = text.charCodeAt(end) === 0 ? "" : takeBreak(scanner);
    trailingBreaks = takeIndentation(scanner, block);
  }
  if (chomping !== "-") value += leadingBreak;
  if (chomping === "+") value += trailingBreaks;
  return scalar(scanner, line, value, false);
}

function takeHeader(scanner: Scanner): { readonly chomping: string; readonly increment: number } {
  const { text } = scanner;
  let chomping = takeChomping(scanner);
  let increment = 0;
  const code = text.charCodeAt(scanner.offset);
  if (isDigit(code)) {
    if (code === 0x30) throw scannerError("found an indentation indicator equal to 0", scanner.line);
    increment = code - 0x30;
    scanner.offset += 1;
    if (chomping === "") chomping = takeChomping(scanner);
  }
  while (isBlank(text.charCodeAt(scanner.offset))) scanner.offset += 1;
  if (text.charCodeAt(scanner.offset) === 0x23) scanner.offset = lineEnd(scanner);
  const end = text.charCodeAt(scanner.offset);
  if (!isEnd(end)) throw scannerError("did not find expected comment or line break", scanner.line);
  if (end !== 0) skipLine(scanner);
  return { chomping, increment };
}

function takeChomping(scanner: Scanner): string {
  const character = scanner.text.charAt(scanner.offset);
  if (character !== "+" && character !== "-") return "";
  scanner.offset += 1;
  return character;
}

/** Steps over indentation and empty lines; the first call finds how deep the block stands. */
function takeIndentation(scanner: Scanner, block: { indent: number }): string {
  const { text } = scanner;
  let breaks = "";
  let deepest = 0;
  for (;;) {
    const { indent } = block;
    const limit = indent === 0 ? text.length : scanner.lineStart + indent;
    while (scanner.offset < limit && text.charCodeAt(scanner.offset) === 0x20) scanner.offset += 1;
    const column = scanner.offset - scanner.lineStart;
    if (column > deepest) deepest = column;
    const code = text.charCodeAt(scanner.offset);
    if (code === 0x09 && (indent === 0 || column < indent)) {
      throw scannerError("found a tab character where an indentation space is expected", scanner.line);
    }
    if (!isBreak(code)) break;
    breaks += takeBreak(scanner);
  }
  if (block.indent === 0) block.indent = Math.max(deepest, scanner.indent + 1, 1);
  return breaks;
}

function lineEnd(scanner: Scanner): number {
  const { text } = scanner;
  if (!scanner.hasOddBreaks) {
    const end = text.indexOf("\n", scanner.offset);
    return end < 0 ? text.length - 1 : end;
  }
  let end = scanner.offset;
  while (!isEnd(text.charCodeAt(end))) end += 1;
  return end;
}
