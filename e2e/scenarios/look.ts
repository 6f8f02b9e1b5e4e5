import type { Condition, HelmRelease, KubeObject } from "../../src/api/index.ts";
import { algorithmOf } from "../../src/base/node/digest.ts";
import type { Client } from "../../src/kube/index.ts";
import { type ReleaseRecord, snapshotDigest } from "../../src/release/index.ts";

type Snapshot = NonNullable<NonNullable<HelmRelease["status"]>["history"]>[number];

/** What was seen at a mark, with everything masked that differs between two runs of the same controller. */
export interface Seen {
  readonly mark: string;
  readonly conditions: readonly string[];
  readonly counters: Readonly<Record<string, number>>;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly history: readonly Readonly<Record<string, unknown>>[];
  readonly inventory: readonly string[];
  readonly stored: readonly Readonly<Record<string, unknown>>[];
  readonly events: readonly string[];
  readonly live: readonly string[];
}

interface Place {
  readonly client: Client;
  readonly namespace: string;
  readonly repositoryUrl: string;
}

/** Looks at the release and at everything that it is about. */
export async function look(
  mark: string,
  { client, namespace, repositoryUrl }: Place,
  release: HelmRelease | undefined,
  records: readonly ReleaseRecord[],
): Promise<Seen> {
  const mask = (text: string): string =>
    text
      .replaceAll(namespace, "<namespace>")
      .replaceAll(repositoryUrl, "<repository>")
      .replaceAll(/oci:\/\/127\.0\.0\.1:\d+/g, "<registry>")
      .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)/g, "<time>")
      .replaceAll(/\b(sha\d+):[0-9a-f]{40,128}/g, "$1:<hex>")
      // A chart that came by digest.
      .replaceAll(/(\d)\+[0-9a-f]{12}\b/g, "$1+<hex>")
      .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "<uid>")
      // What we add to Flux's text, after it.
      .replace(/\n\nNot ready:\n[\s\S]*/, "")
      // How a parser words what it did not expect is no contract.
      .replace(/(failed to parse the CEL expression '[^']*'): [\s\S]*/, "$1: <why>");
  const status: Partial<NonNullable<HelmRelease["status"]>> = release?.status ?? {};
  const { items: events } = await client.list({ apiVersion: "v1", kind: "Event" }, { namespace });
  const conditions = (status.conditions ?? []) as readonly Condition[];
  return {
    mark,
    conditions: conditions.map((one) => mask(`${one.type}=${one.status} ${one.reason}: ${one.message}`)),
    counters: {
      failures: status.failures ?? 0,
      installFailures: status.installFailures ?? 0,
      upgradeFailures: status.upgradeFailures ?? 0,
    },
    fields: {
      observed: status.observedGeneration === release?.metadata.generation,
      helmChart: mask(status.helmChart ?? ""),
      lastAttemptedRevision: mask(status.lastAttemptedRevision ?? ""),
      lastAttemptedReleaseAction: status.lastAttemptedReleaseAction ?? "",
      lastAttemptedConfigDigest: status.lastAttemptedConfigDigest ?? "",
      storageNamespace: mask(status.storageNamespace ?? ""),
      observedPostRenderersDigest: status.observedPostRenderersDigest ?? "",
      observedCommonMetadataDigest: status.observedCommonMetadataDigest ?? "",
      finalizers: release?.metadata.finalizers ?? [],
      lastAttemptedGeneration: status.lastAttemptedGeneration === release?.metadata.generation,
      lastAttemptedRevisionDigest: mask(status.lastAttemptedRevisionDigest ?? ""),
      lastHandledReconcileAt: status.lastHandledReconcileAt ?? "",
      lastHandledForceAt: status.lastHandledForceAt ?? "",
      lastHandledResetAt: status.lastHandledResetAt ?? "",
      hasDuration: status.lastAttemptedReleaseActionDuration !== undefined,
    },
    history: (status.history ?? [])
      .toSorted((a, b) => b.version - a.version)
      .map((snapshot) => ({
        version: snapshot.version,
        name: mask(snapshot.name),
        namespace: mask(snapshot.namespace),
        status: snapshot.status,
        action: snapshot.action ?? "",
        chart: mask(`${snapshot.chartName}@${snapshot.chartVersion}`),
        appVersion: snapshot.appVersion ?? "",
        configDigest: snapshot.configDigest,
        tests: Object.entries(snapshot.testHooks ?? {}).map(([name, hook]) => `${name}: ${hook?.phase ?? ""}`),
        deleted: snapshot.deleted !== undefined,
        ociDigest: mask(snapshot.ociDigest ?? ""),
        digest: digestVerdict(snapshot, records),
      })),
    inventory: (status.inventory?.entries ?? []).map(({ id, v }) => mask(`${id} ${v}`)),
    stored: records.map((record) => ({
      version: record.version,
      name: mask(record.name),
      namespace: mask(record.namespace),
      status: record.info.status,
      description: mask(record.info.description ?? ""),
      applyMethod: record.apply_method ?? "",
      config: record.config ?? {},
      manifest: mask(record.manifest),
      hooks: record.hooks.map((hook) =>
        mask(
          `${hook.name} ${hook.events.join(",")} ${hook.last_run.phase} ${hook.delete_policies.join(",")}\n${hook.manifest ?? ""}`,
        ),
      ),
    })),
    events: [
      ...new Set(
        events
          .filter((event) => (event.involvedObject as { readonly kind: string }).kind === "HelmRelease")
          .map((event) => mask(lineOf(event))),
      ),
    ].toSorted(),
    live: await liveObjects(client, namespace, mask),
  };
}

function lineOf(event: KubeObject): string {
  const { annotations } = event.metadata;
  const about = annotations === undefined ? "" : ` ${sortedJson(annotations)}`;
  return `${event.type} ${event.reason}${about}: ${withoutLogs(String(event.message))}`;
}

/** Digests differ from run to run, as times do: what is kept is whether one fits the record that is stored. */
function digestVerdict(snapshot: Snapshot, records: readonly ReleaseRecord[]): string {
  const { name, version, ociDigest = "" } = snapshot;
  const record = records.find((one) => one.name === name && one.version === version);
  if (record === undefined) return "not stored";
  const algorithm = algorithmOf(snapshot.digest) ?? "sha256";
  return snapshotDigest(record, { ociDigest, algorithm }) === snapshot.digest ? "fits" : "differs";
}

/** Helm's log lines carry times and pointers, and are no contract. */
function withoutLogs(message: string): string {
  const at = message.indexOf("\n\nLast Helm logs:");
  return at < 0 ? message : message.slice(0, at);
}

/** JSON with the keys of every map in order: the order of a map's keys is no contract. */
function sortedJson(value: unknown): string {
  return JSON.stringify(value, (_, member: unknown) =>
    typeof member === "object" && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}

/** The labels, annotations and content of what charts of these scenarios make. */
async function liveObjects(
  client: Client,
  namespace: string,
  mask: (text: string) => string,
): Promise<readonly string[]> {
  const lines: string[] = [];
  for (const [apiVersion, kind] of [
    ["v1", "ConfigMap"],
    ["apps/v1", "Deployment"],
    ["batch/v1", "Job"],
    ["v1", "Pod"],
  ] as const)
    for (const place of [namespace, `${namespace}-other`]) {
      const { items } = await client.list({ apiVersion, kind }, { namespace: place });
      lines.push(...items.filter(isOfScenario).map((object) => describe({ ...object, kind }, namespace)));
    }
  const { items } = await client.list({ apiVersion: "apiextensions.k8s.io/v1", kind: "CustomResourceDefinition" });
  lines.push(
    ...items
      .filter(({ metadata }) => metadata.name?.endsWith(`${namespace}.example.com`))
      .map((object) => describe({ ...object, kind: "CustomResourceDefinition" }, namespace)),
  );
  return lines.map(mask).toSorted();
}

function isOfScenario({ metadata }: KubeObject): boolean {
  return metadata.name !== "kube-root-ca.crt" && (metadata.ownerReferences ?? []).length === 0;
}

function describe({ kind, metadata, data, spec }: KubeObject, namespace: string): string {
  const { replicas, versions } = (spec ?? {}) as {
    readonly replicas?: number;
    readonly versions?: readonly {
      readonly schema?: { readonly openAPIV3Schema?: { readonly description?: string } };
    }[];
  };
  const description = versions?.[0]?.schema?.openAPIV3Schema?.description;
  const managers = new Set(
    (metadata.managedFields ?? [])
      .filter(({ subresource }) => subresource === undefined)
      .map(({ manager, operation }) => `${manager} ${operation}`)
      .filter((manager) => !manager.startsWith("kwok") && !manager.startsWith("kube-")),
  );
  const annotations = Object.entries(metadata.annotations ?? {}).filter(([key]) => !key.startsWith("deployment."));
  const shown = {
    labels: metadata.labels ?? {},
    annotations: Object.fromEntries(annotations),
    managers: [...managers].toSorted(),
    data,
    replicas,
    description,
  };
  const place = metadata.namespace === undefined || metadata.namespace === namespace ? "" : `${metadata.namespace}/`;
  return `${kind} ${place}${metadata.name} ${sortedJson(shown)}`;
}
