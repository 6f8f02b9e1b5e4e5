import type { KubeObject, OwnerReference } from "../../api/index.ts";
import { groupOf } from "../../api/index.ts";
import type { Registry } from "../registry/registry.ts";
import type { Store } from "../store/types.ts";
import { isDeleted, keyOf } from "./objects.ts";
import type { Context, Controller, Watch } from "./runtime.ts";

/** Deletes what has lost its owners, and holds owners that are deleted in the foreground until their dependents are gone. */
export interface GarbageCollector extends Controller {
  /** What the collector must see of one bucket. */
  readonly watchOf: (bucket: string) => Watch;
}

const separator = "|";

export function createGarbageCollector(buckets: readonly string[]): GarbageCollector {
  // By the uid of an owner, the names of its dependents.
  const dependents = new Map<string, Set<string>>();
  const owners = new Map<string, readonly string[]>();

  const remember = (id: string, uids: readonly string[]): void => {
    for (const uid of owners.get(id) ?? []) {
      if (uids.includes(uid)) continue;
      const known = dependents.get(uid);
      known?.delete(id);
      if (known?.size === 0) dependents.delete(uid);
    }
    for (const uid of uids) {
      const known = dependents.get(uid);
      if (known === undefined) dependents.set(uid, new Set([id]));
      else known.add(id);
    }
    if (uids.length === 0) owners.delete(id);
    else owners.set(id, uids);
  };

  const watchOf = (bucket: string): Watch => ({
    bucket,
    keys(object, store) {
      const key = keyOf(object);
      const id = bucket + separator + key;
      const current = store.get(bucket, key)?.object;
      const { uid = "", ownerReferences = [], finalizers = [] } = object.metadata;
      const isGone = current?.metadata.uid !== uid;
      if (isGone) {
        const left = owners.get(id) === undefined ? [] : ownersOf(object, store);
        if (current === undefined) remember(id, []);
        return [...(dependents.get(uid) ?? []), ...left];
      }
      remember(
        id,
        (current.metadata.ownerReferences ?? []).map((owner) => owner.uid),
      );
      const isHeld = isDeleted(object) && (finalizers.includes("orphan") || finalizers.includes("foregroundDeletion"));
      return ownerReferences.length > 0 || isHeld ? [id] : [];
    },
  });

  // Owners that wait for their dependents look again when one goes.
  const ownersOf = (object: KubeObject, store: Store): string[] => {
    const uids = new Set(object.metadata.ownerReferences?.map(({ uid }) => uid));
    if (uids.size === 0) return [];
    return waitingOwners(store, uids);
  };
  const waitingOwners = (store: Store, uids: ReadonlySet<string>): string[] =>
    [...waiting].filter((id) => {
      const [bucket = "", key = ""] = id.split(separator);
      const uid = store.get(bucket, key)?.object.metadata.uid;
      return uid !== undefined && uids.has(uid);
    });
  const waiting = new Set<string>();

  return {
    name: "garbage-collector",
    watches: buckets.map(watchOf),
    watchOf,
    async reconcile(id, context) {
      const [bucket = "", key = ""] = id.split(separator);
      const object = context.store.get(bucket, key)?.object;
      if (object === undefined) {
        waiting.delete(id);
        return undefined;
      }
      const { uid = "", finalizers = [] } = object.metadata;
      const own = [...(dependents.get(uid) ?? [])].map((dependent) => lookUp(context.store, dependent));
      const present = own.filter((dependent) => dependent !== undefined);
      if (isDeleted(object) && finalizers.includes("orphan")) return await orphan(context, object, present);
      if (isDeleted(object) && finalizers.includes("foregroundDeletion")) {
        waiting.add(id);
        return await deleteDependents(context, object, present);
      }
      waiting.delete(id);
      if (!isDeleted(object)) await deleteUnowned(context, object, present.length > 0);
      return undefined;
    },
  };
}

function lookUp(store: Store, id: string): KubeObject | undefined {
  const [bucket = "", key = ""] = id.split(separator);
  return store.get(bucket, key)?.object;
}

async function orphan({ api }: Context, owner: KubeObject, dependents: readonly KubeObject[]): Promise<undefined> {
  const { update } = api("kube-controller-manager");
  for (const dependent of dependents) {
    await update(withOwners(dependent, ({ uid }) => uid !== owner.metadata.uid));
  }
  await update(withoutFinalizer(owner, "orphan"));
  return undefined;
}

async function deleteDependents(
  { api }: Context,
  owner: KubeObject,
  dependents: readonly KubeObject[],
): Promise<undefined> {
  const { update, remove } = api("kube-controller-manager");
  const blocking = dependents.filter(({ metadata }) =>
    metadata.ownerReferences?.some(
      ({ uid, blockOwnerDeletion }) => uid === owner.metadata.uid && blockOwnerDeletion === true,
    ),
  );
  for (const dependent of dependents) if (!isDeleted(dependent)) await remove(dependent, { propagation: "Foreground" });
  if (blocking.length === 0) await update(withoutFinalizer(owner, "foregroundDeletion"));
  return undefined;
}

async function deleteUnowned(
  { store, registry, api }: Context,
  object: KubeObject,
  hasDependents: boolean,
): Promise<void> {
  const references = object.metadata.ownerReferences ?? [];
  if (references.length === 0) return;
  const found = references.map((reference) => ({ reference, owner: ownerOf(store, registry, object, reference) }));
  const present = found.filter(({ owner }) => owner !== "absent");
  const { update, remove } = api("kube-controller-manager");
  if (present.length === 0) {
    await remove(object, { propagation: "Background" });
    return;
  }
  // An owner that waits in the foreground takes its dependents with it.
  const isWaiting = ({ owner }: (typeof found)[number]): boolean =>
    typeof owner === "object" && isDeleted(owner) && (owner.metadata.finalizers ?? []).includes("foregroundDeletion");
  if (present.every(isWaiting)) {
    await remove(object, { propagation: hasDependents ? "Foreground" : "Background" });
  } else if (present.length < found.length) {
    const kept = new Set(present.map(({ reference }) => reference));
    await update(withOwners(object, (reference) => kept.has(reference)));
  }
}

/** An owner as it is stored; "unknown" for a kind that is not served. */
function ownerOf(
  store: Store,
  registry: Registry,
  { metadata }: KubeObject,
  { apiVersion, kind, name, uid }: OwnerReference,
): KubeObject | "absent" | "unknown" {
  const resource = registry.resources().find((one) => one.kind === kind && one.group === groupOf(apiVersion));
  if (resource === undefined) return "unknown";
  const key = resource.namespaced ? `${metadata.namespace ?? ""}/${name}` : name;
  const owner = store.get(resource.bucket, key)?.object;
  return owner?.metadata.uid === uid ? owner : "absent";
}

function withOwners(object: KubeObject, keep: (reference: OwnerReference) => boolean): KubeObject {
  const { ownerReferences = [], ...metadata } = object.metadata;
  const kept = ownerReferences.filter(keep);
  return { ...object, metadata: kept.length === 0 ? metadata : { ...metadata, ownerReferences: kept } };
}

function withoutFinalizer(object: KubeObject, finalizer: string): KubeObject {
  const { finalizers = [], ...metadata } = object.metadata;
  const kept = finalizers.filter((other) => other !== finalizer);
  return { ...object, metadata: kept.length === 0 ? metadata : { ...metadata, finalizers: kept } };
}
