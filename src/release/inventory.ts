import { groupOf, type KubeObject, versionOf } from "../api/index.ts";
import { isValues, type Value } from "../base/value.ts";
import { parseYamlDocuments } from "../base/yaml/index.ts";
import type { ChartCrd } from "../chart/index.ts";
import type { Client } from "../kube/index.ts";
import { flattenList } from "./objects.ts";
import type { ReleaseRecord } from "./record.ts";

/** One object that a release owns, as a HelmRelease's status lists it. */
export interface InventoryEntry {
  /** `<namespace>_<name>_<group>_<kind>`; the namespace is empty for cluster-scoped kinds. */
  readonly id: string;
  /** The version of the API. */
  readonly v: string;
}

export interface Inventory {
  readonly entries: readonly InventoryEntry[];
  /** Kinds whose scope nobody could tell; their objects are listed without a namespace. */
  readonly warnings: readonly string[];
}

/** Lists what a revision owns: the objects of its manifest that are no hooks, then the definitions of its chart's `crds/`. */
export async function inventoryOf(
  record: ReleaseRecord,
  options: { readonly client: Pick<Client, "resource">; readonly crds: readonly ChartCrd[] },
): Promise<Inventory> {
  const warnings: string[] = [];
  const entries: InventoryEntry[] = [];
  const scopes = new Map<string, boolean | undefined>();
  for (const object of readObjects(record.manifest)) {
    if (Object.hasOwn(object.metadata.annotations ?? {}, "helm.sh/hook")) continue;
    const key = `${object.apiVersion}/${object.kind}`;
    if (!scopes.has(key) && (object.metadata.namespace ?? "") === "") {
      scopes.set(key, await isNamespaced(options.client, object, warnings));
    }
    const namespace = object.metadata.namespace || (scopes.get(key) === true ? record.namespace : "");
    entries.push(toEntry(object, namespace));
  }
  for (const { data } of options.crds) {
    for (const object of readObjects(new TextDecoder().decode(data))) {
      entries.push(toEntry(object, object.metadata.namespace ?? ""));
    }
  }
  return { entries, warnings };
}

/** The identity of an object in an inventory. */
export function inventoryId(
  { apiVersion, kind, name }: { readonly apiVersion: string; readonly kind: string; readonly name: string },
  namespace: string,
): string {
  const group = groupOf(apiVersion);
  // Flux: only the names of these kinds may have colons, which it cannot write here.
  const encoded = group === "rbac.authorization.k8s.io" && rbacKinds.has(kind) ? name.replaceAll(":", "__") : name;
  return `${namespace}_${encoded}_${group}_${kind}`;
}

const rbacKinds: ReadonlySet<string> = new Set(["Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding"]);

function toEntry(object: KubeObject, namespace: string): InventoryEntry {
  const { apiVersion, kind, metadata } = object;
  return { id: inventoryId({ apiVersion, kind, name: metadata.name ?? "" }, namespace), v: versionOf(apiVersion) };
}

function readObjects(manifest: string): readonly KubeObject[] {
  return parseYamlDocuments(manifest)
    .flatMap(flattenList)
    .filter(isObject) as readonly unknown[] as readonly KubeObject[];
}

function isObject(value: Value): boolean {
  return (
    isValues(value) &&
    typeof value.apiVersion === "string" &&
    typeof value.kind === "string" &&
    isValues(value.metadata)
  );
}

async function isNamespaced(
  client: Pick<Client, "resource">,
  object: KubeObject,
  warnings: string[],
): Promise<boolean | undefined> {
  try {
    return (await client.resource(object)).namespaced;
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    warnings.push(`failed to determine if ${object.kind} is namespace scoped, skipping namespace: ${text}`);
    return undefined;
  }
}
