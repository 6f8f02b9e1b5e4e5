import type { Value } from "../base/value.ts";
import { YamlWord } from "../base/yaml/index.ts";
import { GoError } from "./errors.ts";
import { limitsInForce } from "./limits.ts";
import { toBytes } from "./text.ts";
import { Complex, type GoMap, GoStruct, Integer, isNil, newMap, setKey, typeName } from "./value.ts";
import { newVisit, type Visit, visitPart, visitText } from "./visit.ts";

/**
 * The value as encoding/json sees it: integers as bigint, bytes as base64, structs as maps, nil slices and maps as null.
 * Gives the value itself when nothing needs to change. Throws GoError for what JSON does not have.
 */
export function toPlain(value: unknown, depth = 0, visit = newVisit()): Value {
  switch (typeof value) {
    case "string":
      visitText(visit, value);
      return value.isWellFormed() ? value : plainBytes(value, visit);
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
  if (isNil(value)) return visit.bytes === "binary" ? emptyOf(value) : null;
  if (depth > limitsInForce().valueDepth) {
    throw new GoError(`json: unsupported value: encountered a cycle via ${typeName(value)}`);
  }
  visitPart(visit, depth);
  if (Array.isArray(value)) return plainList(value, depth, visit);
  if (value instanceof Integer) return value.value;
  if (value instanceof Uint8Array) return toBase64(value);
  if (value instanceof GoStruct) {
    const { json, yaml } = value.type;
    if (yaml !== undefined && visit.bytes === "binary") return yaml(value as never) as Value;
    return json === undefined ? plainMap(value.fields, depth, visit) : json(value as never);
  }
  if (value instanceof Complex) {
    throw new GoError(visit.bytes === "binary" ? yamlRefusal : "json: unsupported type: complex128");
  }
  return plainMap(value as GoMap, depth, visit);
}

// yaml.v3 writes a nil slice and a nil map as empty ones.
function emptyOf(value: unknown): Value {
  if (value === null || value === undefined) return null;
  return Array.isArray(value) ? [] : {};
}

/** What yaml.v3 panics with; helm's toYamlPretty hides only errors. */
export const yamlRefusal = "cannot marshal type: complex128";

function plainBytes(text: string, { bytes }: Visit): Value {
  switch (bytes) {
    case "kept":
      return text;
    case "replaced":
      return text.toWellFormed();
    case "binary":
      return new YamlWord(`!!binary ${toBase64(toBytes(text))}`) as unknown as Value;
  }
}

function plainList(list: readonly unknown[], depth: number, visit: Visit): Value {
  for (let i = 0; i < list.length; i += 1) {
    const item = list[i];
    const plain = toPlain(item, depth + 1, visit);
    if (plain === item) continue;
    // From the first element that changes on, a copy.
    const copy = list.slice(0, i) as Value[];
    copy.push(plain);
    for (let j = i + 1; j < list.length; j += 1) copy.push(toPlain(list[j], depth + 1, visit));
    return copy;
  }
  return list as readonly Value[];
}

function plainMap(map: Readonly<Record<string, unknown>>, depth: number, visit: Visit): Value {
  const keys = Object.keys(map);
  for (let i = 0; i < keys.length; i += 1) {
    const key = keys[i] as string;
    const plain = toPlain(map[key], depth + 1, visit);
    if (plain === map[key] && (visit.bytes === "kept" || key.isWellFormed())) continue;
    const copy: GoMap = newMap();
    for (const other of keys)
      setKey(copy, visit.bytes === "kept" ? other : other.toWellFormed(), toPlain(map[other], depth + 1, visit));
    return copy as Value;
  }
  return map as Value;
}

function toBase64(bytes: Uint8Array): string {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}
