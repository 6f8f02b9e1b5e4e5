import type { KubeObject } from "../../api/index.ts";
import type { Store } from "../store/types.ts";
import { controllerOf, keyOf } from "./objects.ts";

/** Finds the objects that another one controls without looking through all there are. */
export interface Dependents {
  /** In the order of their names. */
  of(bucket: string, owner: KubeObject): readonly KubeObject[];
  close(): void;
}

/** Keeps an index of who controls what in some buckets; it is as new as what their watches have reported. */
export function createDependents(store: Store, buckets: readonly string[]): Dependents {
  const indexes = new Map(buckets.map((bucket) => [bucket, new Map<string, Set<string>>()]));
  const endings = buckets.map((bucket) => {
    const index = indexes.get(bucket)!;
    const { items, revision } = store.list(bucket);
    for (const { object } of items) add(index, object);
    return store.watch(bucket, revision, ({ previous, next }) => {
      if (previous !== undefined) remove(index, previous.object);
      if (next !== undefined) add(index, next.object);
    });
  });
  return {
    of(bucket, owner) {
      const { uid = "" } = owner.metadata;
      const keys = [...(indexes.get(bucket)?.get(uid) ?? [])].sort();
      return keys
        .map((key) => store.get(bucket, key)?.object)
        .filter((object) => object !== undefined && controllerOf(object)?.uid === uid) as KubeObject[];
    },
    close() {
      for (const end of endings) end();
    },
  };
}

function add(index: Map<string, Set<string>>, object: KubeObject): void {
  const uid = controllerOf(object)?.uid;
  if (uid === undefined) return;
  const keys = index.get(uid);
  if (keys === undefined) index.set(uid, new Set([keyOf(object)]));
  else keys.add(keyOf(object));
}

function remove(index: Map<string, Set<string>>, object: KubeObject): void {
  const uid = controllerOf(object)?.uid;
  if (uid === undefined) return;
  const keys = index.get(uid);
  keys?.delete(keyOf(object));
  if (keys?.size === 0) index.delete(uid);
}
