import type { StructuralSchema } from "../../api/index.ts";
import { isList, isMap } from "./field-type.ts";

/** A value without the nulls that its schema does not allow: what decoding an object drops. Free-form parts keep theirs. */
export function withoutNulls(schema: StructuralSchema | undefined, value: unknown): unknown {
  if (schema === undefined) return value;
  if (isList(value)) return value.map((item) => withoutNulls(schema.items, item));
  if (!isMap(value)) return value;
  const { properties = {}, additionalProperties } = schema;
  const fields: [string, unknown][] = [];
  for (const [name, item] of Object.entries(value)) {
    const declared = Object.hasOwn(properties, name) ? properties[name] : undefined;
    const inner = declared ?? (typeof additionalProperties === "object" ? additionalProperties : undefined);
    if (item === null && declared !== undefined && declared.nullable !== true) continue;
    fields.push([name, withoutNulls(inner, item)]);
  }
  return Object.fromEntries(fields);
}
