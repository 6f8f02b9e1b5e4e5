import { analyze, type Dialect, isBreak, isPrintable, type ScalarStyle, wantedStyle } from "./scalar-style.ts";

/** Where the writer stands: libyaml's emitter state, of which layout decisions depend on column and the two flags. */
export interface Emitter {
  readonly dialect: Dialect;
  /** Spaces after this column become line breaks. */
  readonly width: number;
  text: string;
  column: number;
  /** The last character was white space or an opening indicator. */
  whitespace: boolean;
  /** Nothing but indentation and indicators is on this line. */
  indention: boolean;
}

export function newEmitter(dialect: Dialect, width: number): Emitter {
  return { dialect, width, text: "", column: 0, whitespace: true, indention: true };
}

/** Moves to `indent` on a new line, unless only indentation stands on this one. */
export function writeIndent(emitter: Emitter, indent: number): void {
  const { column } = emitter;
  if (!emitter.indention || column > indent || (column === indent && !emitter.whitespace)) {
    emitter.text += `\n${" ".repeat(indent)}`;
    emitter.column = indent;
  } else if (column < indent) {
    emitter.text += " ".repeat(indent - column);
    emitter.column = indent;
  }
  emitter.whitespace = true;
  emitter.indention = true;
}

/** `-`, `?` and `:` of complex keys, after which a block may start on the same line. */
export function writeBlockIndicator(emitter: Emitter, indicator: "-" | "?" | ":"): void {
  put(emitter, emitter.whitespace ? indicator : ` ${indicator}`);
  emitter.whitespace = false;
}

/** Text without spaces that needs one before it: `{}`, numbers, the colon after a key comes without. */
export function writeWord(emitter: Emitter, word: string): void {
  put(emitter, emitter.whitespace ? word : ` ${word}`);
  emitter.whitespace = false;
  emitter.indention = false;
}

export function writeColon(emitter: Emitter): void {
  put(emitter, ":");
  emitter.whitespace = false;
  emitter.indention = false;
}

/** A key that is longer, or has a line break, is written as `? key` and `: value`. */
export const simpleKeyLimit = 128;

/** Writes a string in the style that go-yaml chooses. `indent` is that of the lines after the first. */
export function writeString(emitter: Emitter, text: string, indent: number, place: "key" | "value"): void {
  const style = chooseStyle(emitter, text, place);
  const folds = place === "value";
  switch (style) {
    case "plain":
      if (!emitter.whitespace) put(emitter, " ");
      writeFolded(emitter, text, indent, folds, "plain");
      break;
    case "single":
      put(emitter, emitter.whitespace ? "'" : " '");
      writeFolded(emitter, text, indent, folds, "single");
      put(emitter, "'");
      break;
    case "double":
      put(emitter, emitter.whitespace ? '"' : ' "');
      writeDoubleQuoted(emitter, text, indent, folds);
      put(emitter, '"');
      break;
    case "literal":
      writeLiteral(emitter, text, indent);
      return;
  }
  emitter.whitespace = false;
  emitter.indention = false;
}

function chooseStyle(emitter: Emitter, text: string, place: "key" | "value"): ScalarStyle {
  const analysis = analyze(text, emitter.dialect);
  let style = wantedStyle(text, emitter.dialect);
  if (style === "literal") return place === "value" && analysis.blockAllowed ? "literal" : "double";
  if (place === "key" && analysis.multiline) style = "double";
  if (style === "plain" && !analysis.plainAllowed) style = "single";
  if (style === "single" && !analysis.singleAllowed) style = "double";
  return style;
}

function put(emitter: Emitter, text: string): void {
  emitter.text += text;
  emitter.column += text.length;
}

/** Plain and single-quoted text: a lone space past the width becomes a line break, a real break becomes two. */
function writeFolded(emitter: Emitter, text: string, indent: number, folds: boolean, style: "plain" | "single"): void {
  const quote = style === "single";
  const mayFold = folds && emitter.column + text.length > emitter.width && text.includes(" ");
  if (!mayFold && !/[\n\r\u0085\u2028\u2029]/.test(text)) {
    put(emitter, quote ? text.replaceAll("'", "''") : text);
    return;
  }
  let spaces = false;
  let breaks = false;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code === 0x20) {
      const inner = !quote || (i > 0 && i < text.length - 1);
      if (folds && !spaces && emitter.column > emitter.width && inner && text.charCodeAt(i + 1) !== 0x20) {
        writeIndent(emitter, indent);
      } else put(emitter, " ");
      spaces = true;
    } else if (isBreak(code)) {
      if (!breaks && code === 0x0a) newLine(emitter);
      writeBreak(emitter, text.charAt(i), code);
      emitter.indention = true;
      breaks = true;
    } else {
      if (breaks) writeIndent(emitter, indent);
      put(emitter, quote && code === 0x27 ? "''" : text.charAt(i));
      emitter.indention = false;
      spaces = false;
      breaks = false;
    }
  }
}

const escapes = new Map([
  [0x00, "\\0"],
  [0x07, "\\a"],
  [0x08, "\\b"],
  [0x09, "\\t"],
  [0x0a, "\\n"],
  [0x0b, "\\v"],
  [0x0c, "\\f"],
  [0x0d, "\\r"],
  [0x1b, "\\e"],
  [0x22, '\\"'],
  [0x5c, "\\\\"],
  [0x85, "\\N"],
  [0xa0, "\\_"],
  [0x2028, "\\L"],
  [0x2029, "\\P"],
]);

function writeDoubleQuoted(emitter: Emitter, text: string, indent: number, folds: boolean): void {
  // libyaml's test for a byte order mark looks at the start of the text, whatever character it is asked about.
  const escapeAll = text.charCodeAt(0) === 0xfeff;
  let spaces = false;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.codePointAt(i) as number;
    const printable = code <= 0xffff && isPrintable(code);
    if (!printable || escapeAll || isBreak(code) || code === 0x22 || code === 0x5c) {
      put(emitter, escapes.get(code) ?? escapeCode(code));
      if (code > 0xffff) i += 1;
      spaces = false;
    } else if (code === 0x20) {
      if (folds && !spaces && emitter.column > emitter.width && i > 0 && i < text.length - 1) {
        writeIndent(emitter, indent);
        if (text.charCodeAt(i + 1) === 0x20) put(emitter, "\\");
      } else put(emitter, " ");
      spaces = true;
    } else {
      put(emitter, text.charAt(i));
      spaces = false;
    }
  }
}

function escapeCode(code: number): string {
  const hex = code.toString(16).toUpperCase();
  if (code <= 0xff) return `\\x${hex.padStart(2, "0")}`;
  return code <= 0xffff ? `\\u${hex.padStart(4, "0")}` : `\\U${hex.padStart(8, "0")}`;
}

function writeLiteral(emitter: Emitter, text: string, indent: number): void {
  const first = text.charCodeAt(0);
  const hint = first === 0x20 || isBreak(first) ? "2" : "";
  put(emitter, `${emitter.whitespace ? "|" : " |"}${hint}${chomping(text)}`);
  newLine(emitter);
  emitter.indention = true;
  emitter.whitespace = true;
  const pad = " ".repeat(indent);
  let start = 0;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (!isBreak(code)) continue;
    emitter.text += i > start ? pad + text.slice(start, i + 1) : text.charAt(i);
    start = i + 1;
  }
  emitter.column = 0;
  if (start === text.length) return;
  emitter.text += pad + text.slice(start);
  emitter.column = indent + text.length - start;
  emitter.indention = false;
}

function chomping(text: string): "" | "-" | "+" {
  const last = text.length - 1;
  if (!isBreak(text.charCodeAt(last))) return "-";
  return last === 0 || isBreak(text.charCodeAt(last - 1)) ? "+" : "";
}

function newLine(emitter: Emitter): void {
  emitter.text += "\n";
  emitter.column = 0;
  if (emitter.dialect === "v3") emitter.indention = true;
}

function writeBreak(emitter: Emitter, character: string, code: number): void {
  if (code === 0x0a) newLine(emitter);
  else {
    emitter.text += character;
    emitter.column = 0;
  }
}
