import { ChartError } from "../errors.ts";
import { isValues, type Value, type Values } from "../../base/value.ts";

/** A values map that is being built. Keys are read with `own` and written with `put`: `__proto__` and `constructor` are keys like others. */
export interface MutableMap {
  [key: string]: MutableValue;
}

export type MutableValue = null | boolean | number | bigint | string | MutableValue[] | MutableMap;

export function isMap(value: unknown): value is MutableMap {
  return isValues(value);
}

/** The map's own value of a key; undefined when it has none. */
export function own<V>(map: { readonly [key: string]: V }, key: string): V | undefined {
  return Object.hasOwn(map, key) ? map[key] : undefined;
}

export function put(map: MutableMap, key: string, value: MutableValue): void {
  if (key === "__proto__")
    Object.defineProperty(map, key, { value, writable: true, enumerable: true, configurable: true });
  else map[key] = value;
}

// YAML has the same limit; values that come as JSON meet it here, before anything recurses into them.
const maxDepth = 1000;

/** A deep copy that nobody else holds. Throws ChartError for values that nest without end. */
export function copyMap(values: Values, depth = 0): MutableMap {
  if (depth > maxDepth) throw new ChartError("InvalidValues", `values nest deeper than ${maxDepth} levels`);
  const copy: MutableMap = {};
  for (const key of Object.keys(values)) put(copy, key, copyValue(values[key]!, depth + 1));
  return copy;
}

function copyValue(value: Value, depth: number): MutableValue {
  if (typeof value !== "object" || value === null) return value;
  if (!Array.isArray(value)) return copyMap(value as Values, depth);
  if (depth > maxDepth) throw new ChartError("InvalidValues", `values nest deeper than ${maxDepth} levels`);
  return value.map((item: Value) => copyValue(item, depth + 1));
}

/** Looks a dotted path of maps up, as Helm's `Values.Table`; undefined when a step is missing or not a map. */
export function tableAt(values: Values, path: string): Values | undefined {
  let table: Values = values;
  for (const step of path.split(".")) {
    const next = own(table, step);
    if (!isValues(next)) return undefined;
    table = next;
  }
  return table;
}

/** The value at a dotted path when it is there and not a map, as Helm's `Values.PathValue`. */
export function scalarAt(values: Values, path: string): Value | undefined {
  const dot = path.lastIndexOf(".");
  const table = dot < 0 ? values : tableAt(values, path.slice(0, dot));
  const value = table === undefined ? undefined : own(table, path.slice(dot + 1));
  return isValues(value) ? undefined : value;
}

/** Merges values files: maps key by key, everything else from the later one. Neither argument changes. */
export function mergeMaps(earlier: Values, later: Values): Values {
  const merged: MutableMap = {};
  for (const key of Object.keys(earlier)) put(merged, key, earlier[key] as MutableValue);
  for (const key of Object.keys(later)) {
    const value = later[key]!;
    const before = own(merged, key);
    put(merged, key, (isValues(value) && isMap(before) ? mergeMaps(before, value) : value) as MutableValue);
  }
  return merged;
}
