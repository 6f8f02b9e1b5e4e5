import type { BuiltinSchema } from "../builtin/index.ts";

/** How a patch treats one field. `schema` is of the field itself for maps, and of the items for lists. */
export interface FieldStrategy {
  readonly schema: BuiltinSchema | undefined;
  readonly strategy: "merge" | "replace" | "";
  readonly retainKeys: boolean;
  /** The field that tells items of a merged list apart; the empty string for lists of scalars. */
  readonly mergeKey: string;
}

/** Looks a field up. What the schema does not know is merged when it is a map and replaced when it is a list. */
export function strategyOf(schema: BuiltinSchema | undefined, field: string): FieldStrategy {
  const property = propertyOf(schema, field);
  const strategies = property?.["x-kubernetes-patch-strategy"]?.split(",") ?? [];
  const strategy = strategies.find((name) => name !== "retainKeys");
  return {
    schema: property?.items ?? property,
    strategy: strategy === "merge" || strategy === "replace" ? strategy : "",
    retainKeys: strategies.includes("retainKeys"),
    mergeKey: property?.["x-kubernetes-patch-merge-key"] ?? "",
  };
}

function propertyOf(schema: BuiltinSchema | undefined, field: string): BuiltinSchema | undefined {
  const { properties, additionalProperties } = schema ?? {};
  if (properties !== undefined && Object.hasOwn(properties, field)) return properties[field];
  return typeof additionalProperties === "object" ? additionalProperties : undefined;
}
