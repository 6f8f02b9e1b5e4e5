import { isList, isMap } from "./field-type.ts";

/** True when two JSON values are the same; the order of fields does not count. Nothing and null differ. */
export function isEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (isList(a)) {
    return isList(b) && a.length === b.length && a.every((item, i) => isEqual(item, b[i]));
  }
  if (!isMap(a) || !isMap(b)) return typeof a === "bigint" || typeof b === "bigint" ? Number(a) === Number(b) : false;
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length && names.every((name) => Object.hasOwn(b, name) && isEqual(a[name], b[name]))
  );
}
