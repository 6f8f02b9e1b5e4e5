import { type KubeObject, referenceTo } from "../../api/index.ts";
import type { Context } from "./types.ts";

/** The merge patch (RFC 7386) that turns one JSON value into another; undefined when they are equal. */
export function mergePatchBetween(before: unknown, after: unknown): unknown {
  if (isMap(before) && isMap(after)) {
    const patch: Record<string, unknown> = {};
    for (const key of Object.keys(before)) if (after[key] === undefined && before[key] !== undefined) patch[key] = null;
    for (const [key, value] of Object.entries(after)) {
      if (value === undefined) continue;
      const difference = before[key] === undefined ? value : mergePatchBetween(before[key], value);
      if (difference !== undefined) patch[key] = difference;
    }
    return Object.keys(patch).length === 0 ? undefined : patch;
  }
  return isEqualJson(before, after) ? undefined : after;
}

/** Equality of JSON values; the order of keys does not matter, undefined members are absent. */
export function isEqualJson(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (Array.isArray(left) && Array.isArray(right))
    return left.length === right.length && left.every((value, index) => isEqualJson(value, right[index]));
  if (!isMap(left) || !isMap(right)) return false;
  const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
  for (const key of keys) if (!isEqualJson(left[key], right[key])) return false;
  return true;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Writes the difference between the object's status and the wanted one, if there is one. Returns the newest object. */
export async function writeStatus<T extends KubeObject>(
  context: Context,
  object: T,
  status: unknown,
  fieldManager: string,
): Promise<T> {
  const patch = mergePatchBetween(object.status ?? {}, status);
  if (patch === undefined) return object;
  const written = await context.client.patch<T>(
    referenceTo(object),
    { status: patch },
    { type: "merge", subresource: "status", fieldManager },
  );
  (await context.cache.kind<T>(object)).learn(written);
  return written;
}

/** Flux's finalizer, on everything that has something to clean up. */
export const fluxFinalizer = "finalizers.fluxcd.io";

export function hasFinalizer(object: KubeObject): boolean {
  return object.metadata.finalizers?.includes(fluxFinalizer) ?? false;
}

/** Adds or removes Flux's finalizer. The resource version guards against a list that changed in the meantime. */
export async function writeFinalizer<T extends KubeObject>(
  context: Context,
  object: T,
  want: "present" | "absent",
  fieldManager: string,
): Promise<T> {
  if (hasFinalizer(object) === (want === "present")) return object;
  const others = (object.metadata.finalizers ?? []).filter((name) => name !== fluxFinalizer);
  const finalizers = want === "present" ? [...others, fluxFinalizer] : others;
  const { resourceVersion } = object.metadata;
  const written = await context.client.patch<T>(
    referenceTo(object),
    { metadata: { finalizers, resourceVersion } },
    { type: "merge", fieldManager },
  );
  if (want === "present") (await context.cache.kind<T>(object)).learn(written);
  return written;
}

export const requestedAtAnnotation = "reconcile.fluxcd.io/requestedAt";

/** The reconcile request that the object carries, to be copied to `status.lastHandledReconcileAt`. */
export function requestedAt(object: KubeObject): string | undefined {
  return object.metadata.annotations?.[requestedAtAnnotation];
}
