import type { KubeObject } from "../../api/index.ts";

/** The metadata of an object alone, as `as=PartialObjectMetadata` asks for it. */
export function toPartial(object: KubeObject, version: string): KubeObject {
  return { kind: "PartialObjectMetadata", apiVersion: `meta.k8s.io/${version || "v1"}`, metadata: object.metadata };
}

export function toPartialList(objects: readonly KubeObject[], metadata: object, version: string): object {
  return {
    kind: "PartialObjectMetadataList",
    apiVersion: `meta.k8s.io/${version || "v1"}`,
    metadata,
    items: objects.map((object) => toPartial(object, version)),
  };
}
