import { type KubeObject, referenceTo } from "../../api/index.ts";
import { diffMergePatch } from "../../base/json-patch.ts";
import type { Value } from "../../base/value.ts";
import type { Context } from "./types.ts";

/** Writes the difference between the object's status and the wanted one, if there is one. Returns the newest object. */
export async function writeStatus<T extends KubeObject>(
  context: Context,
  object: T,
  status: unknown,
  fieldManager: string,
): Promise<T> {
  // A status is JSON by construction: it came from the API, or from a reducer.
  const patch = diffMergePatch((object.status ?? {}) as Value, status as Value);
  if (patch === undefined) return object;
  const written = await context.client.patch<T>(
    referenceTo(object),
    { status: patch },
    { type: "merge", subresource: "status", fieldManager },
  );
  context.learn(written);
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
  if (want === "present") context.learn(written);
  return written;
}

export const requestedAtAnnotation = "reconcile.fluxcd.io/requestedAt";

/** The reconcile request that the object carries, to be copied to `status.lastHandledReconcileAt`. */
export function requestedAt(object: KubeObject): string | undefined {
  return object.metadata.annotations?.[requestedAtAnnotation];
}
