import { isEqual, isLess } from "../compare.ts";
import { GoError } from "../errors.ts";
import { printed, sprintAll, sprintln } from "../print.ts";
import { sprintf } from "../printf.ts";
import { codePoint, runes, toBytes } from "../text.ts";
import { isPrint } from "../quote.ts";
import { isTrue } from "../truth.ts";
import {
  elementAt,
  getKey,
  int,
  Integer,
  isMap,
  isSlice,
  kindOf,
  namedType,
  reflectedTypeName,
  typeName,
} from "../value.ts";
import { byteLength } from "../text.ts";
import { zeroElement } from "../field.ts";
import { define, defineList, defineVariadic, type GoFunction } from "./function.ts";

/** The functions that text/template itself has. `and`, `or` and `call` are compiled apart; only their signatures are used here. */
export const builtins: Readonly<Record<string, GoFunction>> = {
  and: defineVariadic(["value"], "value", (first) => first),
  or: defineVariadic(["value"], "value", (first) => first),
  call: defineVariadic(["value"], "value", (callee) => callValue(callee)),
  not: define(["value"], (value) => !isTrue(value)),

  eq: defineVariadic(["value"], "value", (first, ...others) => {
    if (others.length === 0) throw new GoError("missing argument for comparison");
    return others.some((other) => isEqual(first, other));
  }),
  ne: define(["value", "value"], (first, second) => !isEqual(first, second)),
  lt: define(["value", "value"], isLess),
  le: define(["value", "value"], (first, second) => isLess(first, second) || isEqual(first, second)),
  gt: define(["value", "value"], (first, second) => !(isLess(first, second) || isEqual(first, second))),
  ge: define(["value", "value"], (first, second) => !isLess(first, second)),

  index: defineVariadic(["value"], "value", index),
  len: define(["value"], length),

  print: defineList(sprintAll),
  println: defineList(sprintln),
  printf: defineVariadic(["string"], "any", (format, ...values) => sprintf(format, values)),

  html: defineVariadic([], "any", (...values) => escapeHtml(asOneText(values))),
  js: defineVariadic([], "any", (...values) => escapeJavaScript(asOneText(values))),
  urlquery: defineVariadic([], "any", (...values) => queryEscape(asOneText(values))),
};

/** The builtin `call` on a value that is not a function: none of ours is. */
export function callValue(callee: unknown, source = ""): never {
  if (callee === null || callee === undefined) throw new GoError("call of nil");
  throw new GoError(`non-function ${source} of type ${typeName(callee)}`);
}

function index(item: unknown, ...indexes: unknown[]): unknown {
  if (item === null || item === undefined) throw new GoError("index of untyped nil");
  let current: unknown = item;
  for (const key of indexes) {
    if (current === null || current === undefined) throw new GoError("index of nil pointer");
    current = indexOne(current, key);
  }
  return current;
}

function indexOne(item: unknown, key: unknown): unknown {
  if (typeof item === "string") {
    const bytes = toBytes(item);
    const at = indexArgument(key, bytes.length);
    if (at === bytes.length) throw new GoError("reflect: string index out of range");
    return new Integer("uint8", BigInt(bytes[at] ?? 0));
  }
  if (isSlice(item)) {
    const at = indexArgument(key, item.length);
    if (at === item.length) throw new GoError("reflect: slice index out of range");
    return elementAt(item, at);
  }
  if (!isMap(item)) throw new GoError(`can't index item of type ${typeName(item).replace(/^\*/, "")}`);
  if (key === null || key === undefined) throw new GoError("value is nil; should be of type string");
  if (typeof key !== "string") throw new GoError(`value has type ${typeName(key)}; should be string`);
  return getKey(item, key) ?? zeroElement(namedType(item));
}

function indexArgument(key: unknown, length: number): number {
  if (key === null || key === undefined) throw new GoError("cannot index slice/array with nil");
  const value = key instanceof Integer ? key.value : key;
  if (typeof value !== "bigint") throw new GoError(`cannot index slice/array with type ${typeName(key)}`);
  if (value < 0n || value > BigInt(length)) throw new GoError(`index out of range: ${value}`);
  return Number(value);
}

function length(item: unknown): Integer {
  if (typeof item === "string") return int(byteLength(item));
  if (item === null) throw new GoError("len of nil pointer");
  if (item === undefined) throw new GoError("reflect: call of reflect.Value.Type on zero Value");
  if (isSlice(item)) return int(item.length);
  if (isMap(item)) return int(Object.keys(item).length);
  if (kindOf(item) === "ptr") throw new GoError(`len of type ${typeName(item).slice(1)}`);
  throw new GoError(`len of type ${reflectedTypeName(item)}`);
}

function asOneText(values: readonly unknown[]): string {
  const [only] = values;
  if (values.length === 1 && typeof only === "string") return only;
  return sprintAll(values.map((value) => (value === null ? printed(undefined) : value)));
}

const htmlEscapes: Readonly<Record<string, string>> = {
  "\0": "\ufffd",
  '"': "&#34;",
  "'": "&#39;",
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
};

function escapeHtml(text: string): string {
  return text.replace(/[\0"'&<>]/g, (char) => htmlEscapes[char] ?? char);
}

const scriptEscapes: Readonly<Record<string, string>> = {
  "\\": "\\\\",
  "'": "\\'",
  '"': '\\"',
  "<": "\\u003C",
  ">": "\\u003E",
  "&": "\\u0026",
  "=": "\\u003D",
};

function escapeJavaScript(text: string): string {
  if (!/[\\'"<>&=\x00-\x1f\x80-\uffff]/.test(text)) return text;
  return runes(text)
    .map((rune) => {
      const short = scriptEscapes[rune];
      if (short !== undefined) return short;
      const point = codePoint(rune);
      if (point < 0x20) return `\\u00${point.toString(16).toUpperCase().padStart(2, "0")}`;
      // A byte that is not UTF-8 counts as U+FFFD, which can be printed.
      if (point < 0x80 || isPrint(rune) || !rune.isWellFormed()) return rune;
      return `\\u${point.toString(16).toUpperCase().padStart(4, "0")}`;
    })
    .join("");
}

/** url.QueryEscape. */
export function queryEscape(text: string): string {
  let escaped = "";
  for (const byte of toBytes(text)) {
    const char = String.fromCharCode(byte);
    if (/[A-Za-z0-9\-_.~]/.test(char)) escaped += char;
    else if (byte === 0x20) escaped += "+";
    else escaped += `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  }
  return escaped;
}
