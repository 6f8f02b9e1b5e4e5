import { compareBytes, isValues, type Value } from "../base/value.ts";

/** One field of a Go struct: its name and its JSON, or undefined where `omitempty` leaves it out. */
export type Field = readonly [name: string, json: string | undefined];

/** Writes a struct: fields in the given order. */
export function encodeStruct(fields: readonly Field[]): string {
  const parts: string[] = [];
  for (const [name, json] of fields) if (json !== undefined) parts.push(`"${name}":${json}`);
  return `{${parts.join(",")}}`;
}

/** Writes a string as Go's encoding/json does: `<`, `>`, `&`, U+2028 and U+2029 are escaped. */
export function encodeString(text: string): string {
  return JSON.stringify(text.toWellFormed()).replace(
    /[<>&\u2028\u2029]/g,
    (character) => escapes[character] ?? character,
  );
}

/** Writes a value as Go's encoding/json does: keys of maps in the order of their bytes. */
export function encodeValue(value: Value): string {
  if (value === null) return "null";
  if (typeof value === "string") return encodeString(value);
  if (typeof value === "boolean") return value ? "true" : "false";
  if (typeof value === "bigint") return value.toString();
  if (typeof value === "number") return encodeNumber(value);
  if (!isValues(value)) return `[${value.map(encodeValue).join(",")}]`;
  const keys = Object.keys(value).toSorted(compareBytes);
  return `{${keys.map((key) => `${encodeString(key)}:${encodeValue(value[key] ?? null)}`).join(",")}}`;
}

const escapes: Readonly<Record<string, string>> = {
  "<": "\\u003c",
  ">": "\\u003e",
  "&": "\\u0026",
  "\u2028": "\\u2028",
  "\u2029": "\\u2029",
};

// Go and JavaScript agree on the shortest digits and on where the exponent form begins.
function encodeNumber(value: number): string {
  if (!Number.isFinite(value)) throw new TypeError(`json: unsupported value: ${value}`);
  return Object.is(value, -0) ? "-0" : String(value);
}
