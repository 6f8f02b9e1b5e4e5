import { groupOf, type KubeObject, schemaOf, type StructuralSchema, versionOf } from "../../api/index.ts";
import { isMap } from "./field-type.ts";

/**
 * What a create starts from. Kubernetes' own kinds are Go structs: the structs inside of them, and fields that are always
 * written, are there from the start, which is why nobody owns `spec` itself. Kinds of CRDs start from nothing.
 */
export function emptyObjectOf(schema: StructuralSchema | undefined, created: KubeObject): unknown {
  const { apiVersion, kind } = created;
  const own = schemaOf({ group: groupOf(apiVersion), version: versionOf(apiVersion), kind });
  return own === undefined || own !== schema ? {} : zeroOf(own, 0);
}

function zeroOf(schema: StructuralSchema, depth: number): unknown {
  const fields: [string, unknown][] = [];
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    // A struct that holds itself could only do so by a pointer, which starts as nothing.
    if (isMap(property.default) && depth < 16) fields.push([name, zeroOf(property, depth + 1)]);
    else if (schema.required?.includes(name) === true) fields.push([name, property.default ?? null]);
  }
  return Object.fromEntries(fields);
}
