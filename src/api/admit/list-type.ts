import { type FieldError, fieldError } from "../field-error.ts";
import type { StructuralSchema } from "../structural-schema.ts";

/** Items that appear twice in lists of type set, or with the same keys in lists of type map; each only once. */
export function listErrors(value: unknown, schema: StructuralSchema, path = ""): FieldError[] {
  if (Array.isArray(value)) {
    const { items } = schema;
    const inner =
      items === undefined ? [] : value.flatMap((item, index) => listErrors(item, items, `${path}[${index}]`));
    return [...duplicates(value, schema, path), ...inner];
  }
  if (typeof value !== "object" || value === null) return [];
  const properties = schema.properties ?? {};
  const others = schema.additionalProperties;
  return Object.entries(value).flatMap(([key, field]) => {
    const dotted = path === "" ? key : `${path}.${key}`;
    const known = Object.hasOwn(properties, key) ? properties[key] : undefined;
    if (known !== undefined) return listErrors(field, known, dotted);
    return typeof others === "object" ? listErrors(field, others, `${path}[${key}]`) : [];
  });
}

function duplicates(list: readonly unknown[], schema: StructuralSchema, path: string): FieldError[] {
  switch (schema["x-kubernetes-list-type"] ?? "atomic") {
    case "atomic":
      return [];
    case "set":
      return repeated(list).map((index) => fieldError.duplicate(`${path}[${index}]`, list[index]));
    case "map": {
      const strange = list.findIndex((item) => item !== null && (typeof item !== "object" || Array.isArray(item)));
      if (strange >= 0) {
        const detail = "must be an object for an array of list-type map";
        return [fieldError.invalid(`${path}[${strange}]`, list[strange], detail)];
      }
      const keys = schema["x-kubernetes-list-map-keys"] ?? [];
      const named = list.map((item) => pick(item as Readonly<Record<string, unknown>> | null, keys));
      return repeated(named).map((index) => fieldError.duplicate(`${path}[${index}]`, named[index]));
    }
  }
}

/** The places where something stands for the second time. */
function repeated(list: readonly unknown[]): number[] {
  const seen = new Map<string, number>();
  return list.flatMap((item, index) => {
    const text = canonical(item);
    const times = (seen.get(text) ?? 0) + 1;
    seen.set(text, times);
    return times === 2 ? [index] : [];
  });
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`).join(",")}}`;
}

function pick(
  item: Readonly<Record<string, unknown>> | null,
  keys: readonly string[],
): Readonly<Record<string, unknown>> {
  if (item === null) return {};
  return Object.fromEntries(keys.filter((key) => Object.hasOwn(item, key)).map((key) => [key, item[key]]));
}
