import { conflict, type KubeObject, notFound, type Status } from "../../api/index.ts";
import { type Call, keyOf } from "../http/call.ts";
import { respondList, respondObject, respondStatus } from "../http/respond.ts";
import { ApiError } from "../../api/index.ts";
import { cleanupFinalizer } from "../crds.ts";
import { crdBucket } from "../registry/custom.ts";
import { toServed } from "../serve.ts";
import { commit, keep } from "../write/commit.ts";
import { timestamp } from "../write/metadata.ts";
import { withMetadata } from "../write/phases.ts";
import { type DeleteOptions, readDeleteOptions } from "./delete-options.ts";
import { selectorOf } from "./read.ts";

/** DELETE of one object. */
export async function deleteObject(call: Call): Promise<Response> {
  const options = await readDeleteOptions(call);
  const { deleteWarning } = call.resource.strategy;
  if (deleteWarning !== undefined && options.propagationPolicy === undefined) call.warnings.push(deleteWarning);
  const { object, gone } = await remove(call, call.path.name!, options);
  if (!gone || returnsDeleted.has(`${call.resource.group}/${call.resource.kind}`)) return respondObject(call, object);
  const { resource } = call;
  return respondStatus(call, {
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Success",
    details: {
      name: object.metadata.name!,
      ...(resource.group === "" ? {} : { group: resource.group }),
      kind: resource.plural,
      uid: object.metadata.uid!,
    },
  } satisfies Status);
}

/** Kinds whose deletion answers with the object rather than with a Status. */
const returnsDeleted = new Set([
  "/Pod",
  "/Service",
  "/ServiceAccount",
  "/PersistentVolume",
  "/PersistentVolumeClaim",
  "/PodTemplate",
  "/ReplicationController",
  "/ResourceQuota",
  "storage.k8s.io/StorageClass",
  "storage.k8s.io/VolumeAttachment",
  "storage.k8s.io/CSIDriver",
  "storage.k8s.io/CSINode",
  "policy/PodDisruptionBudget",
]);

/** DELETE of a collection: each object that is selected, as if it were deleted alone. */
export async function deleteCollection(call: Call): Promise<Response> {
  const options = await readDeleteOptions(call);
  const { matches } = selectorOf(call);
  const { core, resource, path } = call;
  const prefix = path.namespace === undefined ? "" : `${path.namespace}/`;
  const { items, revision } = core.store.list(resource.bucket, { prefix });
  const selected = items.filter(({ object }) => matches(toServed(resource, object)));
  const deleted = await Promise.all(
    selected.map(async ({ object }) => {
      try {
        const named = { ...call, path: { ...path, ...namespaceOf(object), name: object.metadata.name! } };
        return (await remove(named, object.metadata.name!, options)).object;
      } catch (thrown) {
        if (thrown instanceof ApiError && thrown.code === "NotFound") return undefined;
        throw thrown;
      }
    }),
  );
  return respondList(
    call,
    deleted.filter((object) => object !== undefined),
    { resourceVersion: String(revision) },
  );
}

function namespaceOf({ metadata: { namespace } }: KubeObject): { readonly namespace?: string } {
  return namespace === undefined ? {} : { namespace };
}

/** Deletes one object, or marks it as to be deleted when something must be done first. Returns its last or marked state, as stored. */
export async function remove(
  call: Call,
  name: string,
  options: DeleteOptions,
): Promise<{ readonly object: KubeObject; readonly gone: boolean }> {
  const { resource, path, core } = call;
  let gone = false;
  const object = await commit(
    call,
    keyOf(path.namespace, name),
    (current) => {
      if (current === undefined) throw notFound(resource, name);
      const old = toServed(resource, current.object);
      resource.strategy.admitDelete?.(old, resource);
      checkPreconditions(call, old, options);
      const next = afterDelete(call, old, options, core.now());
      gone = next === undefined;
      return next === old ? keep : next;
    },
    { dryRun: options.dryRun },
  );
  return { object, gone };
}

/** The state of an object after a deletion was asked for: undefined where it is gone, itself where nothing changes. */
function afterDelete(call: Call, old: KubeObject, options: DeleteOptions, now: Date): KubeObject | undefined {
  const { strategy } = call.resource;
  const { metadata } = old;
  const isMarked = metadata.deletionTimestamp !== undefined;
  const grace = strategy.gracePeriod?.(old, options.gracePeriodSeconds) ?? 0;
  const finalizers = finalizersAfter(call, [...(metadata.finalizers ?? []), ...addedFinalizers(call, old)], options);
  const spec = old["spec"] as { readonly finalizers?: readonly string[] } | undefined;
  const isHeld = call.resource.bucket === "/namespaces" && (spec?.finalizers ?? []).length > 0;

  if (isMarked) {
    const before = metadata.deletionGracePeriodSeconds ?? 0;
    const isShorter = grace < before;
    if (finalizers.length === 0 && !isHeld && (grace === 0 || before === 0)) return undefined;
    const isSame = sameFinalizers(finalizers, metadata.finalizers ?? []);
    if (!isShorter && isSame) return old;
    return withMetadata(old, {
      ...(isSame ? {} : { finalizers }),
      ...(isShorter
        ? { deletionGracePeriodSeconds: grace, deletionTimestamp: timestamp(new Date(now.getTime() + grace * 1000)) }
        : {}),
    });
  }
  if (grace === 0 && finalizers.length === 0 && !isHeld) return undefined;
  const marked = withMetadata(old, {
    deletionTimestamp: timestamp(new Date(now.getTime() + grace * 1000)),
    deletionGracePeriodSeconds: grace,
    ...(finalizers.length === 0 ? {} : { finalizers }),
    ...(metadata.generation === undefined ? {} : { generation: metadata.generation + 1 }),
  });
  return strategy.markDeleted?.(marked, now) ?? marked;
}

/** A CRD stays until its objects are gone. */
function addedFinalizers({ resource }: Call, { metadata }: KubeObject): readonly string[] {
  const isNew = metadata.deletionTimestamp === undefined && !(metadata.finalizers ?? []).includes(cleanupFinalizer);
  return resource.bucket === crdBucket && isNew ? [cleanupFinalizer] : [];
}

function sameFinalizers(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((finalizer, index) => finalizer === b[index]);
}

const orphan = "orphan";
const foreground = "foregroundDeletion";

/** The finalizers that make the garbage collector do what was asked. */
function finalizersAfter(call: Call, finalizers: readonly string[], options: DeleteOptions): readonly string[] {
  const { propagationPolicy } = options;
  const had = finalizers.includes(orphan) ? "Orphan" : finalizers.includes(foreground) ? "Foreground" : undefined;
  const policy = propagationPolicy ?? had ?? call.resource.strategy.defaultPropagation ?? "Background";
  const others = finalizers.filter((finalizer) => finalizer !== orphan && finalizer !== foreground);
  switch (policy) {
    case "Orphan":
      return [...others, orphan];
    case "Foreground":
      return [...others, foreground];
    case "Background":
      return others;
  }
}

// rest.BeforeDelete names the kind here, where other conflicts name the resource.
function checkPreconditions(call: Call, object: KubeObject, { uid, resourceVersion }: DeleteOptions): void {
  const { name = "", uid: actual = "", resourceVersion: version = "" } = object.metadata;
  const subject = { group: call.resource.group, plural: call.resource.kind };
  const perhaps = "The object might have been deleted and then recreated";
  if (uid !== undefined && uid !== actual) {
    throw conflict(
      subject,
      name,
      `the UID in the precondition (${uid}) does not match the UID in record (${actual}). ${perhaps}`,
    );
  }
  if (resourceVersion !== undefined && resourceVersion !== version) {
    const why = `the ResourceVersion in the precondition (${resourceVersion}) does not match the ResourceVersion in record (${version}). The object might have been modified`;
    throw conflict(subject, name, why);
  }
}
