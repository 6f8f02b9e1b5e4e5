import { quote } from "./quote.ts";

export type TokenType =
  | "error"
  | "bool"
  | "char"
  | "charConstant"
  | "complex"
  | "assign"
  | "declare"
  | "eof"
  | "field"
  | "identifier"
  | "leftDelim"
  | "leftParen"
  | "number"
  | "pipe"
  | "rawString"
  | "rightDelim"
  | "rightParen"
  | "space"
  | "string"
  | "text"
  | "variable"
  | Keyword;

export type Keyword =
  | "dot"
  | "block"
  | "break"
  | "continue"
  | "define"
  | "else"
  | "end"
  | "if"
  | "nil"
  | "range"
  | "template"
  | "with";

export interface Token {
  readonly type: TokenType;
  readonly position: number;
  readonly text: string;
  readonly line: number;
}

const keywords: ReadonlyMap<string, Keyword> = new Map([
  [".", "dot"],
  ["block", "block"],
  ["break", "break"],
  ["continue", "continue"],
  ["define", "define"],
  ["else", "else"],
  ["end", "end"],
  ["if", "if"],
  ["range", "range"],
  ["nil", "nil"],
  ["template", "template"],
  ["with", "with"],
]);

/** A token as parse errors show it. */
export function describeToken(token: Token): string {
  if (token.type === "eof") return "EOF";
  if (token.type === "error") return token.text;
  if (keywordTypes.has(token.type)) return `<${token.text}>`;
  const runes = Array.from(token.text);
  return token.text.length > 10 ? `${quote(runes.slice(0, 10).join(""))}...` : quote(token.text);
}

const keywordTypes: ReadonlySet<TokenType> = new Set(keywords.values());

/** Splits template text into tokens, one call for each; after the first error only that error comes. */
export interface Lexer {
  next(): Token;
  /** The next token that is not white space inside an action, which then need not be made. */
  nextNonSpace(): Token;
}

/** Begins to split a text. */
export function createLexer(input: string): Lexer {
  let position = 0;
  let start = 0;
  let line = 1;
  let insideAction = false;
  let parenDepth = 0;
  let failed: Token | undefined;
  let newline = nextNewline(0);

  function nextNewline(from: number): number {
    const at = input.indexOf("\n", from);
    return at < 0 ? input.length : at;
  }

  // Every token takes the text between `start` and `position`; its line is the one it starts on.
  function take(type: TokenType): Token {
    return takeAs(type, input.slice(start, position));
  }

  function takeAs(type: TokenType, text: string): Token {
    const token = { type, position: start, text, line };
    skip();
    return token;
  }

  function skip(): void {
    while (newline < position) {
      line += 1;
      newline = nextNewline(newline + 1);
    }
    start = position;
  }

  function fail(message: string): Token {
    failed = { type: "error", position: start, text: message, line };
    return failed;
  }

  function nextText(): Token {
    for (;;) {
      const open = input.indexOf("{{", position);
      if (open < 0) {
        position = input.length;
        return position > start ? take("text") : take("eof");
      }
      const trimmed = isTrimMarker(input, open + 2);
      let end = open;
      if (trimmed) while (end > start && isSpace(input.charCodeAt(end - 1))) end -= 1;
      position = end;
      const text = end > start ? take("text") : undefined;
      position = open;
      skip();
      if (text !== undefined) return text;

      const inner = open + 2 + (trimmed ? 2 : 0);
      if (!input.startsWith("/*", inner)) {
        position = open + 2;
        const token = takeAs("leftDelim", "{{");
        position = inner;
        skip();
        insideAction = true;
        parenDepth = 0;
        return token;
      }
      position = inner;
      skip();
      const close = input.indexOf("*/", inner + 2);
      if (close < 0) return fail("unclosed comment");
      position = close + 2;
      if (!atRightDelim()) return fail("comment ends before closing delimiter");
      afterRightDelim();
    }
  }

  function atRightDelim(): boolean {
    return input.startsWith("}}", position) || atTrimmedRightDelim(position);
  }

  function atTrimmedRightDelim(at: number): boolean {
    return input.charCodeAt(at + 1) === minus && isSpace(input.charCodeAt(at)) && input.startsWith("}}", at + 2);
  }

  function afterRightDelim(): void {
    const trimmed = !input.startsWith("}}", position);
    position += trimmed ? 4 : 2;
    if (trimmed) while (isSpace(input.charCodeAt(position))) position += 1;
    skip();
  }

  function rightDelim(): Token {
    const trimmed = !input.startsWith("}}", position);
    if (trimmed) {
      position += 2;
      skip();
    }
    position += 2;
    const token = takeAs("rightDelim", "}}");
    if (trimmed) {
      while (isSpace(input.charCodeAt(position))) position += 1;
      skip();
    }
    insideAction = false;
    return token;
  }

  function nextInAction(): Token {
    if (atRightDelim()) return parenDepth === 0 ? rightDelim() : fail("unclosed left paren");
    if (position >= input.length) return fail("unclosed action");
    const code = input.charCodeAt(position);
    if (isSpace(code)) {
      passSpace();
      return position === start ? rightDelim() : take("space");
    }
    return nextWord(code);
  }

  function nextWord(code: number): Token {
    if (code < 0x80 && (kinds[code] as number) & word && !isDigit(code)) return identifier();
    switch (code) {
      case 0x3d:
        return single("assign", "=");
      case 0x3a:
        position += 1;
        if (input.charCodeAt(position) !== 0x3d) {
          return fail("expected :=");
        }
        return single("declare", ":=");
      case 0x7c:
        return single("pipe", "|");
      case 0x22:
        return quoted('"', "string", "unterminated quoted string");
      case 0x27:
        return quoted("'", "charConstant", "unterminated character constant");
      case 0x60: {
        const close = input.indexOf("`", position + 1);
        if (close < 0) return fail("unterminated raw quoted string");
        position = close + 1;
        return take("rawString");
      }
      case 0x24:
        position += 1;
        return fieldOrVariable("variable");
      case 0x28:
        parenDepth += 1;
        return single("leftParen", "(");
      case 0x29:
        parenDepth -= 1;
        return parenDepth < 0 ? fail("unexpected right paren") : single("rightParen", ")");
      case 0x2e: {
        const next = input.charCodeAt(position + 1);
        if (position + 1 < input.length && !isDigit(next)) {
          position += 1;
          return fieldOrVariable("field");
        }
        return number();
      }
    }
    if (code === 0x2b || code === minus || isDigit(code)) return number();
    if (wordLength(input, position) > 0) return identifier();
    if (code >= 0x20 && code < 0x7f) return single("char", input.charAt(position));
    return fail(`unrecognized character in action: ${unicodeName(input, position)}`);
  }

  function single(type: TokenType, text: string): Token {
    position += 1;
    return takeAs(type, text);
  }

  // The last space may belong to a trimming delimiter.
  function passSpace(): void {
    while (isSpace(input.charCodeAt(position))) position += 1;
    if (atTrimmedRightDelim(position - 1)) position -= 1;
  }

  function quoted(mark: string, type: TokenType, complaint: string): Token {
    position += 1;
    for (;;) {
      const char = input.charAt(position);
      if (char === "\\") {
        const escaped = input.charAt(position + 1);
        if (escaped === "" || escaped === "\n") return fail(complaint);
        position += 2;
        continue;
      }
      if (char === "" || char === "\n") return fail(complaint);
      position += 1;
      if (char === mark) return take(type);
    }
  }

  function skipWord(): void {
    while (((kinds[input.charCodeAt(position)] ?? 0) & word) !== 0) position += 1;
    for (let size = wordLength(input, position); size > 0; size = wordLength(input, position)) position += size;
  }

  function identifier(): Token {
    skipWord();
    if (!atTerminator()) return fail(`bad character ${unicodeName(input, position)}`);
    const text = input.slice(start, position);
    return takeAs(keywords.get(text) ?? (text === "true" || text === "false" ? "bool" : "identifier"), text);
  }

  function fieldOrVariable(type: "field" | "variable"): Token {
    if (atTerminator()) return take(type === "variable" ? "variable" : "dot");
    skipWord();
    if (!atTerminator()) return fail(`bad character ${unicodeName(input, position)}`);
    return take(type);
  }

  function atTerminator(): boolean {
    if (position >= input.length) return true;
    const code = input.charCodeAt(position);
    return ((kinds[code] ?? 0) & ends) !== 0 || (code === 0x7d && input.charCodeAt(position + 1) === 0x7d);
  }

  function number(): Token {
    if (!scanNumber()) return fail(`bad number syntax: ${quote(input.slice(start, position))}`);
    const sign = input.charAt(position);
    if (sign === "+" || sign === "-") {
      if (!scanNumber() || input.charAt(position - 1) !== "i") {
        return fail(`bad number syntax: ${quote(input.slice(start, position))}`);
      }
      return take("complex");
    }
    return take("number");
  }

  function accept(chars: string): boolean {
    if (position >= input.length || !chars.includes(input.charAt(position))) return false;
    position += 1;
    return true;
  }

  function scanNumber(): boolean {
    accept("+-");
    let digits = "0123456789_";
    if (accept("0")) {
      if (accept("xX")) digits = "0123456789abcdefABCDEF_";
      else if (accept("oO")) digits = "01234567_";
      else if (accept("bB")) digits = "01_";
    }
    while (accept(digits));
    if (accept(".")) while (accept(digits));
    if (digits.length === 11 && accept("eE")) {
      accept("+-");
      while (accept("0123456789_"));
    }
    if (digits.length === 23 && accept("pP")) {
      accept("+-");
      while (accept("0123456789_"));
    }
    accept("i");
    const size = wordLength(input, position);
    position += size;
    return size === 0;
  }

  return {
    next() {
      if (failed !== undefined) return failed;
      return insideAction ? nextInAction() : nextText();
    },
    nextNonSpace() {
      if (failed !== undefined) return failed;
      if (!insideAction) return nextText();
      if (isSpace(input.charCodeAt(position)) && !atTrimmedRightDelim(position)) {
        passSpace();
        skip();
      }
      return nextInAction();
    },
  };
}

const minus = 0x2d;

// What an ASCII character is: part of a word, or what ends one.
const word = 1;
const ends = 2;
const kinds = new Uint8Array(0x80);
for (const char of "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") kinds[char.charCodeAt(0)] = word;
for (const char of " \t\r\n.,|:)(") kinds[char.charCodeAt(0)] = ends;

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x09 || code === 0x0d;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function isTrimMarker(input: string, at: number): boolean {
  return input.charCodeAt(at) === minus && isSpace(input.charCodeAt(at + 1));
}

// How many UTF-16 units of a letter, digit or underscore are at an index; 0 for anything else.
function wordLength(input: string, at: number): number {
  const code = input.charCodeAt(at);
  if (code < 0x80) return (kinds[code] as number) & word;
  if (at >= input.length) return 0;
  const rune = String.fromCodePoint(input.codePointAt(at) ?? 0);
  return /[\p{L}\p{Nd}]/u.test(rune) ? rune.length : 0;
}

// fmt's %#U.
function unicodeName(input: string, at: number): string {
  const point = input.codePointAt(at) ?? -1;
  if (point < 0) return "U+FFFFFFFFFFFFFFFF";
  const rune = String.fromCodePoint(point);
  const name = `U+${point.toString(16).toUpperCase().padStart(4, "0")}`;
  return /[\p{L}\p{M}\p{N}\p{P}\p{S} ]/u.test(rune) ? `${name} '${rune}'` : name;
}
