import {
  applyDefaults,
  type FieldError,
  fieldError,
  type KubeObject,
  type StructuralSchema,
  validate,
} from "../../api/index.ts";
import type { Resource } from "../registry/resource.ts";
import { evaluateRule } from "./rules.ts";

/** The defaults that the schema of a custom kind declares. Kubernetes' own kinds have theirs in their strategies. */
export function applySchemaDefaults(resource: Resource, object: KubeObject): KubeObject {
  if (!resource.custom || resource.schema === undefined) return object;
  const { metadata, ...rest } = object;
  return { ...applyDefaults(rest, withoutMetadata(resource.schema)), metadata } as KubeObject;
}

/** What the schema of a custom kind says against an object. `old` is what is stored now. */
export function schemaProblems(
  resource: Resource,
  object: KubeObject,
  old: KubeObject | undefined,
): readonly FieldError[] {
  if (!resource.custom || resource.schema === undefined) return [];
  const options = {
    ...(old === undefined ? {} : { old }),
    evaluate: evaluateRule,
  };
  return [...validate(object, resource.schema, options), ...scaleProblems(resource, object)];
}

// Metadata is Kubernetes' own; a CRD's schema may restrict names, but neither defaults nor prunes it.
const bare = new WeakMap<StructuralSchema, StructuralSchema>();

function withoutMetadata(schema: StructuralSchema): StructuralSchema {
  let found = bare.get(schema);
  if (found === undefined) {
    const { metadata: _, ...properties } = schema.properties ?? {};
    found = { ...schema, properties };
    bare.set(schema, found);
  }
  return found;
}

function scaleProblems({ scale }: Resource, object: KubeObject): readonly FieldError[] {
  if (scale === undefined) return [];
  return [scale.specReplicasPath, scale.statusReplicasPath].flatMap((path) => {
    const value = path
      .split(".")
      .slice(1)
      .reduce<unknown>((found, name) => (found as Record<string, unknown> | undefined)?.[name], object);
    if (value === undefined || value === null) return [];
    if (typeof value !== "number") return [fieldError.invalid(path, value, "should be an integer")];
    return value < 0 ? [fieldError.invalid(path, value, "should be a non-negative integer")] : [];
  });
}
