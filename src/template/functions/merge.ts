import { limitError } from "../errors.ts";
import { defaultLimits } from "../limits.ts";
import { isTrue } from "../truth.ts";
import { getKey, type GoMap, isMap, isSlice, newMap, nilMap, setKey, GoStruct } from "../value.ts";

/** mergo.Merge of maps, one after the other, into the first, which changes; nested maps are shared, not copied, as in Go. */
export function mergeMaps(target: GoMap, sources: readonly GoMap[], overwrite: boolean): GoMap {
  let merged = target;
  for (const source of sources) {
    if (merged === nilMap && source !== nilMap) merged = newMap();
    mergeInto(merged, source, overwrite, 0);
  }
  return merged;
}

function mergeInto(target: GoMap, source: GoMap, overwrite: boolean, depth: number): void {
  if (depth > defaultLimits.valueDepth) throw limitError("value is too deep or contains itself");
  if (target === source || source === nilMap) return;
  for (const key of Object.keys(source)) {
    const from = source[key];
    const to = getKey(target, key);
    if (from === null || from === undefined) {
      if (overwrite) setKey(target, key, null);
      continue;
    }
    const fromMap = isMap(from);
    if (fromMap && isMap(to) && to !== nilMap) mergeInto(to, from, overwrite, depth + 1);
    // mergo keeps what is not empty, and calls 0, "" and false empty.
    if (to !== undefined && !isEmpty(to)) {
      if (fromMap && isMap(to)) continue;
      if (!overwrite) continue;
    }
    setKey(target, key, from);
  }
}

// Structs and pointers are never empty; everything else is as templates judge it.
function isEmpty(value: unknown): boolean {
  return value instanceof GoStruct ? false : isSlice(value) ? value.length === 0 : !isTrue(value);
}
