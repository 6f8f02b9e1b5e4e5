import { Complex, GoStruct, Integer } from "./value.ts";

/** text/template's truth: false, 0, nil and what is empty are false; structs are true. */
export function isTrue(value: unknown): boolean {
  switch (typeof value) {
    case "boolean":
      return value;
    case "string":
      return value !== "";
    case "number":
      // NaN is not zero, so it is true in Go.
      return value !== 0;
    case "bigint":
      return value !== 0n;
    case "undefined":
    case "symbol":
      return false;
    case "function":
      return true;
    case "object":
      break;
  }
  if (value === null) return false;
  if (Array.isArray(value) || value instanceof Uint8Array) return value.length > 0;
  if (value instanceof Integer) return value.value !== 0n;
  if (value instanceof GoStruct) return true;
  if (value instanceof Complex) return value.real !== 0 || value.imaginary !== 0;
  for (const _ in value) return true;
  return false;
}
