import { compareBytes } from "../../base/value.ts";
import type { BuiltinSchema } from "../builtin/index.ts";
import { deleteFromPrimitiveList, patchDirective, retainKeysDirective, setElementOrder } from "./directives.ts";
import { mismatch, typeOf } from "./errors.ts";
import { type FieldStrategy, strategyOf } from "./field-strategy.ts";
import { get, isEqual, isList, isMap, type JsonMap, put } from "./json-map.ts";
import { identityOf, itemKind, requireMergeKey, sortByOrder } from "./order.ts";

export interface DiffOptions {
  readonly changes: boolean;
  readonly deletions: boolean;
  /** True inside of a union, where the patch says which keys stay. */
  readonly retainKeys?: boolean;
}

/** The patch that makes `modified` of `original`: its changes and additions, its deletions, or both. */
export function diffMaps(
  original: JsonMap,
  modified: JsonMap,
  schema: BuiltinSchema | undefined,
  options: DiffOptions,
): JsonMap {
  const patch: JsonMap = {};
  for (const [key, next] of Object.entries(modified)) {
    const current = get(original, key);
    if (current === undefined) {
      if (options.changes) put(patch, key, next);
    } else if (key === patchDirective) diffDirective(current, next, patch);
    else if (typeOf(current) !== typeOf(next)) {
      if (options.changes) put(patch, key, next);
    } else diffField(key, current, next, { patch, schema, options });
  }
  if (options.deletions) {
    for (const key of Object.keys(original)) if (!Object.hasOwn(modified, key)) put(patch, key, null);
  }
  if (options.retainKeys === true) {
    const retained = Object.keys(modified).filter((key) => modified[key] !== null);
    const drops = Object.keys(original).some((key) => original[key] !== null && !Object.hasOwn(modified, key));
    if (retained.length > 0 && (Object.keys(patch).length > 0 || drops)) {
      patch[retainKeysDirective] = retained.sort(compareBytes);
    }
  }
  return patch;
}

function diffDirective(current: unknown, next: unknown, patch: JsonMap): void {
  if (typeof current !== "string" || typeof next !== "string") {
    throw mismatch(`invalid value for special key: ${patchDirective}`);
  }
  if (current !== next) patch[patchDirective] = next;
}

interface Place {
  readonly patch: JsonMap;
  readonly schema: BuiltinSchema | undefined;
  readonly options: DiffOptions;
}

function diffField(key: string, current: unknown, next: unknown, { patch, schema, options }: Place): void {
  const field = strategyOf(schema, key);
  if (isMap(current) && isMap(next)) {
    if (field.strategy === "replace") {
      if (options.changes) put(patch, key, next);
      return;
    }
    const inner = diffMaps(current, next, field.schema, { ...options, retainKeys: field.retainKeys });
    if (Object.keys(inner).length > 0) put(patch, key, inner);
  } else if (isList(current) && isList(next) && field.strategy === "merge") {
    const { changed, deleted, order } = diffLists(current, next, field, options);
    if (changed.length > 0) put(patch, key, changed);
    if (deleted.length > 0) put(patch, `${deleteFromPrimitiveList}/${key}`, deleted);
    if (order.length > 0) put(patch, `${setElementOrder}/${key}`, order);
  } else if (options.changes && !isEqual(current, next)) put(patch, key, next);
}

interface ListDiff {
  readonly changed: readonly unknown[];
  readonly deleted: readonly unknown[];
  readonly order: readonly unknown[];
}

const nothing: ListDiff = { changed: [], deleted: [], order: [] };

function diffLists(
  original: readonly unknown[],
  modified: readonly unknown[],
  field: FieldStrategy,
  options: DiffOptions,
): ListDiff {
  if (original.length === 0) return options.changes ? { ...nothing, changed: modified } : nothing;
  if (itemKind(original, modified) === "map") return diffListsOfMaps(original, modified, field, options);
  const { added, deleted } = diffScalars(original, modified, options);
  // strategicpatch compares the sorted original here; so do we: an order is sent although nothing changed.
  const isSame = isEqual(sortScalars(original), modified);
  const orders = (options.deletions && deleted.length > 0) || (options.changes && !isSame);
  return { changed: sortByOrder(added, modified, "", "scalar"), deleted, order: orders ? modified : [] };
}

function diffListsOfMaps(
  original: readonly unknown[],
  modified: readonly unknown[],
  { schema, mergeKey, retainKeys }: FieldStrategy,
  options: DiffOptions,
): ListDiff {
  const changed: unknown[] = [];
  const deleted: unknown[] = [];
  const sorted = (list: readonly unknown[]) =>
    list.map((item) => requireMergeKey(item, mergeKey)).sort((a, b) => compareBytes(String(a.key), String(b.key)));
  const old = sorted(original);
  const next = sorted(modified);
  let o = 0;
  let n = 0;
  while (o < old.length || n < next.length) {
    const before = old[o];
    const after = next[n];
    const order =
      before === undefined ? 1 : after === undefined ? -1 : compareBytes(String(before.key), String(after.key));
    if (order === 0 && before !== undefined && after !== undefined) {
      const patch = diffMaps(before.map, after.map, schema, { ...options, retainKeys });
      if (Object.keys(patch).length > 0) {
        put(patch, mergeKey, after.key);
        changed.push(patch);
      }
      o += 1;
      n += 1;
    } else if (order > 0 && after !== undefined) {
      if (options.changes) changed.push(after.map);
      n += 1;
    } else if (before !== undefined) {
      if (options.deletions) deleted.push({ [mergeKey]: before.key, [patchDirective]: "delete" });
      o += 1;
    }
  }
  const inPlace = sortByOrder(changed, modified, mergeKey, "map");
  const patches = [...inPlace, ...deleted];
  const keys = (list: readonly unknown[]) => list.map((item) => identityOf(item, mergeKey, "map"));
  const isReordered = !isEqual(keys(original), keys(modified));
  const orders = (options.changes && (patches.length > 0 || isReordered)) || (options.deletions && patches.length > 0);
  return {
    changed: patches,
    deleted: [],
    order: orders ? keys(modified).map((key) => ({ [mergeKey]: key })) : [],
  };
}

function diffScalars(
  original: readonly unknown[],
  modified: readonly unknown[],
  options: DiffOptions,
): { readonly added: unknown[]; readonly deleted: unknown[] } {
  const old = sortScalars(original);
  const next = sortScalars(modified);
  const added: unknown[] = [];
  const deleted = new Set<unknown>();
  let o = 0;
  let n = 0;
  while (o < old.length || n < next.length) {
    const order = o >= old.length ? 1 : n >= next.length ? -1 : compareBytes(String(old[o]), String(next[n]));
    if (order < 0 && options.deletions) deleted.add(old[o]);
    if (order > 0 && options.changes) added.push(next[n]);
    if (order <= 0) o += 1;
    if (order >= 0) n += 1;
  }
  return { added, deleted: [...deleted] };
}

function sortScalars(list: readonly unknown[]): unknown[] {
  return [...list].sort((a, b) => compareBytes(String(a), String(b)));
}
