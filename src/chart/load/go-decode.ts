import { formatFloat } from "../../base/go-float.ts";
import { compareBytes, isValues, type Value, type Values } from "../../base/value.ts";

/** What a Go type takes from YAML, as far as Chart.yaml, lock files and the heads of manifests need it. */
export type GoShape =
  | { readonly shape: "string" }
  | { readonly shape: "bool" }
  | { readonly shape: "any" }
  | { readonly shape: "stringMap" }
  | { readonly shape: "list"; readonly type: string; readonly of: GoShape }
  | {
      readonly shape: "struct";
      readonly type: string;
      readonly owner: string;
      readonly fields: Readonly<Record<string, GoShape>>;
    };

export const goString: GoShape = { shape: "string" };
export const goBool: GoShape = { shape: "bool" };
export const goAny: GoShape = { shape: "any" };
export const goStringMap: GoShape = { shape: "stringMap" };
export const goStrings: GoShape = { shape: "list", type: "[]string", of: goString };
export const goList: GoShape = { shape: "list", type: "[]interface {}", of: goAny };

/**
 * Reads a parsed document as sigs.k8s.io/yaml fills a Go struct: field names in any case, scalars become strings where a string is
 * wanted, unknown fields are dropped, and what does not fit is an error with Go's text.
 */
export function decodeDocument(document: Value, shape: GoShape & { readonly shape: "struct" }): Values {
  if (document === null) return {};
  if (!isValues(document)) throw mismatch(document, `Go value of type ${shape.type}`);
  return decodeStruct(document, shape, "");
}

/** The name of the first field that the struct does not have, in the order in which Go meets them; undefined when all are known. */
export function unknownField(document: Value, struct: GoShape & { readonly shape: "struct" }): string | undefined {
  if (!isValues(document)) return undefined;
  for (const key of Object.keys(document).sort(compareBytes)) {
    const shape = fieldOf(struct, key)?.shape;
    if (shape === undefined) return key;
    const value = document[key]!;
    const below = shape.shape === "list" ? shape.of : shape;
    if (below.shape !== "struct") continue;
    for (const item of Array.isArray(value) ? (value as readonly Value[]) : [value]) {
      const found = unknownField(item, below);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

function fieldOf(
  struct: GoShape & { readonly shape: "struct" },
  key: string,
): { readonly name: string; readonly shape: GoShape } | undefined {
  const name = Object.hasOwn(struct.fields, key)
    ? key
    : Object.keys(struct.fields).find((candidate) => candidate.toLowerCase() === key.toLowerCase());
  return name === undefined ? undefined : { name, shape: struct.fields[name]! };
}

function decodeStruct(map: Values, struct: GoShape & { readonly shape: "struct" }, path: string): Values {
  const result: Record<string, Value> = {};
  for (const key of Object.keys(map).sort(compareBytes)) {
    const field = fieldOf(struct, key);
    if (field === undefined) continue;
    const { name, shape } = field;
    const value = decode(map[key]!, shape, `${struct.owner}${path}.${name}`, `${path}.${name}`);
    if (value !== undefined) result[name] = value;
  }
  return result;
}

/** Undefined for null: Go leaves the field as it was. */
function decode(value: Value, shape: GoShape, field: string, path: string): Value | undefined {
  if (value === null) return undefined;
  switch (shape.shape) {
    case "any":
      return value;
    case "string":
      return scalarText(value, field);
    case "bool":
      if (typeof value !== "boolean") throw mismatch(value, `Go struct field ${field} of type bool`);
      return value;
    case "stringMap": {
      if (!isValues(value)) throw mismatch(value, `Go struct field ${field} of type map[string]string`);
      const entries = Object.keys(value).map((key) => [key, value[key] === null ? "" : scalarText(value[key]!, field)]);
      return Object.fromEntries(entries) as Values;
    }
    case "list":
      if (!Array.isArray(value)) throw mismatch(value, `Go struct field ${field} of type ${shape.type}`);
      return value.map(
        (item: Value) => decode(item, shape.of, field, path) ?? (shape.of.shape === "string" ? "" : null),
      );
    case "struct":
      if (!isValues(value)) throw mismatch(value, `Go struct field ${field} of type ${shape.type}`);
      return decodeStruct(value, shape, path);
  }
}

function scalarText(value: Value, field: string): string {
  switch (typeof value) {
    case "string":
      return value;
    case "bigint":
    case "boolean":
      return String(value);
    case "number":
      // Go still knows whether an integer or a float was written; integers are what is written.
      return Number.isSafeInteger(value) ? String(value) : formatFloat(value);
    default:
      throw mismatch(value, `Go struct field ${field} of type string`);
  }
}

function mismatch(value: Value, wanted: string): Error {
  const found = Array.isArray(value)
    ? "array"
    : { string: "string", boolean: "bool", object: "object" }[typeof value as "string" | "boolean" | "object"];
  return new Error(
    `error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${found ?? "number"} into ${wanted}`,
  );
}
