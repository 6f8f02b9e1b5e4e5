import type { Value } from "../base/value.ts";
import { GoError, limitError } from "./errors.ts";
import { defaultLimits } from "./limits.ts";
import { hasRawBytes } from "./text.ts";
import { Complex, type GoMap, GoStruct, Integer, isNil, newMap, setKey, typeName } from "./value.ts";

/**
 * The value as encoding/json sees it: integers as bigint, bytes as base64, structs as maps, nil slices and maps as null.
 * Gives the value itself when nothing needs to change. Throws GoError for what JSON does not have.
 */
export function toPlain(value: unknown, depth = 0): Value {
  switch (typeof value) {
    case "string":
      return hasRawBytes(value) ? value.toWellFormed() : value;
    case "boolean":
    case "bigint":
      return value;
    case "number":
      if (Number.isFinite(value)) return value;
      throw new GoError(`json: unsupported value: ${Number.isNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf"}`);
    case "undefined":
    case "symbol":
      return null;
    case "function":
      throw new GoError("json: unsupported type: func()");
    case "object":
      break;
  }
  if (isNil(value)) return null;
  if (depth > defaultLimits.valueDepth)
    throw limitError(`json: unsupported value: encountered a cycle via ${typeName(value)}`);
  if (Array.isArray(value)) return plainList(value, depth);
  if (value instanceof Integer) return value.value;
  if (value instanceof Uint8Array) return toBase64(value);
  if (value instanceof GoStruct) {
    return value.type.json === undefined ? plainMap(value.fields, depth) : value.type.json(value as never);
  }
  if (value instanceof Complex) throw new GoError("json: unsupported type: complex128");
  return plainMap(value as GoMap, depth);
}

function plainList(list: readonly unknown[], depth: number): Value {
  for (let i = 0; i < list.length; i += 1) {
    const item = list[i];
    const plain = toPlain(item, depth + 1);
    if (plain === item) continue;
    // From the first element that changes on, a copy.
    const copy = list.slice(0, i) as Value[];
    copy.push(plain);
    for (let j = i + 1; j < list.length; j += 1) copy.push(toPlain(list[j], depth + 1));
    return copy;
  }
  return list as readonly Value[];
}

function plainMap(map: Readonly<Record<string, unknown>>, depth: number): Value {
  const keys = Object.keys(map);
  for (let i = 0; i < keys.length; i += 1) {
    const key = keys[i] as string;
    const plain = toPlain(map[key], depth + 1);
    if (plain === map[key] && !hasRawBytes(key)) continue;
    const copy: GoMap = newMap();
    for (const other of keys) setKey(copy, other.toWellFormed(), toPlain(map[other], depth + 1));
    return copy as Value;
  }
  return map as Value;
}

function toBase64(bytes: Uint8Array): string {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}
