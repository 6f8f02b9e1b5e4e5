import type { KubeObject } from "../../api/index.ts";
import { compare } from "./compare.ts";
import { difference, emptySet, type FieldSet } from "./field-set.ts";
import { type FieldType, isMap } from "./field-type.ts";
import { fieldsOf } from "./owned-fields.ts";
import { withManagedFields } from "./track.ts";
import { findTypeErrors } from "./validate.ts";

const annotation = "kubectl.kubernetes.io/last-applied-configuration";

/** What a client-side apply wrote and nobody changed since: the fields of its annotation that still hold. */
export function clientSideFields(type: FieldType, live: KubeObject, apiVersion: string): FieldSet {
  const text = live.metadata.annotations?.[annotation];
  if (text === undefined || text === "") return emptySet;
  let applied: unknown;
  try {
    applied = JSON.parse(text);
  } catch {
    return emptySet;
  }
  if (!isMap(applied) || applied["apiVersion"] !== apiVersion || findTypeErrors(type, applied).length > 0) {
    return emptySet;
  }
  const { added, modified, removed } = compare(type, applied, live);
  return [modified, added, removed].reduce(difference, fieldsOf(type, applied));
}

/** An object with the annotation of client-side apply in step with what kubectl applied; unchanged where there is none. */
export function withLastApplied(object: KubeObject, patch: KubeObject): KubeObject {
  const old = object.metadata.annotations?.[annotation];
  if (old === undefined || old === "") return object;
  const applied = withManagedFields(patch, undefined);
  const { annotations: given, ...metadata } = applied.metadata;
  const { [annotation]: _, ...annotations } = given ?? {};
  const configuration = { ...applied, metadata: given === undefined ? metadata : { ...metadata, annotations } };
  return {
    ...object,
    metadata: {
      ...object.metadata,
      annotations: { ...object.metadata.annotations, [annotation]: `${JSON.stringify(sorted(configuration))}\n` },
    },
  };
}

// Go writes maps by name.
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isMap(value)) return value;
  const names = Object.keys(value).sort();
  return Object.fromEntries(names.map((name) => [name, sorted(value[name])]));
}
