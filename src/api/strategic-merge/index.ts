import type { BuiltinSchema } from "../builtin/index.ts";
import { mergeMap } from "./apply.ts";
import { diffMaps } from "./diff.ts";
import { badType } from "./errors.ts";
import { isMap, type JsonMap } from "./json-map.ts";

export { StrategicMergeError, type StrategicMergeErrorCode } from "./errors.ts";

/** Applies a strategic merge patch and returns a new object. Throws StrategicMergeError for a patch that does not fit. */
export function strategicMergePatch(
  original: unknown,
  patch: unknown,
  schema: BuiltinSchema | undefined,
): Record<string, unknown> {
  return mergeMap(copyOf(original), copyOf(patch), schema, "object");
}

/** The strategic merge patch that makes `modified` of `original`; an empty object when they are the same. */
export function createTwoWayMergePatch(
  original: unknown,
  modified: unknown,
  schema: BuiltinSchema | undefined,
): Record<string, unknown> {
  return diffMaps(copyOf(original), copyOf(modified), schema, { changes: true, deletions: true });
}

/**
 * The strategic merge patch of a client-side apply: what `current` lacks of `modified`, and the removal of what went from
 * `original` to `modified`. What others added to `current` stays. An empty object when there is nothing to do.
 */
export function createThreeWayMergePatch(
  original: unknown,
  modified: unknown,
  current: unknown,
  schema: BuiltinSchema | undefined,
): Record<string, unknown> {
  const next = copyOf(modified);
  const additions = diffMaps(copyOf(current), next, schema, { changes: true, deletions: false });
  const deletions = diffMaps(copyOf(original), next, schema, { changes: false, deletions: true });
  // The two share parts of `next`.
  return mergeMap(structuredClone(deletions), structuredClone(additions), schema, "patch");
}

function copyOf(value: unknown): JsonMap {
  if (!isMap(value)) throw badType("map[string]interface {}", value);
  return structuredClone(value);
}
