import type { KubeObject } from "../../api/index.ts";
import type { Store } from "../store/types.ts";
import { controllerOf, keyOf } from "./objects.ts";

/** Finds the objects that another one controls without looking through all there are. */
export interface Dependents {
  /** In the order of their names. */
  of(bucket: string, owner: KubeObject): readonly KubeObject[];
  /** What nobody controls in a namespace. */
  orphans(bucket: string, namespace: string): readonly KubeObject[];
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
  const under = (bucket: string, group: string): readonly KubeObject[] =>
    [...(indexes.get(bucket)?.get(group) ?? [])]
      .sort()
      .map((key) => store.get(bucket, key)?.object)
      .filter((object) => object !== undefined && groupOf(object) === group) as KubeObject[];
  return {
    of: (bucket, owner) => under(bucket, owner.metadata.uid ?? ""),
    orphans: (bucket, namespace) => under(bucket, orphanGroup(namespace)),
    close() {
      for (const end of endings) end();
    },
  };
}

/** What an object is found by: the uid of its controller, or its namespace where it has none. */
function groupOf(object: KubeObject): string {
  return controllerOf(object)?.uid ?? orphanGroup(object.metadata.namespace ?? "");
}

function orphanGroup(namespace: string): string {
  return `orphans of ${namespace}`;
}

function add(index: Map<string, Set<string>>, object: KubeObject): void {
  const group = groupOf(object);
  const keys = index.get(group);
  if (keys === undefined) index.set(group, new Set([keyOf(object)]));
  else keys.add(keyOf(object));
}

function remove(index: Map<string, Set<string>>, object: KubeObject): void {
  const group = groupOf(object);
  const keys = index.get(group);
  keys?.delete(keyOf(object));
  if (keys?.size === 0) index.delete(group);
}
