import type { StructuralSchema } from "../structural-schema.ts";

/**
 * Fills in the defaults of a structural schema, and drops nulls where the schema allows none and has no default, as the API
 * server does. The input is not changed; parts that gain nothing are shared.
 */
export function applyDefaults<T>(value: T, schema: StructuralSchema): T {
  return fill(value, schema) as T;
}

function fill(value: unknown, schema: StructuralSchema | undefined): unknown {
  if (schema === undefined) return value;
  if (Array.isArray(value)) {
    const { items } = schema;
    if (items === undefined) return value;
    const next = value.map((item: unknown) => fill(item === null ? defaultForNull(items) : item, items));
    return next.every((item, index) => item === value[index]) ? value : next;
  }
  if (typeof value !== "object" || value === null) return value;
  const properties = schema.properties ?? {};
  const others = typeof schema.additionalProperties === "object" ? schema.additionalProperties : undefined;
  let changed = false;
  const entries: [string, unknown][] = [];
  for (const [key, field] of Object.entries(value)) {
    const known = Object.hasOwn(properties, key) ? properties[key] : others;
    const given = field === null && known !== undefined ? defaultForNull(known) : field;
    if (given === null && known !== undefined && known.nullable !== true) {
      changed = true;
      continue;
    }
    const next = fill(given, known);
    changed ||= next !== field;
    entries.push([key, next]);
  }
  for (const [key, property] of Object.entries(properties)) {
    if (property.default === undefined || property.default === null || Object.hasOwn(value, key)) continue;
    changed = true;
    entries.push([key, fill(structuredClone(property.default), property)]);
  }
  return changed ? Object.fromEntries(entries) : value;
}

function defaultForNull(schema: StructuralSchema): unknown {
  if (schema.nullable === true || schema.default === undefined) return null;
  return structuredClone(schema.default);
}
