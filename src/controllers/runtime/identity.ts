import type { KubeObject } from "../../api/index.ts";

/** The namespace and name of a stored object. The API gives both to everything that is stored in a namespace. */
export function identityOf({ metadata }: Pick<KubeObject, "metadata">): {
  readonly namespace: string;
  readonly name: string;
} {
  return { namespace: metadata.namespace ?? "", name: metadata.name ?? "" };
}
