import found from "./resources.json" with { type: "json" };

/** A resource that every Kubernetes 1.36 API server serves, as its discovery describes it. */
export interface BuiltinResource {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly singular: string;
  readonly namespaced: boolean;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly verbs: readonly string[];
  readonly subresources: readonly BuiltinSubresource[];
}

export interface BuiltinSubresource {
  readonly name: string;
  readonly kind: string;
  readonly verbs: readonly string[];
  /** The group and version of `kind`, where it is not the parent's: `scale` is autoscaling/v1. */
  readonly group?: string;
  readonly version?: string;
}

/** Every resource of Kubernetes itself, in discovery's order. */
export const builtinResources: readonly BuiltinResource[] = found;
