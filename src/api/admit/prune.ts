import type { StructuralSchema } from "../structural-schema.ts";

/** What pruning left, and the paths it took away, sorted: `spec.unknown`, `spec.list[0].extra`. */
export interface Pruned<T> {
  readonly value: T;
  readonly unknown: readonly string[];
}

/**
 * Drops the fields that a structural schema does not name, as the API server does when it reads an object. `root` objects keep
 * apiVersion, kind and metadata whatever the schema says. The input is not changed; parts that lose nothing are shared.
 */
export function prune<T>(
  value: T,
  schema: StructuralSchema,
  { root = true }: { readonly root?: boolean } = {},
): Pruned<T> {
  const unknown: string[] = [];
  const kept = pruneValue(value, root ? { ...schema, "x-kubernetes-embedded-resource": true } : schema, "", unknown);
  return { value: kept as T, unknown: unknown.sort() };
}

const objectFields: ReadonlySet<string> = new Set(["apiVersion", "kind", "metadata"]);

/** Below `schema: undefined` nothing is known: maps lose everything, lists keep their scalars. */
function pruneValue(value: unknown, schema: StructuralSchema | undefined, path: string, unknown: string[]): unknown {
  const open = schema?.["x-kubernetes-preserve-unknown-fields"] === true;
  if (Array.isArray(value)) {
    const items = value.map((item: unknown, index) => {
      const at = `${path}[${index}]`;
      if (!open) return pruneValue(item, schema?.items, at, unknown);
      return schema.items === undefined ? item : pruneOpen(item, schema.items, at, unknown);
    });
    return items.every((item, index) => item === value[index]) ? value : items;
  }
  if (typeof value !== "object" || value === null) return value;
  let changed = false;
  const kept: [string, unknown][] = [];
  for (const [key, field] of Object.entries(value)) {
    const at = path === "" ? key : `${path}.${key}`;
    if (schema?.["x-kubernetes-embedded-resource"] === true && objectFields.has(key)) {
      kept.push([key, field]);
      continue;
    }
    const known = fieldSchema(schema, key);
    if (known === undefined && !open) {
      if (!objectFields.has(key) || path !== "") unknown.push(at);
      changed = true;
      continue;
    }
    const next = known === undefined ? field : pruneValue(field, known === "any" ? undefined : known, at, unknown);
    changed ||= next !== field;
    kept.push([key, next]);
  }
  return changed ? Object.fromEntries(kept) : value;
}

/** Kubernetes: items below an open list stay open even where their own schema does not say so. */
function pruneOpen(value: unknown, schema: StructuralSchema, path: string, unknown: string[]): unknown {
  return pruneValue(value, { ...schema, "x-kubernetes-preserve-unknown-fields": true }, path, unknown);
}

/** The schema of a field: its property's, that of other keys, "any" for keys that are allowed without a schema, or undefined. */
function fieldSchema(schema: StructuralSchema | undefined, key: string): StructuralSchema | "any" | undefined {
  if (schema === undefined) return undefined;
  if (schema.properties !== undefined && Object.hasOwn(schema.properties, key)) return schema.properties[key];
  const others = schema.additionalProperties;
  if (others === undefined || others === false) return undefined;
  return others === true ? "any" : others;
}
