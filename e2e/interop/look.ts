import { gunzipSync } from "node:zlib";
import type { KubeObject } from "../../src/api/index.ts";
import { normalize } from "../../src/cli/helm/testing/normalize.ts";
import type { Place, Printed } from "./stage.ts";

/** What a step left behind, without what must differ from run to run. */
export interface Seen {
  readonly printed: Printed;
  /** The releases' Secrets: their labels, and the record that they hold as the text that was stored. */
  readonly records: readonly string[];
  /** Every object of the namespace that nobody but a release owns, and the release's own outside of it. */
  readonly objects: readonly string[];
}

const core = ["ConfigMap", "Secret", "Service", "ServiceAccount", "Pod"].map((kind) => ({ apiVersion: "v1", kind }));
const others = [
  ["apps/v1", "Deployment"],
  ["apps/v1", "StatefulSet"],
  ["batch/v1", "Job"],
  ["batch/v1", "CronJob"],
  ["networking.k8s.io/v1", "Ingress"],
  ["networking.k8s.io/v1", "NetworkPolicy"],
  ["policy/v1", "PodDisruptionBudget"],
  ["rbac.authorization.k8s.io/v1", "Role"],
  ["rbac.authorization.k8s.io/v1", "RoleBinding"],
] as const;
const kinds = [...core, ...others.map(([apiVersion, kind]) => ({ apiVersion, kind }))];

/** Reads what there is after a step. */
export async function look(place: Place, printed: Printed): Promise<Seen> {
  const { client, namespace, group } = place;
  const lists = await Promise.all(kinds.map((kind) => client.list(kind, { namespace })));
  const own = lists.flatMap(({ items }, index) => items.map((item) => ({ ...kinds[index], ...item }) as KubeObject));
  const clusterRole = { apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRole" };
  const roles = (await client.list(clusterRole)).items.filter(({ metadata }) => metadata.name?.startsWith(namespace));
  const plots = await client.list({ apiVersion: `${group}/v1`, kind: "Plot" }, { namespace }).catch(() => undefined);
  const all = [...own, ...roles.map((item) => ({ ...clusterRole, ...item })), ...(plots?.items ?? [])];
  const clean = (text: string): string => text.replaceAll(namespace, "NAMESPACE");
  return {
    printed: {
      exit: printed.exit,
      stdout: clean(normalize(printed.stdout)),
      // What client-go says of a watch that it ended itself comes by chance.
      stderr: clean(normalize(printed.stderr)).replace(/^<klog> reflector\.go.*\n/gm, ""),
    },
    records: own.filter(isRecord).map((secret) => clean(recordOf(secret))),
    objects: all.filter((object) => !isRecord(object) && isOurs(object)).map((object) => clean(textOf(object))),
  };
}

function isRecord({ kind, type, metadata }: KubeObject): boolean {
  return type === "helm.sh/release.v1" || (kind === "ConfigMap" && metadata.labels?.owner === "helm");
}

/** Leaves out what controllers made, and what is on its way out. */
function isOurs({ kind, metadata }: KubeObject): boolean {
  if (metadata.ownerReferences !== undefined || metadata.deletionTimestamp !== undefined) return false;
  return !(kind === "ConfigMap" && metadata.name === "kube-root-ca.crt") && metadata.name !== "default";
}

const moment = /\b(?!0001)\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)/g;

/** The record byte by byte as its writer stored it, but for times. */
function recordOf({ kind, metadata, data }: KubeObject): string {
  const { release } = data as { readonly release: string };
  const text64 = kind === "Secret" ? Buffer.from(release, "base64").toString("latin1") : release;
  const bytes = Buffer.from(text64, "base64");
  const labels = Object.entries(metadata.labels ?? {}).map(([name, value]) =>
    name === "createdAt" || name === "modifiedAt" ? [name, "<time>"] : [name, value],
  );
  const text = gunzipSync(bytes)
    .toString("utf8")
    .replace(/"data":"([A-Za-z0-9+/=]+)"/g, (_, file: string) => `"data":${fileOf(file)}`)
    .replace(moment, "<time>");
  return `${kind} ${metadata.name} ${canonical(Object.fromEntries(labels))}\n${text}`;
}

/** A chart's file in the clear: our copies have a name in them that differs. */
function fileOf(base64: string): string {
  return JSON.stringify(Buffer.from(base64, "base64").toString("utf8"));
}

/** What cannot be equal twice: identities, addresses, what controllers write, and when. */
function textOf(object: KubeObject): string {
  const { status: _, metadata, ...rest } = object as KubeObject & { readonly status?: unknown };
  const { uid = "", resourceVersion: __, creationTimestamp: ___, managedFields = [], ...kept } = metadata;
  const annotations = Object.entries(kept.annotations ?? {}).filter(([name]) => !name.startsWith("deployment."));
  const owners = managedFields
    .filter(({ manager }) => manager === "helm")
    .map(({ time: ____, ...entry }) => entry)
    .map((entry) => canonical(entry))
    .toSorted();
  const text = canonical({
    ...rest,
    metadata: { ...kept, ...(kept.annotations === undefined ? {} : { annotations: Object.fromEntries(annotations) }) },
    owners,
  });
  return text
    .replaceAll(uid === "" ? "<uid>" : uid, "<uid>")
    .replace(/"clusterIPs?":(\["[^"]*"\]|"[^"]*")/g, '"clusterIP":"<address>"');
}

/** JSON with sorted keys: the order of a map's keys means nothing. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    part !== null && typeof part === "object" && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
