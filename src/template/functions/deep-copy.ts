import { type GoMap, isMap, isNil, namedType, newMap, setKey, withType } from "../value.ts";
import { newVisit, visitPart } from "../visit.ts";

/** Copies maps and lists all the way down, keeping their types; what cannot change is shared. */
export function deepCopy(value: unknown, depth = 0, visit = newVisit()): unknown {
  if (typeof value !== "object" || value === null || isNil(value)) return value;
  visitPart(visit, depth);
  if (value instanceof Uint8Array) return value.slice();
  if (Array.isArray(value)) {
    const type = namedType(value);
    const copy = value.map((item) => deepCopy(item, depth + 1, visit));
    return type === undefined ? copy : withType(copy, type);
  }
  if (!isMap(value)) return value;
  const type = namedType(value);
  const copy: GoMap = newMap();
  for (const key of Object.keys(value)) setKey(copy, key, deepCopy(value[key], depth + 1, visit));
  return type === undefined ? copy : withType(copy, type);
}
