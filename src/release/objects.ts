import { groupOf, isApiError, type KubeObject, type ObjectReference, versionOf } from "../api/index.ts";
import { messageOf } from "../base/errors.ts";
import { goQuote } from "../base/go-quote.ts";
import { isValues, type Value, type Values } from "../base/value.ts";
import { parseYamlDocuments } from "../base/yaml/index.ts";
import type { Client } from "../kube/index.ts";
import { ReleaseError } from "./errors.ts";

/** An object of a manifest, and where it goes: the release's namespace is filled in where its kind has one. */
export interface ReleaseObject {
  readonly object: KubeObject;
  readonly namespaced: boolean;
  /** What the API answered to our last write of it: what a watch knows from before that does not count. */
  readonly written?: { readonly resourceVersion?: string };
}

/**
 * Reads the documents of a manifest, lists flattened, and finds where each is served. Throws InvalidManifest with the texts of Kubernetes'
 * command line library for documents that are no objects and for kinds that are not served.
 */
export async function buildObjects(options: {
  readonly client: Client;
  readonly manifest: string;
  readonly namespace: string;
}): Promise<readonly ReleaseObject[]> {
  const { client, manifest, namespace } = options;
  const objects: ReleaseObject[] = [];
  const failures: string[] = [];
  for (const document of readDocuments(manifest)) {
    for (const value of flattenList(document)) {
      const found = await place(client, namespace, value);
      if (typeof found === "string") failures.push(found);
      else objects.push(found);
    }
  }
  if (failures.length > 0) throw new ReleaseError("InvalidManifest", aggregate(failures));
  return objects;
}

/** The objects of manifests that are history. A manifest that cannot be built any more has no objects that could be found. */
export async function buildFormerObjects(
  client: Client,
  records: readonly { readonly manifest: string; readonly namespace: string }[],
): Promise<readonly ReleaseObject[]> {
  const built = await Promise.all(
    records.map(({ manifest, namespace }) =>
      buildObjects({ client, manifest, namespace }).catch((error: unknown) => {
        if (error instanceof ReleaseError && error.code === "InvalidManifest") return [];
        throw error;
      }),
    ),
  );
  return built.flat();
}

/** What the API is asked for. */
export function referenceOf({ object }: ReleaseObject): ObjectReference {
  const { namespace, name = "" } = object.metadata;
  return { apiVersion: object.apiVersion, kind: object.kind, name, ...(namespace === undefined ? {} : { namespace }) };
}

/** `Deployment "web" in namespace "apps"`, as Helm's messages have it. */
export function describeObject({ object }: ReleaseObject): string {
  const { name = "", namespace = "" } = object.metadata;
  return `${object.kind} ${goQuote(name)} in namespace ${goQuote(namespace)}`;
}

/** `apps/web apps/v1, Kind=Deployment`, as the messages of Helm's client have it. */
export function describeTarget({ object }: ReleaseObject): string {
  const { name = "", namespace = "" } = object.metadata;
  return `${namespace}/${name} ${groupOf(object.apiVersion)}/${versionOf(object.apiVersion)}, Kind=${object.kind}`;
}

/** Names an object whatever the version it is written in: a chart that moves to a newer version does not replace its objects. */
export function identityOf({ object }: ReleaseObject): string {
  const { namespace = "", name = "" } = object.metadata;
  return `${groupOf(object.apiVersion)}/${object.kind}/${namespace}/${name}`;
}

/** The same with the version: Helm looks for conflicts by this. */
export function versionedIdentityOf({ object }: ReleaseObject): string {
  const { namespace = "", name = "" } = object.metadata;
  return `${object.apiVersion}/${object.kind}/${namespace}/${name}`;
}

function readDocuments(manifest: string): readonly Value[] {
  try {
    return parseYamlDocuments(manifest).filter((document) => document !== null);
  } catch (cause) {
    throw new ReleaseError("InvalidManifest", `error parsing : error converting YAML to JSON: ${messageOf(cause)}`, {
      cause,
    });
  }
}

/** The objects of a list, and of lists in it. Whatever has a list of items is a list to Kubernetes' client library, whatever its kind. */
export function flattenList(document: Value): readonly Value[] {
  const found: Value[] = [];
  const queue: Value[] = [document];
  for (const value of queue) {
    if (isValues(value) && typeof value.kind === "string" && Array.isArray(value.items)) queue.push(...value.items);
    else found.push(value);
  }
  return found;
}

async function place(client: Client, namespace: string, value: Value): Promise<ReleaseObject | string> {
  if (!isValues(value)) return `unable to decode "": json: cannot unmarshal ${jsonType(value)} into Go value`;
  assertTyped(value);
  const problem = metadataProblem(value.metadata ?? null);
  if (problem !== undefined) return `unable to decode "": json: cannot unmarshal ${problem}`;
  const object = toObject(value);
  const { name = "", namespace: own = "" } = object.metadata;
  try {
    const { namespaced } = await client.resource(object);
    if (!namespaced || own !== "") return { object, namespaced };
    return { object: { ...object, metadata: { ...object.metadata, namespace } }, namespaced };
  } catch (error) {
    if (!isApiError(error, "NoMatch")) throw new ReleaseError("Unreachable", messageOf(error), { cause: error });
    return `resource mapping not found for name: ${goQuote(name)} namespace: ${goQuote(own)} from "": ${error.message}\nensure CRDs are installed first`;
  }
}

// Kubernetes: a document that does not say what it is ends the reading, with the words of its validation.
function assertTyped(value: Values): void {
  const missing = ["apiVersion", "kind"].filter((field) => typeof value[field] !== "string" || value[field] === "");
  if (missing.length === 0) return;
  const text = missing.map((field) => `${field} not set`).join(", ");
  const list = missing.length === 1 ? text : `[${text}]`;
  throw new ReleaseError("InvalidManifest", `error validating "": error validating data: ${list}`);
}

/** What Go says of metadata that its types cannot hold; undefined for what they can. */
function metadataProblem(metadata: Value): string | undefined {
  if (metadata === null) return undefined;
  if (!isValues(metadata))
    return `${jsonType(metadata)} into Go struct field ObjectMeta.metadata of type v1.ObjectMeta`;
  for (const field of ["name", "generateName", "namespace"]) {
    const value = metadata[field] ?? null;
    if (value !== null && typeof value !== "string") return intoString(value, field);
  }
  for (const field of ["labels", "annotations"]) {
    const map = metadata[field] ?? null;
    if (map === null) continue;
    if (!isValues(map))
      return `${jsonType(map)} into Go struct field ObjectMeta.metadata.${field} of type map[string]string`;
    const wrong = Object.values(map).find((value) => value !== null && typeof value !== "string");
    if (wrong !== undefined && wrong !== null) return intoString(wrong, field);
  }
  return undefined;
}

function intoString(value: Value, field: string): string {
  return `${jsonType(value)} into Go struct field ObjectMeta.metadata.${field} of type string`;
}

function jsonType(value: Value): string {
  if (Array.isArray(value)) return "array";
  if (typeof value === "boolean") return "bool";
  return typeof value === "bigint" ? "number" : typeof value;
}

function toObject(value: Values): KubeObject {
  const metadata = isValues(value.metadata) ? value.metadata : {};
  return { ...value, metadata } as unknown as KubeObject;
}

// Kubernetes: an aggregate of several errors is a list in brackets, without repetitions.
function aggregate(failures: readonly string[]): string {
  const distinct = [...new Set(failures)];
  return distinct.length === 1 ? (distinct[0] ?? "") : `[${distinct.join(", ")}]`;
}
