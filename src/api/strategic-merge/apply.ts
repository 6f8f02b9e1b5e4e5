import type { BuiltinSchema } from "../builtin/index.ts";
import {
  deleteFromPrimitiveList,
  hasDirective,
  isDeletion,
  parallelKey,
  patchDirective,
  retainKeysDirective,
  setElementOrder,
} from "./directives.ts";
import { badElementOrder, badRetainKeys, badType, mismatch, StrategicMergeError, typeOf } from "./errors.ts";
import { strategyOf } from "./field-strategy.ts";
import { get, isEqual, isList, isMap, type JsonMap, put } from "./json-map.ts";
import { identityOf, interleave, itemKind, requireMergeKey } from "./order.ts";

/** `object`: a patch meets an object, directives do their work. `patch`: two patches become one, directives stay. */
export type MergeTarget = "object" | "patch";

/** Merges a patch into a map and returns the result. Both are taken over: the caller does not use them again. */
export function mergeMap(
  original: JsonMap,
  patch: JsonMap,
  schema: BuiltinSchema | undefined,
  target: MergeTarget,
): JsonMap {
  if (Object.hasOwn(patch, patchDirective)) return followDirective(patch);
  applyRetainKeys(original, patch, target);
  applyElementOrders(original, patch, schema, target);
  for (const [key, value] of Object.entries(patch)) mergeField(original, key, value, schema, target);
  return original;
}

function followDirective(patch: JsonMap): JsonMap {
  const directive = patch[patchDirective];
  if (directive === "replace") {
    delete patch[patchDirective];
    return patch;
  }
  if (directive === "delete") return {};
  throw unknownDirective(directive, patch);
}

function unknownDirective(directive: unknown, patch: JsonMap): StrategicMergeError {
  return mismatch(`unknown patch type: ${String(directive)} in map: ${JSON.stringify(patch)}`);
}

function mergeField(
  original: JsonMap,
  patchKey: string,
  value: unknown,
  schema: BuiltinSchema | undefined,
  target: MergeTarget,
): void {
  const deleted = target === "object" ? parallelKey(patchKey, deleteFromPrimitiveList) : undefined;
  if (target === "patch" && patchKey.startsWith(deleteFromPrimitiveList)) {
    put(original, patchKey, value);
    return;
  }
  const key = deleted ?? patchKey;
  if (value === null) {
    delete original[key];
    if (target === "object") return;
  }
  const current = get(original, key);
  if (current === undefined || typeOf(current) !== typeOf(value)) {
    if (deleted !== undefined) return;
    const kept = withoutDirectives(target === "object" ? withoutNulls(value) : value);
    if (kept === undefined) delete original[key];
    else put(original, key, kept);
    return;
  }
  const field = strategyOf(schema, key);
  if (isMap(current) && isMap(value)) {
    put(original, key, field.strategy === "replace" ? value : mergeMap(current, value, field.schema, target));
  } else if (isList(current) && isList(value)) {
    const merges = field.strategy === "merge" || deleted !== undefined;
    put(original, key, merges ? mergeList(current, value, field, { target, deletes: deleted !== undefined }) : value);
  } else put(original, key, value);
}

interface ListMerge {
  readonly schema: BuiltinSchema | undefined;
  readonly mergeKey: string;
}

function mergeList(
  original: readonly unknown[],
  patch: readonly unknown[],
  { schema, mergeKey }: ListMerge,
  { target, deletes }: { readonly target: MergeTarget; readonly deletes: boolean },
): unknown[] {
  if (original.length === 0 && patch.length === 0) return [];
  const kind = itemKind(original, patch);
  if (kind === "scalar") {
    if (deletes && target === "object") return original.filter((item) => !patch.includes(item));
    const merged = [...new Set([...original, ...patch])];
    return inOrder(merged, patch, original, "");
  }
  if (mergeKey === "") throw mismatch("cannot merge lists without merge key for the list's items");
  const prepared = followItemDirectives(original, patch, mergeKey);
  const merged = [...prepared.original];
  for (const item of prepared.patch) {
    const { map, key } = requireMergeKey(item, mergeKey);
    const index = merged.findIndex((other) => identityOf(other, mergeKey, "map") === key);
    if (index < 0) merged.push(item);
    else merged[index] = mergeMap(merged[index] as JsonMap, map, schema, target);
  }
  return inOrder(merged, prepared.patch, prepared.original, mergeKey);
}

/** Items that the order names stand as it says, the others keep their place among them. */
function inOrder(
  merged: readonly unknown[],
  order: readonly unknown[],
  server: readonly unknown[],
  mergeKey: string,
): unknown[] {
  const kind = mergeKey === "" ? "scalar" : "map";
  const named = new Set(order.map((item) => identityOf(item, mergeKey, kind)));
  const isNamed = (item: unknown): boolean => {
    if (kind === "map") requireMergeKey(item, mergeKey);
    return named.has(identityOf(item, mergeKey, kind));
  };
  const patch = merged.filter(isNamed);
  const serverOnly = merged.filter((item) => !isNamed(item));
  return interleave({ patch, serverOnly }, { patch: order, server }, mergeKey, kind);
}

function followItemDirectives(
  original: readonly unknown[],
  patch: readonly unknown[],
  mergeKey: string,
): { readonly original: readonly unknown[]; readonly patch: readonly unknown[] } {
  let kept = original;
  let replaces = false;
  const plain: unknown[] = [];
  for (const item of patch) {
    if (!hasDirective(item)) {
      plain.push(item);
      continue;
    }
    const map = item as JsonMap;
    switch (map[patchDirective]) {
      case "delete": {
        const { key } = requireMergeKey(map, mergeKey);
        kept = kept.filter((other) => identityOf(other, mergeKey, "map") !== key);
        break;
      }
      case "replace":
        replaces = true;
        break;
      case "merge":
        throw mismatch("merging lists cannot yet be specified in the patch");
      default:
        throw unknownDirective(map[patchDirective], map);
    }
  }
  return replaces ? { original: plain, patch: [] } : { original: kept, patch: plain };
}

/** `$retainKeys`: of a union, what the patch does not name goes. */
function applyRetainKeys(original: JsonMap, patch: JsonMap, target: MergeTarget): void {
  if (!Object.hasOwn(patch, retainKeysDirective)) return;
  const retained = patch[retainKeysDirective];
  delete patch[retainKeysDirective];
  if (target === "patch") {
    const other = get(original, retainKeysDirective);
    if (other === undefined) put(original, retainKeysDirective, retained);
    else if (!isEqual(other, retained)) {
      throw mismatch(
        `${JSON.stringify(other)} and ${JSON.stringify(retained)} are not deep equal: this may happen when calculating the 3-way diff patch`,
      );
    }
    return;
  }
  if (!isList(retained)) throw badRetainKeys();
  const names = new Set(retained);
  for (const [key, value] of Object.entries(patch)) {
    const isDirective = key.startsWith(deleteFromPrimitiveList) || key.startsWith(setElementOrder);
    if (value !== null && !isDirective && !names.has(key)) throw badRetainKeys();
  }
  for (const key of Object.keys(original)) if (!names.has(key)) delete original[key];
}

/** `$setElementOrder/LIST`: merges the list of the patch and puts the result in order. Both leave the patch. */
function applyElementOrders(
  original: JsonMap,
  patch: JsonMap,
  schema: BuiltinSchema | undefined,
  target: MergeTarget,
): void {
  for (const [directive, order] of Object.entries(patch)) {
    const key = parallelKey(directive, setElementOrder);
    if (key === undefined) continue;
    if (target === "patch") {
      const other = get(original, directive);
      if (other === undefined) put(original, directive, order);
      else if (!isEqual(other, order)) throw badElementOrder();
    }
    delete patch[directive];
    if (!isList(order)) throw badType("[]interface {}", order);
    const current = get(original, key);
    const change = get(patch, key);
    for (const list of [current, change])
      if (list !== undefined && !isList(list)) throw badType("[]interface {}", list);
    const currentList = current as unknown[] | undefined;
    const changeList = change as unknown[] | undefined;
    const field = strategyOf(schema, key);
    checkOrder(changeList ?? [], order, field.mergeKey);
    let merged: unknown[];
    if (changeList === undefined) {
      if (currentList === undefined) continue;
      merged = currentList;
    } else if (currentList === undefined) merged = withoutDirectives(changeList) as unknown[];
    else if (field.strategy === "merge") merged = mergeList(currentList, changeList, field, { target, deletes: false });
    else merged = changeList;
    // Kubernetes refuses here what has no items at all; so do we.
    itemKind(currentList ?? [], changeList ?? []);
    put(original, key, inOrder(merged, order, currentList ?? [], field.mergeKey));
    delete patch[key];
  }
}

/** The order must name the items of the patch, in the order in which the patch has them. */
function checkOrder(change: readonly unknown[], order: readonly unknown[], mergeKey: string): void {
  if (change.length === 0 || order.length === 0) return;
  const kind = mergeKey === "" ? "scalar" : "map";
  const items = kind === "map" ? change.filter((item) => !isDeletion(item)) : change;
  let i = 0;
  let o = 0;
  while (i < items.length && o < order.length) {
    const item = items[i];
    if (hasDirective(item)) {
      i += 1;
      continue;
    }
    if (kind === "map") for (const both of [item, order[o]]) requireMergeKey(both, mergeKey);
    if (identityOf(item, mergeKey, kind) === identityOf(order[o], mergeKey, kind)) i += 1;
    o += 1;
  }
  if (i < items.length) {
    throw mismatch(
      `The order in patch list:\n${JSON.stringify(change)}\n doesn't match ${setElementOrder} list:\n${JSON.stringify(order)}\n`,
    );
  }
}

/** A value without what is a directive; undefined when it is one itself. */
function withoutDirectives(value: unknown): unknown {
  if (isList(value)) return value.map(withoutDirectives).filter((item) => item !== undefined);
  if (!isMap(value)) return value;
  if (hasDirective(value)) return undefined;
  for (const [key, item] of Object.entries(value)) {
    const kept = withoutDirectives(item);
    if (kept === undefined) delete value[key];
    else put(value, key, kept);
  }
  return value;
}

function withoutNulls(value: unknown): unknown {
  if (isList(value)) for (const item of value) withoutNulls(item);
  else if (isMap(value)) {
    for (const [key, item] of Object.entries(value)) {
      if (item === null) delete value[key];
      else withoutNulls(item);
    }
  }
  return value;
}
