import type { StructuralSchema } from "../structural-schema.ts";
import { sameJson } from "./equal.ts";

/** The old value of a field, where old and new can be told to be the same thing; undefined otherwise. */
export function oldField(old: unknown, schema: StructuralSchema, key: string): unknown {
  if (schema["x-kubernetes-map-type"] === "atomic") return undefined;
  if (typeof old !== "object" || old === null || Array.isArray(old)) return undefined;
  return Object.hasOwn(old, key) ? (old as Record<string, unknown>)[key] : undefined;
}

/** The old item that has the same keys. Only lists of type map have items that can be told apart. */
export function oldItem(old: unknown, schema: StructuralSchema, item: unknown): unknown {
  if (schema["x-kubernetes-list-type"] !== "map" || !Array.isArray(old)) return undefined;
  const keys = schema["x-kubernetes-list-map-keys"] ?? [];
  return old.find((candidate: unknown) => keys.every((key) => sameJson(valueAt(candidate, key), valueAt(item, key))));
}

function valueAt(value: unknown, key: string): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  return Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined;
}
