import type { Condition, HelmRelease, KubeObject } from "../../src/api/index.ts";
import { decodeRecord, type ReleaseRecord } from "../../src/release/index.ts";
import type { Client } from "../../src/kube/index.ts";

/** Where a scenario plays: a cluster whose controllers are Flux's or ours, and a chart repository. */
export interface Stage {
  readonly client: Client;
  readonly namespace: string;
  readonly repositoryUrl: string;
  readonly publish: (name: string, version: string, files: Readonly<Record<string, string>>) => Promise<void>;
  /** Milliseconds that a step may take. */
  readonly patience: number;
}

/** What a person would do, one thing after another; `mark` keeps what can be seen then. */
export interface Scenario {
  readonly name: string;
  readonly play: (actor: Actor) => Promise<void>;
}

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

export interface Actor {
  readonly namespace: string;
  readonly repositoryUrl: string;
  readonly client: Client;
  readonly publish: Stage["publish"];
  readonly create: (
    object: Omit<KubeObject, "metadata"> & {
      readonly metadata: { readonly name: string } & Readonly<Record<string, unknown>>;
    },
  ) => Promise<void>;
  readonly patch: (apiVersion: string, kind: string, name: string, patch: unknown) => Promise<void>;
  readonly remove: (apiVersion: string, kind: string, name: string) => Promise<void>;
  readonly until: (what: string, holds: (release: HelmRelease) => boolean) => Promise<void>;
  readonly untilGone: (apiVersion: string, kind: string, name: string) => Promise<void>;
  readonly records: () => Promise<readonly ReleaseRecord[]>;
  readonly mark: (name: string) => Promise<void>;
}

export const helmRelease = { apiVersion: "helm.toolkit.fluxcd.io/v2", kind: "HelmRelease" } as const;
export const releaseName = "web";

/** Plays a scenario and returns what was seen. The namespace must be new. */
export async function playScenario(scenario: Scenario, stage: Stage): Promise<readonly Seen[]> {
  const seen: Seen[] = [];
  const { client, namespace, patience } = stage;
  await client.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
  const get = (): Promise<HelmRelease | undefined> =>
    client.tryGet<HelmRelease>({ ...helmRelease, namespace, name: releaseName });
  const poll = async (what: string, holds: () => Promise<boolean>): Promise<void> => {
    const until = performance.now() + patience;
    while (!(await holds())) {
      if (performance.now() > until)
        throw new Error(
          `${scenario.name}: waited in vain for ${what}: ${JSON.stringify((await get())?.status, undefined, 1)}`,
        );
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  const records = async (): Promise<readonly ReleaseRecord[]> => {
    const { items } = await client.list({ apiVersion: "v1", kind: "Secret" }, { labelSelector: "owner=helm" });
    const texts = items
      .filter((secret) => secret.metadata.namespace?.startsWith(namespace))
      .map((secret) => atob((secret.data as { readonly release: string }).release));
    return texts.map(decodeRecord).toSorted((a, b) => a.version - b.version);
  };
  await scenario.play({
    namespace,
    repositoryUrl: stage.repositoryUrl,
    client,
    publish: stage.publish,
    create: async (object) =>
      void (await client.create({ ...object, metadata: { namespace, ...object.metadata } } as KubeObject)),
    patch: async (apiVersion, kind, name, patch) =>
      void (await client.patch({ apiVersion, kind, namespace, name }, patch, {
        type: "merge",
        fieldManager: "person",
      })),
    remove: (apiVersion, kind, name) => client.delete({ apiVersion, kind, namespace, name }),
    until: (what, holds) =>
      poll(what, async () => {
        const release = await get();
        return release !== undefined && holds(release);
      }),
    untilGone: (apiVersion, kind, name) =>
      poll(
        `${kind} ${name} to be gone`,
        async () => (await client.tryGet({ apiVersion, kind, namespace, name })) === undefined,
      ),
    records,
    mark: async (name) => {
      // Events are written a moment after what they tell of.
      await new Promise((resolve) => setTimeout(resolve, 400));
      seen.push(await look(name, stage, await get(), await records()));
    },
  });
  return seen;
}

async function look(
  mark: string,
  { client, namespace, repositoryUrl }: Stage,
  release: HelmRelease | undefined,
  records: readonly ReleaseRecord[],
): Promise<Seen> {
  const mask = (text: string): string =>
    text
      .replaceAll(namespace, "<namespace>")
      .replaceAll(repositoryUrl, "<repository>")
      .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)/g, "<time>")
      .replaceAll(/sha256:[0-9a-f]{64}/g, "sha256:<hex>");
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
      lastAttemptedRevision: status.lastAttemptedRevision ?? "",
      lastAttemptedReleaseAction: status.lastAttemptedReleaseAction ?? "",
      lastAttemptedConfigDigest: status.lastAttemptedConfigDigest ?? "",
      storageNamespace: mask(status.storageNamespace ?? ""),
      observedPostRenderersDigest: status.observedPostRenderersDigest ?? "",
      observedCommonMetadataDigest: status.observedCommonMetadataDigest ?? "",
      finalizers: release?.metadata.finalizers ?? [],
    },
    history: (status.history ?? [])
      .toSorted((a, b) => b.version - a.version)
      .map((snapshot) => ({
        version: snapshot.version,
        name: snapshot.name,
        namespace: mask(snapshot.namespace),
        status: snapshot.status,
        action: snapshot.action ?? "",
        chart: `${snapshot.chartName}@${snapshot.chartVersion}`,
        appVersion: snapshot.appVersion ?? "",
        configDigest: snapshot.configDigest,
        tests: Object.entries(snapshot.testHooks ?? {}).map(([name, hook]) => `${name}: ${hook?.phase ?? ""}`),
        deleted: snapshot.deleted !== undefined,
      })),
    inventory: (status.inventory?.entries ?? []).map(({ id, v }) => mask(`${id} ${v}`)),
    stored: records.map((record) => ({
      version: record.version,
      name: record.name,
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
          .map((event) => mask(`${event.type} ${event.reason}: ${withoutLogs(String(event.message))}`)),
      ),
    ].toSorted(),
    live: await liveObjects(client, namespace, mask),
  };
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
  ] as const) {
    const { items } = await client.list({ apiVersion, kind }, { namespace });
    for (const { metadata, data, spec } of items) {
      if (metadata.name === "kube-root-ca.crt") continue;
      const shown = kind === "ConfigMap" ? { data } : { replicas: (spec as { readonly replicas?: number }).replicas };
      const annotations = Object.fromEntries(
        Object.entries(metadata.annotations ?? {}).filter(([key]) => !key.startsWith("deployment.kubernetes.io/")),
      );
      const managers = [
        ...new Set(
          (metadata.managedFields ?? [])
            .filter(({ subresource }) => subresource === undefined)
            .map(({ manager, operation }) => `${manager} ${operation}`),
        ),
      ];
      lines.push(
        mask(
          `${kind} ${metadata.name} ${sortedJson({ labels: metadata.labels ?? {}, annotations, managers, ...shown })}`,
        ),
      );
    }
  }
  return lines.toSorted();
}
