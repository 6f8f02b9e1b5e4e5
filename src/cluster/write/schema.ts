import type { FieldError, KubeObject } from "../../api/index.ts";
import type { Resource } from "../registry/resource.ts";

/** The defaults that a schema declares. */
export function applySchemaDefaults(_resource: Resource, object: KubeObject): KubeObject {
  return object;
}

/** What a schema says against an object. */
export function schemaProblems(
  _resource: Resource,
  _object: KubeObject,
  _old: KubeObject | undefined,
): readonly FieldError[] {
  return [];
}
