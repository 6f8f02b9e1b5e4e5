import type { Store, Stored } from "../store/types.ts";
import { builtins } from "./builtins.ts";
import { crdBucket, resourcesOfCrd } from "./custom.ts";
import type { Resource } from "./resource.ts";

/** Which resources are served: Kubernetes' own, and those that CustomResourceDefinitions declare. */
export interface Registry {
  find(group: string, version: string, plural: string): Resource | undefined;
  resources(): readonly Resource[];
  /** A text that changes whenever what is served does. */
  revision(): string;
}

/** Looks resources up: Kubernetes' own in a table, custom ones in the CRDs of the store. */
export function createRegistry(store: Store): Registry {
  const table = new Map(builtins.map((resource) => [pathOf(resource), resource]));
  const known = new WeakMap<Stored, readonly Resource[]>();

  const custom = (stored: Stored): readonly Resource[] => {
    const found = known.get(stored);
    if (found !== undefined) return found;
    const created = resourcesOfCrd(stored.object);
    known.set(stored, created);
    return created;
  };

  return {
    find(group, version, plural) {
      const builtin = table.get(`${group}/${version}/${plural}`);
      if (builtin !== undefined) return builtin;
      const stored = store.get(crdBucket, `${plural}.${group}`);
      return stored === undefined ? undefined : custom(stored).find((resource) => resource.version === version);
    },
    resources: () => [...builtins, ...store.list(crdBucket).items.flatMap(custom)],
    revision: () =>
      store
        .list(crdBucket)
        .items.map(({ revision }) => revision)
        .join("."),
  };
}

function pathOf({ group, version, plural }: Resource): string {
  return `${group}/${version}/${plural}`;
}
