import { toText } from "../cast.ts";
import { GoError } from "../errors.ts";
import {
  getKey,
  type GoMap,
  hasOwnKey,
  isMap,
  namedType,
  newMap,
  nilMap,
  setKey,
  strings,
  typeName,
} from "../value.ts";
import { define, defineList, defineVariadic, type GoFunction } from "./function.ts";
import { mergeMaps } from "./merge.ts";

/** Sprig's functions on maps. `set`, `unset` and the merges change the map they are given. */
export const dictFunctions: Readonly<Record<string, GoFunction>> = {
  dict: defineList(dict),
  get: define(["map", "string"], (map, key) => (hasOwnKey(map, key) ? map[key] : "")),
  set: define(["map", "string", "any"], (map, key, value) => {
    if (map === nilMap) throw new GoError("assignment to entry in nil map");
    setKey(map, key, value);
    return map;
  }),
  unset: define(["map", "string"], (map, key) => {
    if (map !== nilMap) delete map[key];
    return map;
  }),
  hasKey: define(["map", "string"], hasOwnKey),
  pluck: defineVariadic(["string"], "map", (key, ...maps) => {
    return maps.filter((map) => hasOwnKey(map, key)).map((map) => map[key] ?? null);
  }),
  keys: defineVariadic([], "map", (...maps) => strings(maps.flatMap((map) => Object.keys(map)))),
  pick: defineVariadic(["map"], "string", (map, ...keys) => {
    const picked = newMap();
    for (const key of keys) if (hasOwnKey(map, key)) setKey(picked, key, map[key]);
    return picked;
  }),
  omit: defineVariadic(["map"], "string", (map, ...keys) => {
    const omitted = new Set(keys);
    const kept = newMap();
    for (const key of Object.keys(map)) if (!omitted.has(key)) setKey(kept, key, map[key]);
    return kept;
  }),
  values: define(["map"], (map) => Object.values(map)),
  merge: defineVariadic(["map"], "map", (map, ...sources) => mergeMaps(map, sources, false)),
  mustMerge: defineVariadic(["map"], "map", (map, ...sources) => mergeMaps(map, sources, false)),
  mergeOverwrite: defineVariadic(["map"], "map", (map, ...sources) => mergeMaps(map, sources, true)),
  mustMergeOverwrite: defineVariadic(["map"], "map", (map, ...sources) => mergeMaps(map, sources, true)),
  dig: defineVariadic([], "any", dig),
};

function dict(values: readonly unknown[]): GoMap {
  const map = newMap();
  for (let i = 0; i < values.length; i += 2) {
    const key = values[i];
    setKey(map, typeof key === "string" ? key : toText(key), i + 1 < values.length ? values[i + 1] : "");
  }
  return map;
}

function dig(...parts: unknown[]): unknown {
  if (parts.length < 3) throw new GoError("dig needs at least three arguments");
  const keys = parts.slice(0, -2);
  const fallback = parts.at(-2);
  let current = asPlainMap(parts.at(-1));
  for (const key of keys) {
    if (typeof key !== "string")
      throw new GoError(`interface conversion: interface {} is ${conversionName(key)}, not string`);
  }
  for (let i = 0; i < keys.length; i += 1) {
    const key = keys[i] as string;
    if (!hasOwnKey(current, key)) return fallback;
    const next = getKey(current, key) ?? null;
    if (i === keys.length - 1) return next;
    current = asPlainMap(next);
  }
  return current;
}

// A type assertion to map[string]interface {}: named maps do not pass it.
function asPlainMap(value: unknown): GoMap {
  if (isMap(value) && namedType(value) === undefined) return value;
  throw new GoError(`interface conversion: interface {} is ${conversionName(value)}, not map[string]interface {}`);
}

function conversionName(value: unknown): string {
  return value === null || value === undefined ? "nil" : typeName(value);
}
