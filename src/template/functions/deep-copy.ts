import { limitError } from "../errors.ts";
import { defaultLimits } from "../limits.ts";
import { type GoMap, isMap, isNil, namedType, newMap, setKey, withType } from "../value.ts";

/** Copies maps and lists all the way down, keeping their types; what cannot change is shared. */
export function deepCopy(value: unknown, depth = 0): unknown {
  if (depth > defaultLimits.valueDepth) throw limitError("value is too deep or contains itself");
  if (typeof value !== "object" || value === null || isNil(value)) return value;
  if (value instanceof Uint8Array) return value.slice();
  if (Array.isArray(value)) {
    const type = namedType(value);
    const copy = value.map((item) => deepCopy(item, depth + 1));
    return type === undefined ? copy : withType(copy, type);
  }
  if (!isMap(value)) return value;
  const type = namedType(value);
  const copy: GoMap = newMap();
  for (const key of Object.keys(value)) setKey(copy, key, deepCopy(value[key], depth + 1));
  return type === undefined ? copy : withType(copy, type);
}
