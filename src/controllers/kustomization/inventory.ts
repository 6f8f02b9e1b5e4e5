import { groupOf, type Kustomization, type KubeObject, type ObjectReference, versionOf } from "../../api/index.ts";

export type InventoryEntry = NonNullable<NonNullable<Kustomization["status"]>["inventory"]>["entries"][number];

/** The entry of an object: `<namespace>_<name>_<group>_<kind>` and its version. Colons, which RBAC names may have, are doubled underscores. */
export function entryOf({ apiVersion, kind, metadata }: KubeObject): InventoryEntry {
  const name = (metadata.name ?? "").replaceAll(":", "__");
  return { id: [metadata.namespace ?? "", name, groupOf(apiVersion), kind].join("_"), v: versionOf(apiVersion) };
}

/** The object of an entry; undefined for a text that is no entry. */
export function referenceOf({ id, v }: InventoryEntry): ObjectReference | undefined {
  const first = id.indexOf("_");
  const last = id.lastIndexOf("_");
  const middle = id.lastIndexOf("_", last - 1);
  if (first < 0 || middle <= first) return undefined;
  const [namespace, name, group, kind] = [
    id.slice(0, first),
    id.slice(first + 1, middle),
    id.slice(middle + 1, last),
    id.slice(last + 1),
  ];
  const apiVersion = group === "" ? v : `${group}/${v}`;
  return { apiVersion, kind, name: name.replaceAll("__", ":"), ...(namespace === "" ? {} : { namespace }) };
}

/** The entries of the old inventory that the new one no longer has. Another version of the same object is the same object. */
export function staleEntries(
  before: readonly InventoryEntry[],
  now: readonly InventoryEntry[],
): readonly InventoryEntry[] {
  const ids = new Set(now.map(({ id }) => id));
  return before.filter(({ id }) => !ids.has(id));
}
