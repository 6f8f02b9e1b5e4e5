import { compareBytes } from "../../base/value.ts";

/**
 * One step of a field path, spelled as FieldsV1 spells it: `f:NAME` a field, `k:{...}` the list item with these keys,
 * `v:VALUE` an item of a set, `i:INDEX` an item of a plain list. Equal steps are equal texts.
 */
export type PathElement = string;

export function fieldElement(name: string): PathElement {
  return `f:${name}`;
}

/** The list item with these keys, in any order. */
export function keyElement(keys: readonly (readonly [name: string, value: unknown])[]): PathElement {
  const sorted = [...keys].sort(([a], [b]) => compareBytes(a, b));
  return `k:{${sorted.map(([name, value]) => `${encode(name)}:${encode(value)}`).join(",")}}`;
}

export function valueElement(value: unknown): PathElement {
  return `v:${encode(value)}`;
}

/** Reads a step as a client may have written it; undefined for kinds of steps that a later version may know. Throws SyntaxError. */
export function parsePathElement(text: string): PathElement | undefined {
  if (text.length < 2) throw new SyntaxError("key must be 2 characters long:");
  if (text[1] !== ":") throw new SyntaxError(`missing colon: ${text}`);
  const rest = text.slice(2);
  switch (text[0]) {
    case "f":
      return text;
    case "v":
      return valueElement(JSON.parse(rest));
    case "k": {
      const keys: unknown = JSON.parse(rest);
      if (typeof keys !== "object" || keys === null || Array.isArray(keys)) {
        throw new SyntaxError(`expected an object of keys: ${text}`);
      }
      return keyElement(Object.entries(keys));
    }
    case "i":
      if (!/^[+-]?\d+$/.test(rest)) throw new SyntaxError(`expected an index: ${text}`);
      return `i:${Number.parseInt(rest, 10)}`;
    default:
      return undefined;
  }
}

/** The step as messages show it: `.name`, `[key="value"]`, `[="value"]`, `[0]`. */
export function formatPathElement(element: PathElement): string {
  const rest = element.slice(2);
  switch (element[0]) {
    case "f":
      return `.${rest}`;
    case "k": {
      const keys = Object.entries(JSON.parse(rest) as Record<string, unknown>);
      return `[${keys.map(([name, value]) => `${name}=${formatScalar(value)}`).join(",")}]`;
    }
    case "v":
      return `[=${formatScalar(JSON.parse(rest))}]`;
    default:
      return `[${rest}]`;
  }
}

/** Orders steps as FieldsV1 does: fields, keys, values, indexes; each kind by what it holds. */
export function comparePathElements(a: PathElement, b: PathElement): number {
  if (a === b) return 0;
  const kind = "fkvi".indexOf(a[0] ?? "") - "fkvi".indexOf(b[0] ?? "");
  if (kind !== 0) return kind;
  switch (a[0]) {
    case "k":
      return compareKeys(JSON.parse(a.slice(2)) as object, JSON.parse(b.slice(2)) as object);
    case "v":
      return compareScalars(JSON.parse(a.slice(2)), JSON.parse(b.slice(2)));
    case "i":
      return Number(a.slice(2)) - Number(b.slice(2));
    default:
      return compareBytes(a, b);
  }
}

function compareKeys(a: object, b: object): number {
  const left = Object.entries(a);
  const right = Object.entries(b);
  for (let i = 0; i < left.length && i < right.length; i += 1) {
    const [leftName, leftValue] = left[i] as [string, unknown];
    const [rightName, rightValue] = right[i] as [string, unknown];
    const order = compareBytes(leftName, rightName) || compareScalars(leftValue, rightValue);
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

function compareScalars(a: unknown, b: unknown): number {
  const rank = (value: unknown): number => ["number", "string", "boolean"].indexOf(typeof value);
  if (rank(a) !== rank(b)) return rank(a) - rank(b);
  if (typeof a === "string" && typeof b === "string") return compareBytes(a, b);
  return Number(a) - Number(b);
}

function formatScalar(value: unknown): string {
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}

// Go's JSON escapes what HTML would read; these texts are compared, so ours must be the same.
function encode(value: unknown): string {
  return JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
