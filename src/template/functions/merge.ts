import { isTrue } from "../truth.ts";
import { getKey, type GoMap, isMap, isSlice, newMap, nilMap, setKey, GoStruct } from "../value.ts";
import { newVisit, type Visit, visitPart } from "../visit.ts";

/** mergo.Merge of maps, one after the other, into the first, which changes; nested maps are shared, not copied, as in Go. */
export function mergeMaps(target: GoMap, sources: readonly GoMap[], overwrite: boolean): GoMap {
  let merged = target;
  for (const source of sources) {
    if (merged === nilMap && source !== nilMap) merged = newMap();
    mergeInto(merged, source, { overwrite, depth: 0, visit: newVisit() });
  }
  return merged;
}

interface Merging {
  readonly overwrite: boolean;
  readonly depth: number;
  readonly visit: Visit;
}

function mergeInto(target: GoMap, source: GoMap, { overwrite, depth, visit }: Merging): void {
  visitPart(visit, depth);
  if (target === source || source === nilMap) return;
  for (const key of Object.keys(source)) {
    const from = source[key];
    const to = getKey(target, key);
    if (from === null || from === undefined) {
      if (overwrite) setKey(target, key, null);
      continue;
    }
    const fromMap = isMap(from);
    if (fromMap && isMap(to) && to !== nilMap) mergeInto(to, from, { overwrite, depth: depth + 1, visit });
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
