import { deduceType, type FieldType, fieldTypeOf, isMap, type ListType, type MapType } from "./field-type.ts";
import { fieldNames, fieldOf, itemsOf } from "./list-items.ts";
import type { PathElement } from "./path-element.ts";

/** What an applied configuration makes of the live value: its leaves win, everything it does not mention stays. */
export function merge(type: FieldType, live: unknown, applied: unknown): unknown {
  if (live === undefined && applied === undefined) return undefined;
  const left = deduceType(type, live);
  const right = deduceType(type, applied);
  return mergeAs(applied === undefined ? left : right, live, applied);
}

function mergeAs(type: FieldType, live: unknown, applied: unknown): unknown {
  if (type.map !== undefined) {
    const isBare = (value: unknown): boolean => !isMap(value) || Object.keys(value).length === 0;
    return type.map.atomic || (isBare(live) && isBare(applied))
      ? keepApplied(live, applied)
      : mergeMap(type.map, live, applied);
  }
  if (type.scalar !== undefined || type.list === undefined) return keepApplied(live, applied);
  const isBare = (value: unknown): boolean => !Array.isArray(value) || value.length === 0;
  return type.list.atomic || (isBare(live) && isBare(applied))
    ? keepApplied(live, applied)
    : mergeList(type.list, live, applied);
}

function keepApplied(live: unknown, applied: unknown): unknown {
  return applied === undefined ? live : applied;
}

function mergeMap(map: MapType, live: unknown, applied: unknown): unknown {
  const fields: [string, unknown][] = [];
  for (const name of fieldNames(live, applied)) {
    const merged = merge(fieldTypeOf(map, name), fieldOf(live, name), fieldOf(applied, name));
    if (merged !== undefined) fields.push([name, merged]);
  }
  return Object.fromEntries(fields);
}

/**
 * Items that both have are merged and stand in the order of the configuration; live items that it does not mention keep
 * their place between them.
 */
function mergeList(list: ListType, live: unknown, applied: unknown): unknown[] {
  const left = itemsOf(list, live);
  const right = itemsOf(list, applied);
  const leftItems = new Map<PathElement, unknown>();
  // Items that share their keys are not merged with the applied one: it replaces them.
  for (const { element, item } of left) leftItems.set(element, leftItems.has(element) ? null : item);
  const rightItems = new Map(right.map(({ element, item }) => [element, item]));
  const shared = right.map(({ element }) => element).filter((element) => leftItems.has(element));
  const done = new Set<PathElement>();
  const merged: unknown[] = [];
  const take = (element: PathElement): void => {
    done.add(element);
    const item = merge(list.element(), leftItems.get(element), rightItems.get(element));
    if (item !== undefined) merged.push(item);
  };
  let nextShared = shared.shift();
  let l = 0;
  let r = 0;
  while (l < left.length || r < right.length) {
    const old = left[l];
    const next = right[r];
    if (old !== undefined && next !== undefined) {
      if (old.element === next.element) {
        take(old.element);
        l += 1;
        r += 1;
        nextShared = shared.shift();
        continue;
      }
      // Shared, but another shared item comes first in the configuration.
      if (rightItems.has(old.element) && nextShared !== undefined && nextShared !== old.element) {
        l += 1;
        continue;
      }
    }
    if (old !== undefined) {
      if (!rightItems.has(old.element)) {
        merged.push(merge(list.element(), old.item, undefined));
        l += 1;
        continue;
      }
      if (done.has(old.element)) l += 1;
    }
    if (next !== undefined) {
      take(next.element);
      r += 1;
      if (nextShared === next.element) nextShared = shared.shift();
    }
  }
  return merged;
}
