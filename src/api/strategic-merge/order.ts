import { isDeletion } from "./directives.ts";
import { badType, listOfLists, mismatch, noMergeKey, typeOf } from "./errors.ts";
import { get, isList, isMap, type JsonMap } from "./json-map.ts";

export type ItemKind = "map" | "scalar";

/** What the items of lists are. Throws when they are of several types, are lists, or when there are none. */
export function itemKind(...lists: readonly (readonly unknown[])[]): ItemKind {
  let first: unknown;
  let seen = false;
  for (const item of lists.flat()) {
    if (isList(item)) throw listOfLists();
    if (seen && typeOf(item) !== typeOf(first)) {
      throw mismatch(`list element types are not identical: ${JSON.stringify(lists)}`);
    }
    first = item;
    seen = true;
  }
  if (!seen) throw mismatch("no elements in any of the given slices");
  return isMap(first) ? "map" : "scalar";
}

/** The value that tells an item apart: its merge key, or the scalar itself. */
export function identityOf(item: unknown, mergeKey: string, kind: ItemKind): unknown {
  if (kind === "scalar") return item;
  return isMap(item) ? get(item, mergeKey) : undefined;
}

export function requireMergeKey(item: unknown, mergeKey: string): { readonly map: JsonMap; readonly key: unknown } {
  if (!isMap(item)) throw badType("map[string]interface {}", item);
  if (!Object.hasOwn(item, mergeKey)) throw noMergeKey(item, mergeKey);
  return { map: item, key: get(item, mergeKey) };
}

/** Items in the order of a list that names them; deletions last. */
export function sortByOrder(
  items: readonly unknown[],
  order: readonly unknown[],
  mergeKey: string,
  kind: ItemKind,
): unknown[] {
  if (kind === "map") for (const item of [...items, ...order]) requireMergeKey(item, mergeKey);
  const positions = positionsOf(order, mergeKey, kind);
  const position = (item: unknown) => positions.get(identityOf(item, mergeKey, kind)) ?? -1;
  const kept = kind === "map" ? items.filter((item) => !isDeletion(item)) : [...items];
  const deletions = kind === "map" ? items.filter(isDeletion) : [];
  kept.sort((a, b) => position(a) - position(b));
  return [...kept, ...deletions];
}

/** Merges what a patch orders with what only the server has: both keep their order, and their order on the server if they can. */
export function interleave(
  lists: { readonly patch: readonly unknown[]; readonly serverOnly: readonly unknown[] },
  orders: { readonly patch: readonly unknown[]; readonly server: readonly unknown[] },
  mergeKey: string,
  kind: ItemKind,
): unknown[] {
  const right = sortByOrder(lists.patch, orders.patch, mergeKey, kind);
  const left = sortByOrder(lists.serverOnly, orders.server, mergeKey, kind);
  const positions = positionsOf(orders.server, mergeKey, kind);
  const merged: unknown[] = [];
  let l = 0;
  let r = 0;
  while (l < left.length || r < right.length) {
    const server = positions.get(identityOf(left[l], mergeKey, kind)) ?? -1;
    const patch = positions.get(identityOf(right[r], mergeKey, kind)) ?? -1;
    const isServerFirst = server >= 0 && patch >= 0 && server < patch;
    if (r >= right.length || (l < left.length && isServerFirst)) {
      merged.push(left[l]);
      l += 1;
    } else {
      merged.push(right[r]);
      r += 1;
    }
  }
  return merged;
}

function positionsOf(order: readonly unknown[], mergeKey: string, kind: ItemKind): Map<unknown, number> {
  const positions = new Map<unknown, number>();
  for (const [position, item] of order.entries()) {
    const identity = identityOf(item, mergeKey, kind);
    if (!positions.has(identity)) positions.set(identity, position);
  }
  return positions;
}
