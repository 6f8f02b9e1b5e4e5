import { type FieldError, type KubeObject, type StructuralSchema } from "../../api/index.ts";
import type { Column } from "./columns.ts";

/** One resource as it is served in one group and version: where its objects are kept and what is particular about them. */
export interface Resource {
  readonly group: string;
  readonly version: string;
  /** "apps/v1", or "v1" for the core group. */
  readonly apiVersion: string;
  readonly kind: string;
  readonly listKind: string;
  readonly plural: string;
  readonly singular: string;
  readonly namespaced: boolean;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly verbs: readonly string[];
  readonly subresources: readonly Subresource[];
  readonly bucket: string;
  /** Between this version and what is stored. Absent where they differ by the apiVersion only. */
  readonly conversion?: Conversion;
  readonly storageApiVersion: string;
  readonly schema: StructuralSchema | undefined;
  readonly strategy: Strategy;
  readonly columns: readonly Column[];
  /** True for kinds that a CustomResourceDefinition declares. */
  readonly custom: boolean;
  readonly scale?: ScalePaths;
  /** The text of the warning that comes with each answer of a deprecated version. */
  readonly deprecation?: string;
}

export interface Subresource {
  readonly name: string;
  readonly kind: string;
  readonly group: string;
  readonly version: string;
  readonly verbs: readonly string[];
}

export interface Conversion {
  readonly fromStorage: (object: KubeObject) => KubeObject;
  readonly toStorage: (object: KubeObject) => KubeObject;
}

/** JSON paths of the replica counts, as a CRD's `subresources.scale` holds them. */
export interface ScalePaths {
  readonly specReplicasPath: string;
  readonly statusReplicasPath: string;
  readonly labelSelectorPath?: string;
}

export interface StrategyContext {
  readonly now: () => Date;
  readonly resource: Resource;
  /** Reads other objects, for allocation and references. */
  readonly read: {
    list(bucket: string): readonly KubeObject[];
    get(bucket: string, key: string): KubeObject | undefined;
  };
}

/** What is particular about a kind in the phases of a write. Every function is pure and may be absent. */
export interface Strategy {
  /** True where a status subresource separates status from the rest, so that writes of one leave the other alone. */
  readonly status: boolean;
  /** True where `metadata.generation` counts changes of the specification. */
  readonly generation: boolean;
  readonly applyDefaults?: (object: KubeObject) => KubeObject;
  readonly prepareForCreate?: (object: KubeObject, context: StrategyContext) => KubeObject;
  readonly prepareForUpdate?: (next: KubeObject, old: KubeObject, context: StrategyContext) => KubeObject;
  readonly validate?: (object: KubeObject, context: StrategyContext) => readonly FieldError[];
  readonly validateUpdate?: (next: KubeObject, old: KubeObject, context: StrategyContext) => readonly FieldError[];
  readonly warnings?: (object: KubeObject) => readonly string[];
  /** How names are checked; DNS-1123 subdomains where absent. */
  readonly nameRule?: NameRule;
  /** Fields that `fieldSelector` may name besides metadata.name and metadata.namespace. */
  readonly fields?: Readonly<Record<string, (object: KubeObject) => string>>;
  /** Seconds that a deletion waits for the kind's keeper (the kubelet for Pods); 0 or absent: gone at once. */
  readonly gracePeriod?: (object: KubeObject, asked: number | undefined) => number;
  readonly defaultPropagation?: "Background" | "Orphan";
  /** Said to who deletes without saying what is to become of dependents. */
  readonly deleteWarning?: string;
  /** Refuses a deletion by throwing. */
  readonly admitDelete?: (object: KubeObject, resource: Resource) => void;
  /** What a kind shows about itself when it is marked as to be deleted. */
  readonly markDeleted?: (object: KubeObject, now: Date) => KubeObject;
}

export type NameRule = "subdomain" | "label" | "label-1035" | "path-segment";
