import type { BuiltinSchema } from "../../api/index.ts";
import { formatQuantity, tryParseQuantity } from "../../base/quantity.ts";
import { type Draft, isDraft } from "./draft.ts";

/**
 * Fills in what the schema itself says: the structs that Go always writes, as `strategy: {}`, and defaults such as the protocol
 * of a port. Zero values of other types stay away, as they do on the wire. Quantities take their canonical form.
 */
export function fillStructs(draft: Draft, schema: BuiltinSchema): void {
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const isThere = Object.hasOwn(draft, name) && draft[name] !== undefined && draft[name] !== null;
    if (!isThere) {
      const { default: standard } = property;
      if (isDraft(standard)) draft[name] = {};
      else if (standard !== undefined && standard !== "" && standard !== 0 && standard !== false)
        draft[name] = standard;
      else continue;
    }
    const value = draft[name];
    const { items, additionalProperties } = property;
    if (Array.isArray(value)) {
      if (items !== undefined) for (const item of value) if (isDraft(item)) fillStructs(item, items);
    } else if (isDraft(value)) {
      if (property.properties !== undefined) fillStructs(value, property);
      else if (typeof additionalProperties === "object") {
        for (const [key, item] of Object.entries(value)) {
          if (isDraft(item)) fillStructs(item, additionalProperties);
          else if (additionalProperties.format === "quantity") value[key] = canonical(item);
        }
      }
    } else if (property.format === "quantity") draft[name] = canonical(value);
  }
}

function canonical(value: unknown): unknown {
  const quantity = typeof value === "string" || typeof value === "number" ? tryParseQuantity(String(value)) : undefined;
  return quantity === undefined ? value : formatQuantity(quantity);
}
