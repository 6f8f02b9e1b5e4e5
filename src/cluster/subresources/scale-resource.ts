import { schemaOf } from "../../api/index.ts";
import { nameColumn } from "../registry/columns.ts";
import type { Resource } from "../registry/resource.ts";

/** What a subresource or a review is decoded and answered as: a kind of Kubernetes' own that is nowhere stored. */
export function passingResource(group: string, version: string, kind: string): Resource {
  const apiVersion = group === "" ? version : `${group}/${version}`;
  return {
    group,
    version,
    apiVersion,
    kind,
    listKind: `${kind}List`,
    plural: `${kind.toLowerCase()}s`,
    singular: kind.toLowerCase(),
    namespaced: true,
    shortNames: [],
    categories: [],
    verbs: ["create"],
    subresources: [],
    bucket: "",
    storageApiVersion: apiVersion,
    get schema() {
      return schemaOf({ group, version, kind });
    },
    strategy: { status: false, generation: false },
    columns: [nameColumn],
    custom: false,
  };
}

export const scaleResource: Resource = passingResource("autoscaling", "v1", "Scale");
