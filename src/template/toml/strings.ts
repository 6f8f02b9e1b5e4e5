import { quote } from "../quote.ts";
import { end, fail, failAt, isBreak, peek, type Source, take } from "./source.ts";

/** What follows an opening `"`, up to and with the closing one. */
export function readBasicString(source: Source): string {
  const start = source.at;
  let isEscaped = false;
  for (;;) {
    const next = take(source);
    if (next === '"') break;
    if (next === end) fail(source, `unexpected EOF; expected '"'`);
    if (isBreak(next)) refuseBreak(source);
    if (next !== "\\") continue;
    isEscaped = true;
    checkEscape(source, start);
  }
  const raw = source.text.slice(start, source.at - 1);
  return isEscaped ? unescaped(source, raw) : raw;
}

/** What follows an opening `'`, up to and with the closing one. */
export function readLiteralString(source: Source): string {
  const start = source.at;
  for (;;) {
    const next = take(source);
    if (next === "'") return source.text.slice(start, source.at - 1);
    if (next === end) fail(source, `unexpected EOF; expected "'"`);
    if (isBreak(next)) refuseBreak(source);
  }
}

/** What follows an opening `"""`, up to and with the closing one. */
export function readMultilineString(source: Source): string {
  return unescaped(source, withoutEscapedBreaks(withoutFirstBreak(readMultiline(source, '"'))));
}

/** What follows three opening single quotes, up to and with the closing ones. */
export function readMultilineLiteral(source: Source): string {
  return withoutFirstBreak(readMultiline(source, "'"));
}

function readMultiline(source: Source, mark: string): string {
  const start = source.at;
  const outer = mark === '"' ? "'" : '"';
  for (;;) {
    const next = take(source);
    if (next === end) fail(source, `unexpected EOF; expected ${outer}${mark.repeat(3)}${outer}`);
    if (next === "\\" && mark === '"') {
      if (isBreak(peek(source))) take(source);
      else checkEscape(source, start);
    }
    if (next !== mark || !source.text.startsWith(mark + mark, source.at)) continue;
    source.at += 2;
    // A text may end in one or two quotes of its own: five in a row, but not six.
    let own = 0;
    while (own < 3 && peek(source) === mark) {
      take(source);
      own += 1;
    }
    if (own === 3) fail(source, `unexpected ${outer}${mark.repeat(6)}${outer}`);
    return source.text.slice(start, source.at - 3);
  }
}

function refuseBreak(source: Source): never {
  return failAt(source, source.line - 1, "strings cannot contain newlines");
}

const digits: Readonly<Record<string, { readonly count: number; readonly word: string } | undefined>> = {
  x: { count: 2, word: "two" },
  u: { count: 4, word: "four" },
  U: { count: 8, word: "eight" },
};

function checkEscape(source: Source, start: number): void {
  const kind = take(source);
  if (kind !== end && 'ebtnfr"\\ \t'.includes(kind)) return;
  const wanted = digits[kind];
  if (wanted === undefined) {
    const message = `invalid escape in string '\\${kind === end ? "\0" : kind}'`;
    return failAt(source, source.atEnd ? source.line - 1 : source.line, message);
  }
  for (let index = 0; index < wanted.count; index += 1) {
    if (/^[0-9a-fA-F]$/.test(take(source))) continue;
    const soFar = quote(source.text.slice(start, source.at));
    fail(source, `expected ${wanted.word} hexadecimal digits after '\\${kind}', but got ${soFar} instead`);
  }
}

function withoutFirstBreak(text: string): string {
  return text.replace(/^\r?\n/, "");
}

/** A backslash at the end of a line takes the white space up to the next word with it. */
function withoutEscapedBreaks(text: string): string {
  return text.replace(/\\(?:\\|[ \t\r]*\n[ \t\r\n]*)/g, (found) => (found === "\\\\" ? found : ""));
}

const named: Readonly<Record<string, string>> = {
  b: "\b",
  t: "\t",
  n: "\n",
  f: "\f",
  r: "\r",
  e: "\x1b",
  '"': '"',
  "\\": "\\",
};

const escape = /\\(?:x(..)|u(.{4})|U(.{8})|(.))/gsu;

function unescaped(source: Source, text: string): string {
  return text.replace(escape, (_, x?: string, u?: string, long?: string, short = "") => {
    const code = x ?? u ?? long;
    if (code === undefined) {
      if (short === " " || short === "\t") fail(source, `invalid escape: '\\${short}'`);
      return named[short] ?? "";
    }
    const point = Number.parseInt(code, 16);
    if (point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff))
      fail(source, `Escaped character '\\u${code}' is not valid UTF-8.`);
    return String.fromCodePoint(point);
  });
}
