import type { Value } from "../value.ts";
import {
  atLineEnd,
  type BlockOptions,
  giveUp,
  isEntry,
  isGap,
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
  unusual,
  usualKey,
} from "./block-lines.ts";
import { readScalar } from "./block-scalars.ts";
import { resolveNode } from "./node-value.ts";

/** What `tryReadBlocks` gives for a text that needs the whole reader. */
export const notPlain: unique symbol = Symbol("not plain");

/**
 * Reads the YAML that people and templates write nearly always: block maps and lists with plain keys, scalars of one style each, no
 * anchors, tags or directives. Many times faster than the whole reader, and of one meaning with it: whatever is unusual, or wrong in any
 * way, gives `notPlain` and is the whole reader's.
 */
export function tryReadBlocks(text: string, options: BlockOptions): Value | typeof notPlain {
  if (strange.test(text)) return notPlain;
  const reader: Reader = { text, ...options, at: 0, lineStart: 0, indent: 0, depth: 0 };
  try {
    if (text.startsWith("---\n")) reader.at = reader.lineStart = 4;
    nextLine(reader);
    if (reader.indent < 0) return null;
    const value = readBlock(reader, { parent: -1, keep: true });
    return reader.indent < 0 ? value : notPlain;
  } catch (error) {
    if (error === unusual) return notPlain;
    throw error;
  }
}

// Other line breaks than \n, and a byte order mark.
const strange = /[\r\x85\u2028\u2029\ufeff]/;

/** Reads what begins at the reader's line: a list, a map or a scalar. */
function readBlock(reader: Reader, place: Place): Value {
  reader.depth += 1;
  if (reader.depth > maxDepth) giveUp();
  const value = isEntry(reader) ? readList(reader, place.keep) : readMapOrScalar(reader, place);
  reader.depth -= 1;
  return value;
}

function readList(reader: Reader, keep: boolean): Value[] {
  const { text, indent } = reader;
  const items: Value[] = [];
  while (reader.indent === indent && isEntry(reader)) {
    reader.at += 1;
    skipSpaces(reader);
    let item: Value = null;
    if (atLineEnd(reader)) {
      leaveLine(reader);
      if (reader.indent > indent) item = readBlock(reader, { parent: indent, keep });
    } else {
      if (text.charCodeAt(reader.at) === 0x09) giveUp();
      reader.indent = reader.at - reader.lineStart;
      item = readBlock(reader, { parent: indent, keep });
    }
    if (keep) items.push(item);
  }
  if (reader.indent > indent) giveUp();
  return items;
}

function readMapOrScalar(reader: Reader, { parent, keep }: Place): Value {
  const { indent, depth } = reader;
  let key = tryReadKey(reader);
  if (key === undefined) return readScalar(reader, { parent, keep });
  const map: { [key: string]: Value } = {};
  const { only } = reader;
  for (;;) {
    const wanted = keep && (depth > 1 || only === undefined || only.has(key.toLowerCase()));
    const value = readValue(reader, { parent: indent, keep: wanted });
    if (wanted) map[key] = value;
    if (reader.indent !== indent) break;
    key = tryReadKey(reader);
    if (key === undefined) giveUp();
  }
  if (reader.indent > indent) giveUp();
  return map;
}

/** Reads what stands after a key's colon, in the line or below it. */
function readValue(reader: Reader, place: Place): Value {
  skipSpaces(reader);
  if (!atLineEnd(reader)) return readScalar(reader, place);
  leaveLine(reader);
  if (reader.indent > place.parent) return readBlock(reader, place);
  if (reader.indent !== place.parent || !isEntry(reader)) return null;
  // A list may stand as far left as its key.
  return readBlock(reader, place);
}

/** Reads `key:` and leaves the reader behind the colon; undefined, and not moved, where there is no key. */
function tryReadKey(reader: Reader): string | undefined {
  const { text, at } = reader;
  const first = text.charCodeAt(at);
  if (first === 0x22 || first === 0x27) {
    const end = quotedEnd(text, at);
    let colon = end;
    const breaks = text.slice(at, end).includes("\n");
    while (text.charCodeAt(colon) === 0x20) colon += 1;
    if (text.charCodeAt(colon) !== 0x3a) return undefined;
    if (breaks || !isGap(text, colon + 1)) giveUp();
    reader.at = colon + 1;
    return usualKey(unquote(text, at, end), colon - at);
  }
  if (!startsPlain(first)) return undefined;
  const lineEnd = text.indexOf("\n", at);
  const line = text.slice(at, lineEnd < 0 ? text.length : lineEnd);
  let colon = line.indexOf(":");
  while (colon >= 0 && !isGap(text, at + colon + 1)) colon = line.indexOf(":", colon + 1);
  if (colon < 0) return undefined;
  const key = line.slice(0, colon);
  // A comment before the colon, blanks before it, and the like.
  if (oddKey.test(key)) giveUp();
  reader.at = at + colon + 1;
  if (!isText(key) && !smallNumber.test(key) && resolveNode("", key, true, reader.dialect) !== key) giveUp();
  return usualKey(key, key.length);
}

const oddKey = /\s/;

const smallNumber = /^(?:0|[1-9][0-9]{0,8})$/;
