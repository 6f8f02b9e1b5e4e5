import { isValues, type Value } from "../base/value.ts";

/** The fields that either of two `fieldsV1` tells of. A set of fields is a trie in JSON: uniting two of them is merging the maps. */
export function uniteFieldSets(a: Value, b: Value): Value {
  if (!isValues(a) || !isValues(b)) return isValues(a) ? a : b;
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return Object.fromEntries(
    [...keys].map((key) => [
      key,
      key in a && key in b ? uniteFieldSets(a[key] ?? {}, b[key] ?? {}) : (a[key] ?? b[key] ?? {}),
    ]),
  );
}
