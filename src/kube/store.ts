import type { KubeObject } from "../api/index.ts";

/** The objects of one kind by namespace and name, with sorted lists that are made once for each change. */
export interface Store<T extends KubeObject> {
  readonly size: number;
  get(namespace: string | undefined, name: string): T | undefined;
  set(object: T): void;
  delete(object: T): void;
  list(namespace?: string): readonly T[];
}

interface Shelf<T> {
  readonly byName: Map<string, T>;
  sorted: readonly T[] | undefined;
}

export function createStore<T extends KubeObject>(): Store<T> {
  const shelves = new Map<string, Shelf<T>>();
  let everything: readonly T[] | undefined;
  const shelfOf = (namespace: string): Shelf<T> => {
    let shelf = shelves.get(namespace);
    if (shelf === undefined) shelves.set(namespace, (shelf = { byName: new Map(), sorted: undefined }));
    return shelf;
  };
  return {
    get size() {
      let size = 0;
      for (const { byName } of shelves.values()) size += byName.size;
      return size;
    },
    get: (namespace, name) => shelves.get(namespace ?? "")?.byName.get(name),
    set(object) {
      const shelf = shelfOf(object.metadata.namespace ?? "");
      shelf.byName.set(object.metadata.name ?? "", object);
      shelf.sorted = undefined;
      everything = undefined;
    },
    delete(object) {
      const namespace = object.metadata.namespace ?? "";
      const shelf = shelves.get(namespace);
      if (shelf?.byName.delete(object.metadata.name ?? "") !== true) return;
      if (shelf.byName.size === 0) shelves.delete(namespace);
      shelf.sorted = undefined;
      everything = undefined;
    },
    list(namespace) {
      if (namespace === undefined) {
        everything ??= [...shelves.keys()].sort().flatMap((key) => sortedOf(shelves.get(key)));
        return everything;
      }
      return sortedOf(shelves.get(namespace));
    },
  };
}

function sortedOf<T extends KubeObject>(shelf: Shelf<T> | undefined): readonly T[] {
  if (shelf === undefined) return [];
  shelf.sorted ??= [...shelf.byName.values()].sort((a, b) =>
    (a.metadata.name ?? "") < (b.metadata.name ?? "") ? -1 : 1,
  );
  return shelf.sorted;
}
