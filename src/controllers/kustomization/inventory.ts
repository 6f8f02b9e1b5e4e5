import { type Kustomization, type KubeObject, type ObjectReference, versionOf } from "../../api/index.ts";
import { inventoryId } from "../../release/index.ts";

export type InventoryEntry = NonNullable<NonNullable<Kustomization["status"]>["inventory"]>["entries"][number];

/** The entry of an applied object, in the words that a HelmRelease's inventory uses as well. */
export function entryOf({ apiVersion, kind, metadata }: KubeObject): InventoryEntry {
  return {
    id: inventoryId({ apiVersion, kind, name: metadata.name ?? "" }, metadata.namespace ?? ""),
    v: versionOf(apiVersion),
  };
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
