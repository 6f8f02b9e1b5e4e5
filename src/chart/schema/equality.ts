import { isObject } from "./document.ts";

export type TypeName = "null" | "boolean" | "number" | "integer" | "string" | "array" | "object";

// The order in which the validator lists types in its messages.
const ordered: readonly TypeName[] = ["null", "boolean", "number", "integer", "string", "array", "object"];

export function typeOf(value: unknown): TypeName {
  if (value === null || value === undefined) return "null";
  if (Array.isArray(value)) return "array";
  switch (typeof value) {
    case "boolean":
      return "boolean";
    case "string":
      return "string";
    case "number":
    case "bigint":
      return "number";
    default:
      return "object";
  }
}

/** The types that a `type` keyword allows. */
export function typeNames(keyword: unknown): TypeName[] {
  const listed: readonly unknown[] = Array.isArray(keyword) ? keyword : [keyword];
  return ordered.filter((name) => listed.includes(name));
}

export function isInteger(value: unknown): boolean {
  return typeof value === "bigint" || Number.isInteger(value);
}

/** Equality of JSON values; numbers by value. */
export function equal(a: unknown, b: unknown): boolean {
  if (typeof a === "number" || typeof a === "bigint")
    return (typeof b === "number" || typeof b === "bigint") && Number(a) === Number(b);
  if (Array.isArray(a))
    return Array.isArray(b) && a.length === b.length && a.every((item, index) => equal(item, b[index]));
  if (isObject(a)) {
    if (!isObject(b)) return false;
    const names = Object.keys(a);
    return (
      names.length === Object.keys(b).length && names.every((name) => Object.hasOwn(b, name) && equal(a[name], b[name]))
    );
  }
  return a === b;
}

/** The first two equal items. */
export function findDuplicates(items: readonly unknown[]): readonly [number, number] | undefined {
  const seen = new Map<unknown, number[]>();
  for (const [index, item] of items.entries()) {
    // Scalars are told apart by their text; lists and maps are compared with the others of their kind and size.
    const key =
      typeof item === "object" && item !== null
        ? `${typeOf(item)} ${Object.keys(item).length}`
        : `${typeOf(item)}:${String(item)}`;
    for (const before of seen.get(key) ?? []) if (equal(items[before], item)) return [before, index];
    seen.set(key, [...(seen.get(key) ?? []), index]);
  }
  return undefined;
}

/** Go divides decimals exactly: 0.3 is a multiple of 0.1. */
export function isMultiple(value: number, of: number): boolean {
  const scale = 10 ** Math.max(decimals(value), decimals(of));
  return Math.round(value * scale) % Math.round(of * scale) === 0;
}

function decimals(value: number): number {
  const [mantissa = "", exponent = "0"] = String(value).split("e");
  return Math.max(0, (mantissa.split(".")[1] ?? "").length - Number(exponent));
}
