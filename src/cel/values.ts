import { type CelInput, type CelValue, isCelError, isCelList, isCelMap, isCelUint, run } from "@bufbuild/cel";
import type { Value } from "../base/value.ts";

/** The part of a schema that decides what a JSON value is in CEL. */
export interface CelSchema {
  readonly type?: string;
  readonly format?: string;
  readonly properties?: Readonly<Record<string, CelSchema>>;
  readonly additionalProperties?: boolean | CelSchema;
  readonly items?: CelSchema;
}

/**
 * JSON as CEL sees it. JSON has one kind of number, CEL two: by the schema where it says so, else whole numbers are integers.
 * With a schema, field names that CEL could not write are escaped as Kubernetes does, and times and durations are such.
 */
export function toCel(value: unknown, schema?: CelSchema): CelInput {
  if (value === null || value === undefined) return null;
  if (typeof value === "number") return schema?.type !== "number" && Number.isInteger(value) ? BigInt(value) : value;
  if (typeof value === "bigint") return schema?.type === "number" ? Number(value) : value;
  if (typeof value === "string") return toText(value, schema?.format);
  if (typeof value === "boolean") return value;
  if (Array.isArray(value)) return value.map((item: unknown) => toCel(item, schema?.items));
  // A Map, not an object: no key of the data can be mistaken for something of the language.
  const fields = new Map<string, CelInput>();
  const properties = schema?.properties ?? {};
  for (const [name, field] of Object.entries(value as object)) {
    const known = Object.hasOwn(properties, name) ? properties[name] : undefined;
    const others = typeof schema?.additionalProperties === "object" ? schema.additionalProperties : undefined;
    fields.set(known === undefined ? name : escapeFieldName(name), toCel(field, known ?? others));
  }
  return fields as CelInput;
}

function toText(text: string, format: string | undefined): CelInput {
  if (format !== "date-time" && format !== "duration") return text;
  const value = run(format === "date-time" ? "timestamp(text)" : "duration(text)", { text });
  return isCelError(value) ? text : (value as CelInput);
}

const reserved = new Set(
  "true false null in as break const continue else for function if import let loop package namespace return var void while".split(
    " ",
  ),
);

/** apiserver/pkg/cel: how a property is written in an expression. */
export function escapeFieldName(name: string): string {
  if (reserved.has(name)) return `__${name}__`;
  return name
    .replaceAll("__", "__underscores__")
    .replaceAll(".", "__dot__")
    .replaceAll("-", "__dash__")
    .replaceAll("/", "__slash__");
}

/** A result as plain data: integers are bigints, doubles numbers, times and durations text. */
export function fromCel(value: CelValue): Value {
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number" || typeof value === "bigint") return value;
  if (isCelUint(value)) return value.value;
  if (isCelList(value)) return [...value].map((item) => fromCel(item as CelValue));
  if (isCelMap(value)) {
    return Object.fromEntries([...value.entries()].map(([key, item]) => [String(key), fromCel(item as CelValue)]));
  }
  const text = run("string(value)", { value: value as CelInput });
  return isCelError(text) || typeof text !== "string" ? null : text;
}
