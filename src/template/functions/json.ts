import { goQuote } from "../../base/go-quote.ts";
import type { Value } from "../../base/value.ts";
import { GoError } from "../errors.ts";
import { toPlain } from "../plain.ts";
import { runes, toBytes } from "../text.ts";
import { newMap, setKey, sortedKeys, type GoMap } from "../value.ts";
import { newVisit } from "../visit.ts";
import { define, type GoFunction } from "./function.ts";

/** JSON as Go's encoding/json writes and reads it. */
export const jsonFunctions: Readonly<Record<string, GoFunction>> = {
  toJson: define(["any"], (value) => orEmpty(() => encodeJson(value))),
  mustToJson: define(["any"], (value) => encodeJson(value)),
  toPrettyJson: define(["any"], (value) => orEmpty(() => encodeJson(value, { indent: "  " }))),
  mustToPrettyJson: define(["any"], (value) => encodeJson(value, { indent: "  " })),
  toRawJson: define(["any"], (value) => encodeJson(value, { raw: true })),
  mustToRawJson: define(["any"], (value) => encodeJson(value, { raw: true })),
  fromJson: define(["string"], (text) => {
    try {
      const value = decodeJson(text);
      if (value === null) return newMap();
      if (typeof value === "object" && !Array.isArray(value)) return value;
      throw mismatch(value, "map[string]interface {}");
    } catch (error) {
      return { Error: goText(error) };
    }
  }),
  fromJsonArray: define(["string"], (text) => {
    try {
      const value = decodeJson(text);
      if (value === null || Array.isArray(value)) return value ?? [];
      throw mismatch(value, "[]interface {}");
    } catch (error) {
      return [goText(error)];
    }
  }),
  mustFromJson: define(["string"], decodeJson),
};

/** The value of a function that hides its errors: the empty string in their place. */
export function orEmpty(encode: () => string): string {
  try {
    return encode();
  } catch (error) {
    if (error instanceof GoError && !error.limit) return "";
    throw error;
  }
}

/** The text of a Go error; anything else goes on. */
export function goText(error: unknown): string {
  if (error instanceof GoError) return error.message;
  throw error;
}

/** json.Unmarshal's complaint about a value that does not fit a Go type. */
export function mismatch(value: Value, type: string): GoError {
  return new GoError(`json: cannot unmarshal ${jsonKind(value)} into Go value of type ${type}`);
}

function jsonKind(value: Value): string {
  if (Array.isArray(value)) return "array";
  switch (typeof value) {
    case "string":
      return "string";
    case "number":
    case "bigint":
      return "number";
    case "boolean":
      return "bool";
    default:
      return value === null ? "null" : "object";
  }
}

interface Encoding {
  readonly indent?: string;
  /** Leaves `<`, `>` and `&` as they are. */
  readonly raw?: boolean;
}

/** json.Marshal (or MarshalIndent). Throws GoError for what JSON does not have. */
export function encodeJson(value: unknown, { indent = "", raw = false }: Encoding = {}): string {
  return encode(toPlain(value, 0, newVisit("kept")), { indent, raw }, "\n");
}

function encode(value: Value, options: Required<Encoding>, newline: string): string {
  switch (typeof value) {
    case "string":
      return encodeText(value, options.raw);
    case "number":
      return encodeNumber(value);
    case "bigint":
    case "boolean":
      return String(value);
    default:
      break;
  }
  if (value === null || value === undefined) return "null";
  const { indent } = options;
  const inner = indent === "" ? "" : newline + indent;
  const outer = indent === "" ? "" : newline;
  if (Array.isArray(value)) {
    if (value.length === 0) return "[]";
    return `[${inner}${value.map((item: Value) => encode(item, options, inner)).join(`,${inner}`)}${outer}]`;
  }
  const map = value as GoMap;
  const keys = sortedKeys(map);
  if (keys.length === 0) return "{}";
  const colon = indent === "" ? ":" : ": ";
  const entries = keys.map((key) => encodeText(key, options.raw) + colon + encode(map[key] as Value, options, inner));
  return `{${inner}${entries.join(`,${inner}`)}${outer}}`;
}

/** A float as encoding/json writes it: plain digits between 1e-6 and 1e21. */
export function encodeNumber(value: number): string {
  if (value === 0) return Object.is(value, -0) ? "-0" : "0";
  const size = Math.abs(value);
  if (size >= 1e-6 && size < 1e21) return String(value);
  return value.toExponential().replace(/\.?0*e/, "e");
}

const needsEscape = /["\\<>&\x00-\x1f\u2028\u2029\ud800-\udfff]/;
const escapes: Readonly<Record<string, string>> = {
  '"': '\\"',
  "\\": "\\\\",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\b": "\\b",
  "\f": "\\f",
};

function encodeText(text: string, raw: boolean): string {
  if (!needsEscape.test(text)) return `"${text}"`;
  const pattern = raw ? /["\\\x00-\x1f\u2028\u2029]/g : /["\\<>&\x00-\x1f\u2028\u2029]/g;
  const escaped = text.replace(pattern, (char) => {
    return escapes[char] ?? `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
  return `"${escaped.isWellFormed() ? escaped : escaped.replace(loneSurrogate, "\\ufffd")}"`;
}

// Each byte that is not UTF-8.
const loneSurrogate = /\p{Cs}/gu;

/** json.Unmarshal into interface{}: every number is a float64. Throws GoError with Go's text. */
export function decodeJson(text: string): Value {
  let value: Value;
  try {
    // Go has no half of a surrogate pair, and no bytes that are not UTF-8.
    value = (mayBeMalformed.test(text) ? JSON.parse(text, wellFormed) : JSON.parse(text)) as Value;
  } catch {
    throw new GoError(jsonComplaint(text));
  }
  return value;
}

const mayBeMalformed = /\\u[dD]|[\ud800-\udfff]/;

function wellFormed(_: string, value: unknown): unknown {
  if (typeof value === "string") return value.toWellFormed();
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  if (Object.keys(value).every((key) => key.isWellFormed())) return value;
  const map = newMap();
  for (const [key, item] of Object.entries(value)) setKey(map, key.toWellFormed(), item);
  return map;
}

// Finds where the text stops being JSON, in Go's words.
function jsonComplaint(text: string): string {
  const all = runes(text);
  let at = 0;
  const end = "unexpected end of JSON input";
  class Complaint extends Error {}

  function fail(context: string): never {
    const char = all[at];
    // Go's scanner ends a text with a space, and complains about that where a word or a number is cut off.
    if (char === undefined && !/literal/.test(context)) throw new Complaint(end);
    if (char === undefined && context === "in string literal") throw new Complaint(end);
    throw new Complaint(`invalid character ${quoteChar(char ?? " ")} ${context}`);
  }
  function space(): void {
    while (/^[ \t\r\n]$/.test(all[at] ?? "")) at += 1;
  }
  function literal(word: string): void {
    const first = at;
    for (const char of word) {
      if (all[at] !== char) fail(`in literal ${word} (expecting ${quoteChar(word.charAt(at - first))})`);
      at += 1;
    }
  }
  function string(): void {
    at += 1;
    for (;;) {
      const char = all[at];
      if (char === undefined) throw new Complaint(end);
      if (char < " ") fail("in string literal");
      at += 1;
      if (char === '"') return;
      if (char !== "\\") continue;
      const escaped = all[at];
      if (escaped === "u") {
        at += 1;
        for (let i = 0; i < 4; i += 1) {
          if (!/^[0-9a-fA-F]$/.test(all[at] ?? "")) fail("in \\u hexadecimal character escape");
          at += 1;
        }
      } else if (escaped !== undefined && '"\\/bfnrt'.includes(escaped)) at += 1;
      else fail("in string escape code");
    }
  }
  function digits(): void {
    while (/^[0-9]$/.test(all[at] ?? "")) at += 1;
  }
  function number(): void {
    if (all[at] === "-") {
      at += 1;
      if (!/^[0-9]$/.test(all[at] ?? "")) fail("in numeric literal");
    }
    if (all[at] === "0") at += 1;
    else digits();
    if (all[at] === ".") {
      at += 1;
      if (!/^[0-9]$/.test(all[at] ?? "")) fail("after decimal point in numeric literal");
      digits();
    }
    if (all[at] === "e" || all[at] === "E") {
      at += 1;
      if (all[at] === "+" || all[at] === "-") at += 1;
      if (!/^[0-9]$/.test(all[at] ?? "")) fail("in exponent of numeric literal");
      digits();
    }
  }
  function value(depth: number): void {
    space();
    if (depth > 10_000) throw new Complaint("exceeded max depth");
    const char = all[at] ?? "";
    if (char === "{") return object(depth);
    if (char === "[") return array(depth);
    if (char === '"') return string();
    if (char === "t") return literal("true");
    if (char === "f") return literal("false");
    if (char === "n") return literal("null");
    if (/^[-0-9]$/.test(char)) return number();
    fail("looking for beginning of value");
  }
  function object(depth: number): void {
    at += 1;
    space();
    if (all[at] === "}") {
      at += 1;
      return;
    }
    for (;;) {
      space();
      if (all[at] !== '"') fail("looking for beginning of object key string");
      string();
      space();
      if (all[at] !== ":") fail("after object key");
      at += 1;
      value(depth + 1);
      space();
      if (all[at] === "}") break;
      if (all[at] !== ",") fail("after object key:value pair");
      at += 1;
    }
    at += 1;
  }
  function array(depth: number): void {
    at += 1;
    space();
    if (all[at] === "]") {
      at += 1;
      return;
    }
    for (;;) {
      value(depth + 1);
      space();
      if (all[at] === "]") break;
      if (all[at] !== ",") fail("after array element");
      at += 1;
    }
    at += 1;
  }

  try {
    value(0);
    space();
    if (at < all.length) fail("after top-level value");
  } catch (error) {
    if (error instanceof Complaint) return error.message;
    if (error instanceof RangeError) return "exceeded max depth";
    throw error;
  }
  return end;
}

// Go looks at bytes: of a character beyond ASCII it names the first byte.
function quoteChar(character: string): string {
  const char = character <= "\x7f" ? character : String.fromCharCode(toBytes(character)[0] ?? 0);
  if (char === "'") return "'\\''";
  if (char === '"') return "'\"'";
  return `'${goQuote(char).slice(1, -1)}'`;
}
