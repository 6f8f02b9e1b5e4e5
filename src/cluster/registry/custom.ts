import type { KubeObject, StructuralSchema } from "../../api/index.ts";
import { compareVersions } from "./versions.ts";
import { customColumns } from "./custom-columns.ts";
import type { Resource, ScalePaths, Strategy, Subresource } from "./resource.ts";

export const crdBucket = "apiextensions.k8s.io/customresourcedefinitions";

/** The part of a CustomResourceDefinition that decides what is served. */
export interface CrdSpec {
  readonly group: string;
  readonly scope: "Namespaced" | "Cluster";
  readonly names: CrdNames;
  readonly versions: readonly CrdVersion[];
  readonly preserveUnknownFields?: boolean;
}

export interface CrdNames {
  readonly plural: string;
  readonly singular?: string;
  readonly kind: string;
  readonly listKind?: string;
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
}

export interface CrdVersion {
  readonly name: string;
  readonly served: boolean;
  readonly storage: boolean;
  readonly deprecated?: boolean;
  readonly deprecationWarning?: string;
  readonly schema?: { readonly openAPIV3Schema?: StructuralSchema };
  readonly subresources?: { readonly status?: object; readonly scale?: ScalePaths };
  readonly additionalPrinterColumns?: readonly {
    readonly name: string;
    readonly type: string;
    readonly jsonPath: string;
    readonly description?: string;
    readonly format?: string;
    readonly priority?: number;
  }[];
  readonly selectableFields?: readonly { readonly jsonPath: string }[];
}

const verbs = ["delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"];
const subresourceVerbs = ["get", "patch", "update"];

/** The resources that a CustomResourceDefinition declares, one for each served version; none before it is established. */
export function resourcesOfCrd(crd: KubeObject): readonly Resource[] {
  const spec = crd["spec"] as CrdSpec;
  const status = crd["status"] as
    | {
        readonly acceptedNames?: CrdNames;
        readonly conditions?: readonly { readonly type: string; readonly status: string }[];
      }
    | undefined;
  const established = status?.conditions?.some(({ type, status }) => type === "Established" && status === "True");
  if (established !== true) return [];
  const names = { ...spec.names, ...status?.acceptedNames };
  const storage = spec.versions.find((version) => version.storage) ?? spec.versions[0]!;
  return spec.versions
    .filter(({ served }) => served)
    .map((version): Resource => {
      const scale = version.subresources?.scale;
      return {
        group: spec.group,
        version: version.name,
        apiVersion: `${spec.group}/${version.name}`,
        kind: names.kind,
        listKind: names.listKind ?? `${names.kind}List`,
        plural: names.plural,
        singular: names.singular ?? names.kind.toLowerCase(),
        namespaced: spec.scope === "Namespaced",
        shortNames: names.shortNames ?? [],
        categories: names.categories ?? [],
        verbs,
        subresources: subresourcesOf(spec, version),
        bucket: `${spec.group}/${names.plural}`,
        storageApiVersion: `${spec.group}/${storage.name}`,
        schema: version.schema?.openAPIV3Schema,
        strategy: {
          status: version.subresources?.status !== undefined,
          generation: true,
          fields: selectableFields(version),
        },
        columns: customColumns(version),
        custom: true,
        ...(scale === undefined ? {} : { scale }),
        ...(version.deprecated === true ? { deprecation: deprecationOf(spec, version) } : {}),
      };
    });
}

function subresourcesOf(
  { group, names }: CrdSpec,
  { name: version, subresources }: CrdVersion,
): readonly Subresource[] {
  return [
    ...(subresources?.status === undefined
      ? []
      : [{ name: "status", kind: names.kind, group, version, verbs: subresourceVerbs }]),
    ...(subresources?.scale === undefined
      ? []
      : [{ name: "scale", kind: "Scale", group: "autoscaling", version: "v1", verbs: subresourceVerbs }]),
  ];
}

function deprecationOf({ group, names, versions }: CrdSpec, { name, deprecationWarning }: CrdVersion): string {
  if (deprecationWarning !== undefined) return deprecationWarning;
  const [newer] = versions
    .filter((version) => version.served && version.deprecated !== true && compareVersions(version.name, name) < 0)
    .sort((a, b) => compareVersions(a.name, b.name));
  const advice = newer === undefined ? "" : `; use ${group}/${newer.name} ${names.kind}`;
  return `${group}/${name} ${names.kind} is deprecated${advice}`;
}

function selectableFields({ selectableFields: declared = [] }: CrdVersion): NonNullable<Strategy["fields"]> {
  return Object.fromEntries(
    declared.map(({ jsonPath }) => {
      const names = jsonPath.split(".").slice(1);
      const read = (object: KubeObject): string => {
        const value = names.reduce<unknown>(
          (found, name) => (found as Record<string, unknown> | undefined)?.[name],
          object,
        );
        return value === undefined || value === null ? "" : String(value);
      };
      return [names.join("."), read];
    }),
  );
}
