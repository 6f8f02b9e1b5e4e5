import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { HelmRelease, KubeObject } from "../../../src/api/index.ts";
import { installDefinitions } from "../../../src/cli/playground/playground.ts";
import { createCluster, startLifecycle } from "../../../src/cluster/index.ts";
import { allControllers, runControllers } from "../../../src/controllers/index.ts";
import { type Client, createClient, createWatchCache, type Fetch } from "../../../src/kube/index.ts";
import { createSecretStorage, hasCode, type ReleaseRecord } from "../../../src/release/index.ts";
import { openArtifactStore, serveArtifacts } from "../../../src/sources/index.ts";
import { openChartFolder } from "../../scenarios/chart-folder.ts";

export const namespace = "apps";
export const releaseKind = { apiVersion: "helm.toolkit.fluxcd.io/v2", kind: "HelmRelease" } as const;

/** A cluster that outlives the controllers' processes, and a chart repository. */
export interface Ground extends AsyncDisposable {
  readonly fetch: Fetch;
  readonly client: Client;
  readonly repositoryUrl: string;
  readonly publish: (name: string, version: string, files: Readonly<Record<string, string>>) => Promise<unknown>;
  /** Starts all controllers as a process of its own would: with nothing in memory, on the same folder of artifacts. */
  readonly start: (fetch: Fetch) => Promise<Process>;
}

export interface Process {
  /** Ends it well. */
  readonly stop: () => Promise<void>;
  /** Leaves it to its death: what it waits for never comes. */
  readonly abandon: () => void;
}

export async function openGround(): Promise<Ground> {
  await using open = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "cox-crash-"));
  open.defer(() => rm(folder, { recursive: true, force: true }));
  const cluster = createCluster();
  open.defer(() => cluster.close());
  const lifecycle = await startLifecycle({ cluster });
  open.defer(() => lifecycle.stop());
  const client = createClient({ server: "http://cluster.test", fetch: cluster.fetch });
  const cache = createWatchCache({ client });
  await installDefinitions(client, cache);
  await cache[Symbol.asyncDispose]();
  await client.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
  const charts = open.use(await openChartFolder());
  const opened = open.move();
  return {
    client,
    fetch: cluster.fetch,
    repositoryUrl: charts.repositoryUrl,
    publish: charts.publish,
    start: (fetch) => startProcess(fetch, join(folder, "artifacts")),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

async function startProcess(fetch: Fetch, root: string): Promise<Process> {
  const client = createClient({ server: "http://cluster.test", fetch });
  const cache = createWatchCache({ client });
  const store = await openArtifactStore({ root });
  const artifacts = await serveArtifacts(store);
  // A process that dies while it starts never gets further than this.
  const starting = runControllers({
    client,
    cache,
    controllers: allControllers({ store }),
    log: { info: () => {}, error: () => {} },
    now: () => new Date(),
    minimumRetryDelay: 50,
  });
  starting.catch(() => {});
  return {
    async stop() {
      await (await starting).stop();
      await cache[Symbol.asyncDispose]();
      await artifacts.close();
    },
    abandon() {
      starting.then((controllers) => controllers.stop()).catch(() => {});
      void cache[Symbol.asyncDispose]();
      void artifacts.close();
    },
  };
}

/** What is left of a release when everything is settled, without what differs from run to run. */
export interface Remains {
  readonly ready: string;
  readonly objects: readonly string[];
  readonly last: string;
}

export async function readRemains(client: Client): Promise<Remains> {
  const release = await client.tryGet<HelmRelease>({ ...releaseKind, namespace, name: "web" });
  const conditions = (release?.status?.conditions ?? []) as readonly { type: string; status: string; reason: string }[];
  // A process that is told to stop leaves its last look unfinished; what came to pass before is what counts.
  const passing = ["Remediated", "Released", "Reconciling"];
  const told = conditions.filter(({ type }) => !passing.includes(type));
  const revisions = await readRevisions(client);
  return {
    // Who goes on with an install that was cut short upgrades it.
    ready: told
      .map(({ type, status, reason }) => `${type}=${status} ${reason.replace(/^(Install|Upgrade)(?=Succ)/, "")}`)
      .join(", "),
    objects: await readObjects(client),
    last: revisions.at(-1)?.info.status ?? "none",
  };
}

export async function readRevisions(client: Client): Promise<readonly ReleaseRecord[]> {
  const storage = createSecretStorage({ client, namespace, now: () => new Date() });
  const found = await storage.history("web").catch((error: unknown) => {
    if (hasCode(error, "NotFound")) return [];
    throw error;
  });
  return found.toSorted((a, b) => a.version - b.version);
}

async function readObjects(client: Client): Promise<readonly string[]> {
  const lines: string[] = [];
  for (const [apiVersion, kind] of [
    ["v1", "ConfigMap"],
    ["apps/v1", "Deployment"],
    ["source.toolkit.fluxcd.io/v1", "HelmChart"],
  ] as const) {
    const { items } = await client.list(apiVersion === "v1" ? { apiVersion, kind } : { apiVersion, kind }, {
      namespace,
    });
    for (const item of items)
      if (item.metadata.name !== "kube-root-ca.crt") lines.push(`${kind} ${item.metadata.name} ${contentOf(item)}`);
  }
  return lines;
}

function contentOf({ data, spec, metadata }: KubeObject): string {
  return JSON.stringify({ data, spec, labels: metadata.labels, finalizers: metadata.finalizers });
}
