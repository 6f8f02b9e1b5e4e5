import type { Value } from "../value.ts";
import {
  atLineEnd,
  giveUp,
  isEntry,
  isText,
  leaveLine,
  maxDepth,
  nextLine,
  type Place,
  quotedEnd,
  type Reader,
  skipSpaces,
  startsPlain,
  unquote,
  usualKey,
} from "./block-lines.ts";
import { resolveNode } from "./node-value.ts";

export function readScalar(reader: Reader, place: Place): Value {
  const { text, at } = reader;
  const code = text.charCodeAt(at);
  switch (code) {
    case 0x22: // "
    case 0x27: {
      const end = quotedEnd(text, at);
      const value = place.keep ? unquote(text, at, end) : null;
      reader.at = end;
      closeLine(reader, place);
      return value;
    }
    case 0x7c: // |
    case 0x3e:
      return readBlockScalar(reader, place);
    case 0x5b: // [
    case 0x7b: {
      const value = readFlow(reader);
      closeLine(reader, place);
      return value;
    }
    case 0x2d: // -
      if (isEntry(reader)) giveUp();
      return readPlain(reader, place);
    default:
      if (!startsPlain(code)) giveUp();
      return readPlain(reader, place);
  }
}

/** After a scalar that ends by itself: nothing else may follow, on its line or as its continuation. */
function closeLine(reader: Reader, { parent }: Place): void {
  const before = reader.at;
  skipSpaces(reader);
  if (reader.text.charCodeAt(reader.at) === 0x23 && reader.at === before) giveUp();
  if (!atLineEnd(reader)) giveUp();
  leaveLine(reader);
  if (reader.indent > parent) giveUp();
}

/** A flow list or map of one line with simple scalars in it. */
function readFlow(reader: Reader): Value {
  const { text } = reader;
  const isList = text.charCodeAt(reader.at) === 0x5b;
  const close = isList ? 0x5d : 0x7d;
  const items: Value[] = [];
  const map: { [key: string]: Value } = {};
  reader.depth += 1;
  if (reader.depth > maxDepth) giveUp();
  reader.at += 1;
  skipSpaces(reader);
  let isLast = text.charCodeAt(reader.at) === close;
  while (!isLast) {
    if (isList) items.push(readFlowItem(reader));
    else {
      const key = readFlowItem(reader);
      if (typeof key !== "string" || text.charCodeAt(reader.at) !== 0x3a) giveUp();
      if (text.charCodeAt(reader.at + 1) !== 0x20) giveUp();
      reader.at += 2;
      skipSpaces(reader);
      map[usualKey(key, key.length)] = readFlowItem(reader);
    }
    skipSpaces(reader);
    isLast = text.charCodeAt(reader.at) === close;
    if (isLast) break;
    if (text.charCodeAt(reader.at) !== 0x2c) giveUp();
    reader.at += 1;
    skipSpaces(reader);
  }
  reader.at += 1;
  reader.depth -= 1;
  return isList ? items : map;
}

function readFlowItem(reader: Reader): Value {
  const { text, at } = reader;
  const code = text.charCodeAt(at);
  if (code === 0x5b || code === 0x7b) return readFlow(reader);
  if (code === 0x22 || code === 0x27) {
    reader.at = quotedEnd(text, at);
    return unquote(text, at, reader.at);
  }
  flowText.lastIndex = at;
  const match = flowText.exec(text);
  if (match === null) giveUp();
  reader.at = flowText.lastIndex;
  return plainValue(reader, match[0]);
}

const flowText = /[A-Za-z0-9_./$][A-Za-z0-9_./$*=@-]*(?: [A-Za-z0-9_./$*=@-]+)*/y;

/** A plain scalar, with the lines that continue it. */
function readPlain(reader: Reader, { parent, keep }: Place): Value {
  const first = plainLine(reader);
  if (reader.indent <= parent) return keep || !isText(first.value) ? plainValue(reader, first.value) : null;
  if (first.hasComment) giveUp();
  let value = first.value;
  while (reader.indent > parent) {
    // An empty line would be a break and a comment the end: nextLine has stepped over either.
    if (skippedComment(reader)) giveUp();
    const line = plainLine(reader);
    if (line.hasComment && reader.indent > parent) giveUp();
    if (keep) value += ` ${line.value}`;
  }
  return keep || !isText(value) ? plainValue(reader, value) : null;
}

/** Whether the line before the reader's is no content: a comment or blanks. */
function skippedComment({ text, lineStart }: Reader): boolean {
  let at = text.lastIndexOf("\n", lineStart - 2) + 1;
  while (text.charCodeAt(at) === 0x20) at += 1;
  const code = text.charCodeAt(at);
  return code === 0x23 || code === 0x0a;
}

function plainValue(reader: Reader, text: string): Value {
  if (isText(text)) return text;
  const value = resolveNode("", text, true, reader.dialect);
  if (value instanceof Error || (typeof value === "number" && !Number.isFinite(value))) giveUp();
  return typeof value === "bigint" && reader.integers === "float64" ? Number(value) : value;
}

/** One line of a plain scalar; leaves the reader at the next line. */
function plainLine(reader: Reader): { readonly value: string; readonly hasComment: boolean } {
  const { text, at } = reader;
  const found = text.indexOf("\n", at);
  const end = found < 0 ? text.length : found;
  const line = text.slice(at, end);
  const hash = line.indexOf(" #");
  let value = hash < 0 ? line : line.slice(0, hash);
  if (value.charCodeAt(value.length - 1) === 0x20) value = value.trimEnd();
  // `a: b` here is an error, a tab may be one.
  if (value.includes(": ") || value.endsWith(":") || line.includes("\t")) giveUp();
  reader.at = end < text.length ? end + 1 : end;
  nextLine(reader);
  return { value, hasComment: hash >= 0 };
}

/** `|`, `|-`, and `>`, `>-` of simple lines, with the indentation of their first line. */
function readBlockScalar(reader: Reader, { parent, keep }: Place): Value {
  const { text } = reader;
  const isFolded = text.charCodeAt(reader.at) === 0x3e;
  const isStripped = text.charCodeAt(reader.at + 1) === 0x2d;
  const header = reader.at + (isStripped ? 2 : 1);
  if (text.charCodeAt(header) !== 0x0a) giveUp();
  const begin = header + 1;
  let at = begin;
  while (text.charCodeAt(at) === 0x20) at += 1;
  const indent = at - begin;
  // Empty lines first, tabs and an empty scalar are the whole reader's.
  if (
    indent <= parent ||
    indent === 0 ||
    text.charCodeAt(at) === 0x0a ||
    text.charCodeAt(at) === 0x09 ||
    at >= text.length
  )
    giveUp();
  const margin = " ".repeat(indent);
  let end = begin; // behind the last line with content
  let isRagged = false; // whether blanks alone make a line
  let start = begin;
  while (start < text.length) {
    const lineEnd = text.indexOf("\n", start);
    const next = lineEnd < 0 ? text.length : lineEnd + 1;
    if (text.startsWith(margin, start) && text.charCodeAt(start + indent) !== 0x0a && start + indent < text.length) {
      end = next;
    } else if (lineEnd !== start) {
      // Blanks alone, or the line that ends the scalar.
      at = start;
      while (text.charCodeAt(at) === 0x20) at += 1;
      const code = text.charCodeAt(at);
      if (code === 0x09 || at >= text.length) giveUp();
      if (code !== 0x0a) break;
      isRagged = true;
    }
    start = next;
  }
  reader.at = start;
  nextLine(reader);
  if (reader.indent > parent) giveUp();
  if (!keep) return null;
  const margins = isRagged ? new RegExp(`\n {0,${indent}}`, "g") : `\n${margin}`;
  const literal = text.slice(begin + indent, end).replaceAll(margins, "\n");
  const value = isFolded ? fold(literal) : literal;
  return isStripped && value.endsWith("\n") ? value.slice(0, -1) : value;
}

function fold(literal: string): string {
  if (/^[ \t]|\n[ \t\n]/.test(literal)) giveUp();
  return literal.replaceAll(/\n(?!$)/g, " ");
}
