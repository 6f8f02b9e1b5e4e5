import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { installDefinitions } from "../../../src/cli/playground/playground.ts";
import { createCluster, startLifecycle } from "../../../src/cluster/index.ts";
import { type Client, createClient, createWatchCache, type Fetch } from "../../../src/kube/index.ts";
import { connect } from "../../../src/kube/node/index.ts";
import { type ChartFolder, openChartFolder } from "../../scenarios/chart-folder.ts";

export const releaseKind = { apiVersion: "helm.toolkit.fluxcd.io/v2", kind: "HelmRelease" } as const;
export const chartKind = { apiVersion: "source.toolkit.fluxcd.io/v1", kind: "HelmChart" } as const;

/** What outlives the controllers: a namespace of a cluster, a chart repository, and the folder where they keep artifacts. */
export interface Ground extends AsyncDisposable, Pick<ChartFolder, "repositoryUrl" | "publish"> {
  readonly fetch: Fetch;
  readonly server: string;
  readonly client: Client;
  readonly namespace: string;
  /** A namespace that a release may make. */
  readonly otherNamespace: string;
  readonly folder: string;
}

/** On the embedded cluster, or on the one that COX_TEST_KUBECONFIG names: there the namespace is new, and cleaned up in the end. */
export async function openGround(): Promise<Ground> {
  await using open = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "cox-crash-"));
  open.defer(() => rm(folder, { recursive: true, force: true }));
  const given = process.env.COX_TEST_KUBECONFIG;
  const { fetch, server } = await (given === undefined ? openEmbedded(open) : openReal(given, open));
  const client = createClient({ server, fetch });
  const cache = createWatchCache({ client });
  await installDefinitions(client, cache);
  await cache[Symbol.asyncDispose]();
  const namespace = given === undefined ? "apps" : `crash-${crypto.randomUUID().slice(0, 8)}`;
  const otherNamespace = `${namespace}-other`;
  await client.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
  if (given !== undefined) open.defer(() => clear(client, [namespace, otherNamespace]));
  const charts = open.use(await openChartFolder());
  const opened = open.move();
  return {
    client,
    fetch,
    server,
    namespace,
    otherNamespace,
    folder,
    repositoryUrl: charts.repositoryUrl,
    publish: charts.publish,
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

async function openEmbedded(open: AsyncDisposableStack): Promise<Pick<Ground, "fetch" | "server">> {
  const cluster = createCluster();
  open.defer(() => cluster.close());
  const lifecycle = await startLifecycle({ cluster });
  open.defer(() => lifecycle.stop());
  return { fetch: cluster.fetch, server: "http://cluster.test" };
}

async function openReal(kubeconfig: string, open: AsyncDisposableStack): Promise<Pick<Ground, "fetch" | "server">> {
  const connected = await connect({ kubeconfig });
  open.defer(() => connected[Symbol.dispose]());
  return { fetch: connected.fetch, server: connected.connection.server };
}

/** Removes namespaces whose controllers are gone, and with them whoever would have let go of what is in there. */
async function clear(client: Client, namespaces: readonly string[]): Promise<void> {
  for (const namespace of namespaces) {
    for (const kind of [releaseKind, chartKind, { ...chartKind, kind: "HelmRepository" }])
      for (const { metadata } of (await client.list(kind, { namespace })).items) {
        const reference = { ...kind, namespace, name: metadata.name ?? "" };
        await client.patch(reference, { metadata: { finalizers: null } }, { type: "merge" }).catch(() => {});
      }
    await client.delete({ apiVersion: "v1", kind: "Namespace", name: namespace }).catch(() => {});
  }
}
