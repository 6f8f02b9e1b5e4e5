import type { KubeObject, ObjectMeta } from "./object.ts";
import type { Schema, ValueOf } from "./schema.ts";
import type { StructuralSchema } from "./structural-schema.ts";

/** A column that `kubectl get` shows, as a CustomResourceDefinition declares it. */
export interface PrinterColumn {
  readonly name: string;
  readonly type: "string" | "integer" | "number" | "boolean" | "date";
  readonly jsonPath: string;
  readonly description?: string;
  readonly format?: string;
  readonly priority?: number;
}

/** All there is to know about a kind of ours; its type, CRD, validation and table columns are derived from it. */
export interface KindDefinition<Spec extends Schema = Schema, Status extends Schema = Schema> {
  readonly group: string;
  /** The version that is stored, and that we write. */
  readonly version: string;
  /** Older versions that are served too, with the same schema. */
  readonly servedVersions?: readonly string[];
  readonly kind: string;
  readonly plural: string;
  readonly singular?: string;
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  readonly namespaced: boolean;
  readonly spec: Spec;
  readonly status: Status;
  readonly columns?: readonly PrinterColumn[];
  /** Annotations of the CRD itself. */
  readonly annotations?: Readonly<Record<string, string>>;
}

/** A kind as a value: its definition and its apiVersion, so that it can be passed wherever a `Kind` is asked for. */
export type DefinedKind<D extends KindDefinition = KindDefinition> = D & { readonly apiVersion: string };

/** The type of the objects of a kind. Flux's CRDs do not require `spec`, so `undefined` must be expected where objects of others are read. */
export type ObjectOf<D extends KindDefinition> = {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly spec: ValueOf<D["spec"]>;
  readonly status?: ValueOf<D["status"]>;
} & KubeObject;

/** Declares a kind. */
export function defineKind<Spec extends Schema, Status extends Schema>(
  definition: KindDefinition<Spec, Status>,
): DefinedKind<KindDefinition<Spec, Status>> {
  return { ...definition, apiVersion: `${definition.group}/${definition.version}` };
}

/** The schema of whole objects of a kind, metadata left open as the API server knows it. */
export function objectSchemaOf(kind: KindDefinition): StructuralSchema {
  return {
    type: "object",
    properties: {
      apiVersion: { type: "string" },
      kind: { type: "string" },
      metadata: { type: "object" },
      spec: kind.spec,
      status: kind.status,
    },
  };
}

/** The CustomResourceDefinition of a kind. */
export function toCrd(kind: KindDefinition): KubeObject {
  const { group, plural, annotations } = kind;
  const versions = [kind.version, ...(kind.servedVersions ?? [])].map((name, index) => ({
    name,
    served: true,
    storage: index === 0,
    schema: { openAPIV3Schema: objectSchemaOf(kind) },
    subresources: { status: {} },
    ...(kind.columns === undefined ? {} : { additionalPrinterColumns: kind.columns }),
  }));
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${plural}.${group}`, ...(annotations === undefined ? {} : { annotations }) },
    spec: {
      group,
      names: {
        kind: kind.kind,
        listKind: `${kind.kind}List`,
        plural,
        singular: kind.singular ?? kind.kind.toLowerCase(),
        ...(kind.shortNames === undefined ? {} : { shortNames: kind.shortNames }),
        ...(kind.categories === undefined ? {} : { categories: kind.categories }),
      },
      scope: kind.namespaced ? "Namespaced" : "Cluster",
      versions,
    },
  };
}
