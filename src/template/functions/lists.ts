import { toText } from "../cast.ts";
import { isDeepEqual } from "../compare.ts";
import { GoError } from "../errors.ts";
import { checkLength, checkListLength, checkTime } from "../limits.ts";
import { toInt64 } from "../cast.ts";
import { isTrue } from "../truth.ts";
import {
  compareText,
  elementAt,
  elementsOf,
  Integer,
  isSlice,
  kindOf,
  listOfLists,
  namedType,
  nilList,
  strings,
  withType,
} from "../value.ts";
import { define, defineList, defineVariadic, type GoFunction } from "./function.ts";

type Slice = readonly unknown[] | Uint8Array;

const push = define(["any", "any"], (value, item) => [...elements(value, "Cannot push on type"), item]);
const prepend = define(["any", "any"], (value, item) => [item, ...elements(value, "Cannot prepend on type")]);
const first = define(["any"], (value) => {
  const items = slice(value, "Cannot find first on type");
  return items.length === 0 ? null : elementAt(items, 0);
});
const last = define(["any"], (value) => {
  const items = slice(value, "Cannot find last on type");
  return items.length === 0 ? null : elementAt(items, items.length - 1);
});
const rest = define(["any"], (value) => {
  const items = elements(value, "Cannot find rest on type");
  return items.length === 0 ? nilList : items.slice(1);
});
const initial = define(["any"], (value) => {
  const items = elements(value, "Cannot find initial on type");
  return items.length === 0 ? nilList : items.slice(0, -1);
});
const reverse = define(["any"], (value) => elements(value, "Cannot find reverse on type").toReversed());
const compact = define(["any"], (value) => elements(value, "Cannot compact on type").filter(isTrue));
const uniq = define(["any"], (value) => {
  const seen = new Set<unknown>();
  const seenIntegers = new Set<string>();
  const kept: unknown[] = [];
  for (const item of elements(value, "Cannot find uniq on type")) {
    if (isSimple(item)) {
      if (seen.has(item)) continue;
      seen.add(item);
    } else if (item instanceof Integer) {
      const key = `${item.kind} ${item.value}`;
      if (seenIntegers.has(key)) continue;
      seenIntegers.add(key);
    } else if (includes(kept, item)) continue;
    kept.push(item);
  }
  return kept;
});
const without = defineVariadic(["any"], "any", (value, ...omitted) => {
  return elements(value, "Cannot find without on type").filter((item) => !includes(omitted, item));
});
const has = define(["any", "any"], (needle, haystack) => {
  if (haystack === null) return false;
  return includes(elements(haystack, "Cannot find has on type"), needle);
});
const sliceFunction = defineVariadic(["any"], "any", (value, ...indices) => sliceOf(value, indices));
const chunk = define(["int", "any"], chunkOf);

/** Sprig's functions on lists. */
export const listFunctions: Readonly<Record<string, GoFunction>> = {
  list: defineList((values) => values),
  tuple: defineList((values) => values),
  append: push,
  push,
  mustAppend: push,
  mustPush: push,
  prepend,
  mustPrepend: prepend,
  first,
  mustFirst: first,
  last,
  mustLast: last,
  rest,
  mustRest: rest,
  initial,
  mustInitial: initial,
  reverse,
  mustReverse: reverse,
  compact,
  mustCompact: compact,
  uniq,
  mustUniq: uniq,
  without,
  mustWithout: without,
  has,
  mustHas: has,
  slice: sliceFunction,
  mustSlice: sliceFunction,
  chunk,
  mustChunk: chunk,
  concat: defineVariadic([], "any", concat),
  sortAlpha: define(["any"], (value) => {
    if (!isSlice(value)) return strings([toText(value)]);
    return strings(toTexts(value).sort(compareText));
  }),
  join: define(["string", "any"], (separator, value) => joinTexts(toTexts(value), separator)),
  toStrings: define(["any"], (value) => strings(toTexts(value))),
};

function includes(items: readonly unknown[], wanted: unknown): boolean {
  checkTime();
  return items.some((item) => isDeepEqual(wanted, item));
}

function isSimple(item: unknown): boolean {
  return typeof item !== "object" && !(typeof item === "number" && Number.isNaN(item));
}

function slice(value: unknown, complaint: string): Slice {
  if (isSlice(value)) return value;
  // reflect.TypeOf(nil).Kind() panics in Go.
  if (value === null) throw new GoError("runtime error: invalid memory address or nil pointer dereference");
  throw new GoError(`${complaint} ${kindOf(value)}`);
}

function elements(value: unknown, complaint: string): readonly unknown[] {
  return elementsOf(slice(value, complaint));
}

/** Sprig's strslice: the texts of a list without its nils; a single value is a list of one. */
export function toTexts(value: unknown): string[] {
  if (value === null || value === undefined) return [];
  if (!isSlice(value)) return [toText(value)];
  const texts: string[] = [];
  for (const item of elementsOf(value)) if (item !== null && item !== undefined) texts.push(toText(item));
  return texts;
}

function joinTexts(texts: readonly string[], separator: string): string {
  const length = texts.reduce((sum, text) => sum + text.length + separator.length, 0);
  checkLength(length);
  return texts.join(separator);
}

function concat(...lists: unknown[]): readonly unknown[] {
  const all: unknown[] = [];
  for (const value of lists) {
    if (value === null) throw new GoError("runtime error: invalid memory address or nil pointer dereference");
    if (!isSlice(value)) throw new GoError(`Cannot concat type ${kindOf(value)} as list`);
    for (const item of elementsOf(value)) all.push(item);
    checkListLength(all.length);
  }
  return all.length === 0 ? nilList : all;
}

function sliceOf(value: unknown, indices: readonly unknown[]): unknown {
  const items = slice(value, "list should be type of slice or array but");
  if (items.length === 0) return null;
  const start = indices.length > 0 ? Number(toInt64(indices[0])) : 0;
  const end = indices.length < 2 ? items.length : Number(toInt64(indices[1]));
  if (start < 0 || start > end || end > items.length)
    throw new GoError("reflect.Value.Slice: slice index out of bounds");
  const part = items.slice(start, end);
  const type = namedType(items);
  return type === undefined ? part : withType(part, type);
}

// The arithmetic is Sprig's, so that odd sizes end as they do there.
function chunkOf(size: number, value: unknown): unknown[][] {
  const items = elements(value, "Cannot chunk type");
  const count = Math.floor((items.length - 1) / size) + 1;
  if (!(count >= 0 && count <= items.length)) throw new GoError("runtime error: makeslice: len out of range");
  const chunks: unknown[][] = [];
  for (let i = 0; i < count; i += 1) {
    // sprig: what is left of a negative size may be a length all the same.
    const length = i < count - 1 ? size : items.length % size || size;
    if (length < 0) throw new GoError("runtime error: makeslice: len out of range");
    chunks.push(items.slice(i * size, i * size + length));
  }
  return withType(chunks, listOfLists);
}
