import { limitError } from "../errors.ts";
import { limitsInForce } from "../limits.ts";
import { quote, quoteRune } from "../quote.ts";
import { type GoMap, isMap, newMap, setKey } from "../value.ts";
import { readNumberOrDate, readSigned } from "./numbers.ts";
import {
  accept,
  end,
  fail,
  failAt,
  isBlank,
  isBreak,
  isDigit,
  peek,
  putBack,
  skipBlanks,
  type Source,
  take,
} from "./source.ts";
import { readBasicString, readLiteralString, readMultilineLiteral, readMultilineString } from "./strings.ts";
import {
  currentKey,
  enterImplicit,
  enterTable,
  type Key,
  keyText,
  newTables,
  setValue,
  type Tables,
} from "./tables.ts";

interface Reader {
  readonly source: Source;
  readonly tables: Tables;
  depth: number;
  /** The line of the key or table that was read last. */
  keyLine: number;
}

/** Reads TOML as BurntSushi/toml does. Throws GoError with its text. */
export function readToml(text: string): GoMap {
  const withoutMark = text.startsWith("\ufeff") ? text.slice(1) : text;
  const tables = newTables((message) => failAt(source, reader.keyLine, message));
  const source: Source = { text: withoutMark, at: 0, line: 1, atEnd: false, lastKey: () => currentKey(tables) };
  const reader: Reader = { source, tables, depth: 0, keyLine: 0 };
  if (withoutMark.slice(0, 6).includes("\0"))
    failAt(source, 1, "files cannot contain NULL bytes; probably using UTF-16; TOML files must be UTF-8");
  while (readItem(reader)) {
    // Each is a table, a key, a comment or a blank line.
  }
  return tables.root;
}

/** Reads one item of the top level; false at the end. */
function readItem(reader: Reader): boolean {
  const { source } = reader;
  const first = take(source);
  if (first === end) return false;
  if (isBlank(first) || isBreak(first)) return true;
  if (first === "#") {
    skipComment(source);
    return true;
  }
  if (first === "[") readTableHead(reader);
  else {
    putBack(source, first);
    readPair(reader);
    reader.tables.current = "";
  }
  return finishLine(source);
}

function finishLine(source: Source): boolean {
  for (;;) {
    const next = take(source);
    if (next === end) return false;
    if (isBreak(next)) return true;
    if (next === "#") {
      skipComment(source);
      return true;
    }
    if (!isBlank(next))
      fail(source, `expected a top-level item to end with a newline, comment, or EOF, but got ${shown(next)} instead`);
  }
}

function skipComment(source: Source): void {
  for (let next = peek(source); next !== end && !isBreak(next); next = peek(source)) take(source);
}

function readTableHead(reader: Reader): void {
  const { source, tables } = reader;
  const isArray = accept(source, "[");
  const key: string[] = [];
  for (;;) {
    skipBlanks(source);
    const first = peek(source);
    if (first === "]" || first === end) fail(source, "unexpected end of table name (table names cannot be empty)");
    if (first === ".") fail(source, "unexpected table separator (table names cannot be empty)");
    key.push(readName(source));
    if (key.length === 1) reader.keyLine = source.line;
    skipBlanks(source);
    const next = take(source);
    if (next === "]") break;
    if (next !== ".") fail(source, `expected '.' or ']' to end table name, but got ${shown(next)} instead`);
  }
  if (isArray) {
    const next = take(source);
    if (next !== "]") fail(source, `expected end of table array name delimiter ']', but got ${shown(next)} instead`);
  }
  enterTable(tables, key, isArray);
}

/** Reads `a.b = value` into the current table, and into an inline one where there is one. */
function readPair(reader: Reader, inline?: GoMap): void {
  const { tables } = reader;
  const outer = tables.context;
  const key = readKey(reader);
  const last = key.at(-1) ?? "";
  tables.current = last;
  enterImplicit(tables, key.slice(0, -1));
  const value = readValue(reader, false);
  setValue(tables, last, value);
  if (inline !== undefined) put(tables, inline, key, value);
  tables.context = outer;
}

function readKey(reader: Reader): Key {
  const { source } = reader;
  skipBlanks(source);
  const first = peek(source);
  if (first === "=" || first === end) fail(source, "unexpected '=': key name appears blank");
  if (first === ".") fail(source, "unexpected '.': keys cannot start with a '.'");
  const key: string[] = [];
  for (;;) {
    skipBlanks(source);
    const next = peek(source);
    if (next === "=" || next === end) fail(source, "unexpected '='");
    if (next === ".") fail(source, "unexpected '.'");
    key.push(readName(source));
    if (key.length === 1) reader.keyLine = source.line;
    skipBlanks(source);
    const after = take(source);
    if (after === "=") return key;
    if (after === end) fail(source, "unexpected EOF; expected key separator '='");
    if (after === ".") continue;
    const message = `expected '.' or '=', but got ${shown(after)} instead`;
    if (after === "\n") failAt(source, source.line - 1, message);
    fail(source, message);
  }
}

function readName(source: Source): string {
  if (accept(source, '"')) return readBasicString(source);
  if (accept(source, "'")) return readLiteralString(source);
  const start = source.at;
  while (/^[A-Za-z0-9_-]$/.test(peek(source))) take(source);
  return source.text.slice(start, source.at);
}

function readValue(reader: Reader, isInArray: boolean): unknown {
  const { source } = reader;
  skipBlanks(source);
  const first = peek(source);
  if (isDigit(first)) return readNumberOrDate(source);
  take(source);
  switch (first) {
    case "[":
      return nested(reader, () => readArray(reader));
    case "{":
      return nested(reader, () => readInlineTable(reader, isInArray));
    case '"':
      return takeTwo(source, first) ? readMultilineString(source) : readBasicString(source);
    case "'":
      return takeTwo(source, first) ? readMultilineLiteral(source) : readLiteralString(source);
    case ".":
      return fail(source, "floats must start with a digit, not '.'");
    case "-":
    case "+":
      return readSigned(source, first);
    case end:
      return fail(source, "unexpected EOF; expected value");
    case "\n":
      return failAt(source, source.line - 1, `expected value but found ${shown(first)} instead`);
    default:
      return readWord(source, first);
  }
}

function takeTwo(source: Source, mark: string): boolean {
  if (!source.text.startsWith(mark + mark, source.at)) return false;
  source.at += 2;
  return true;
}

function readWord(source: Source, first: string): unknown {
  let word = first;
  if (first === "i" || first === "n") {
    const rest = source.text.slice(source.at, source.at + 2);
    if (rest === "nf" || rest === "an") {
      source.at += 2;
      if (first + rest === "inf") return Number.POSITIVE_INFINITY;
      if (first + rest === "nan") return Number.NaN;
      // What it takes for a float by mistake is no number, or ends in no digit, not even a hexadecimal one.
      if (rest === "nf") failAt(source, source.line, `Invalid float value: "nnf"`);
      failAt(source, source.line, `Invalid float "ian": underscores must be surrounded by digits`);
    }
    // BurntSushi has passed over what could have begun "inf" or "nan".
    if (rest.startsWith("n") || rest.startsWith("a")) word = take(source);
  }
  if (!/^\p{L}$/u.test(word)) fail(source, `expected value but found ${shown(word)} instead`);
  while (/^\p{L}$/u.test(peek(source))) word += take(source);
  if (word === "true" || word === "false") return word === "true";
  return fail(source, `expected value but found ${quote(word)} instead`);
}

function nested<Result>(reader: Reader, read: () => Result): Result {
  reader.depth += 1;
  if (reader.depth > limitsInForce().valueDepth) throw limitError("toml: value is too deep");
  const value = read();
  reader.depth -= 1;
  return value;
}

function readArray(reader: Reader): unknown[] {
  const { source, tables } = reader;
  tables.arrays.add(keyText([...tables.context, tables.current]));
  const items: unknown[] = [];
  for (;;) {
    skipSpace(source);
    if (accept(source, ",")) fail(source, "unexpected comma");
    if (accept(source, "]")) return items;
    items.push(readValue(reader, true));
    skipSpace(source);
    const next = take(source);
    if (next === "]") return items;
    if (next !== ",") fail(source, `expected a comma (',') or array terminator (']'), but got ${shownOrEnd(next)}`);
  }
}

function readInlineTable(reader: Reader, isInArray: boolean): GoMap {
  const { source, tables } = reader;
  const { context: outerContext, current: outerKey } = tables;
  const table = newMap();
  const context = [...outerContext, outerKey];
  tables.current = "";
  tables.implicit.add(keyText(context));
  tables.context = context;
  enterTable(tables, context, isInArray);
  for (;;) {
    skipSpace(source);
    if (accept(source, ",")) fail(source, "unexpected comma");
    if (accept(source, "}")) break;
    readPair(reader, table);
    tables.context = context;
    skipSpace(source);
    const next = take(source);
    if (next === "}") break;
    if (next !== ",")
      fail(source, `expected a comma or an inline table terminator '}', but got ${shownOrEnd(next)} instead`);
  }
  tables.context = outerContext;
  tables.current = outerKey;
  return table;
}

function put(tables: Tables, table: GoMap, key: Key, value: unknown): void {
  let map = table;
  for (const name of key.slice(0, -1)) {
    if (!Object.hasOwn(map, name)) setKey(map, name, newMap());
    const inner = map[name];
    if (!isMap(inner)) return tables.refuse(`${quote(keyText(tables.context))} is not a table`);
    map = inner;
  }
  setKey(map, key.at(-1) ?? "", value);
}

/** Blanks, line breaks and comments, as they may stand in arrays. */
function skipSpace(source: Source): void {
  for (;;) {
    const next = peek(source);
    if (next === "#") {
      take(source);
      skipComment(source);
    } else if (isBlank(next) || isBreak(next)) take(source);
    else return;
  }
}

/** Go's `%q` of a rune; the end is a zero. */
function shown(character: string): string {
  return quoteRune(character === end ? 0 : character.codePointAt(0)!, false);
}

function shownOrEnd(character: string): string {
  return character === end ? "end of file" : `'${character}'`;
}
