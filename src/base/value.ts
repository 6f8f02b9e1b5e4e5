/**
 * What YAML, JSON and Helm values are made of. A `number` is Go's float64, a `bigint` is one of Go's integers:
 * values files hold only numbers, `--set` and template literals make bigints.
 */
export type Value = null | boolean | number | bigint | string | readonly Value[] | Values;

/** A map with string keys, as `values.yaml` holds. Read only by convention of type: who needs to change one makes a copy. */
export interface Values {
  readonly [key: string]: Value;
}

/** True for maps, false for lists, null and scalars. */
export function isValues(value: unknown): value is Values {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Orders strings as Go does: by the bytes of their UTF-8. */
export function compareBytes(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i += 1) {
    const left = a.charCodeAt(i);
    const right = b.charCodeAt(i);
    if (left === right) continue;
    // Surrogates stand for code points above U+FFFF, which sort after the rest of the BMP in UTF-8 but not in UTF-16.
    const leftHigh = left >= 0xd800 && left <= 0xdfff;
    const rightHigh = right >= 0xd800 && right <= 0xdfff;
    if (leftHigh !== rightHigh) return leftHigh ? 1 : -1;
    return left < right ? -1 : 1;
  }
  return a.length < b.length ? -1 : 1;
}
