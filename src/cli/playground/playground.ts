import { crdManifests, isApiError, type KubeObject, referenceTo } from "../../api/index.ts";
import { parseYamlDocuments } from "../../base/yaml/index.ts";
import { allControllers, type Controllers, type Log, runControllers } from "../../controllers/index.ts";
import {
  type Client,
  createClient,
  createWatchCache,
  type Fetch,
  waitReady,
  type WatchCache,
} from "../../kube/index.ts";
import { openArtifactStore, serveArtifacts, serveChartRepository, serveGit } from "../../sources/index.ts";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { startEmbedded } from "./embedded.ts";
import { narrate } from "./narrator.ts";
import { watchCommits } from "./receiver.ts";
import { startRegistry } from "./registry.ts";
import type { Workspace } from "./workspace.ts";

export interface Playground {
  readonly client: Client;
  readonly cache: WatchCache;
  close(): Promise<void>;
}

export interface PlaygroundOptions {
  readonly workspace: Workspace;
  /** A cluster that is there already; the embedded one when absent. */
  readonly connection?: {
    readonly fetch: Fetch;
    readonly server: string;
    readonly headers?: Readonly<Record<string, string>>;
  };
  readonly tell: (line: string) => void;
  readonly log: Log;
  readonly now: () => Date;
}

/** Starts everything of the loop in this process: cluster, Git, charts, artifacts, controllers. Closes what it opened when a part fails. */
export async function startPlayground(options: PlaygroundOptions): Promise<Playground> {
  const { workspace, tell, now, log } = options;
  const { ports } = workspace;
  await using open = new AsyncDisposableStack();
  const connection = options.connection ?? (await startCluster(workspace, open, tell));
  const client = createClient({ ...connection, userAgent: "coxswain" });
  const clientAs = (user: string): Client => createClient({ ...connection, impersonate: { user } });
  const cache = createWatchCache({ client });
  open.defer(() => cache[Symbol.asyncDispose]());

  const git = await serveGit({ root: workspace.directory, port: ports.git });
  open.defer(() => git.close());
  tell(`✔ Git repository ${git.url}/grade-api.git serves ${workspace.repository}`);
  const charts = await serveChartRepository({ directory: workspace.charts, port: ports.charts });
  open.defer(() => charts.close());
  tell(`✔ chart repository ${charts.url} serves ${workspace.charts}`);
  const registry = await startRegistry(workspace, now);
  open.defer(() => registry.close());
  tell(`✔ OCI registry ${registry.url}/charts serves ${workspace.registry}`);
  const store = await openArtifactStore({ root: workspace.artifacts, address: `127.0.0.1:${ports.artifacts}` });
  const artifacts = await serveArtifacts(store, { port: ports.artifacts });
  open.defer(() => artifacts.close());

  await installDefinitions(client, cache);
  const quiet = await narrate(cache, tell);
  const controllers = await runControllers({
    client,
    cache,
    controllers: allControllers({ store, clientAs }),
    log,
    now,
  });
  open.defer(() => stopControllers(controllers, quiet));
  tell("✔ controllers run");
  await applySync(client, workspace);
  const receiver = await watchCommits({ repository: workspace.repository, client, now });
  open.defer(() => receiver.close());
  const opened = open.move();
  return { client, cache, close: () => opened.disposeAsync() };
}

async function startCluster(workspace: Workspace, open: AsyncDisposableStack, tell: (line: string) => void) {
  const cluster = await startEmbedded({
    directory: workspace.cluster,
    kubeconfig: workspace.kubeconfig,
    port: workspace.ports.api,
  });
  open.defer(() => cluster.close());
  tell(`✔ Kubernetes API ${cluster.url} (kubeconfig ${workspace.kubeconfig})`);
  return { fetch: cluster.fetch, server: cluster.url };
}

async function stopControllers(controllers: Controllers, quiet: () => void): Promise<void> {
  quiet();
  await controllers.stop();
}

const patience = 30_000; // milliseconds; a cluster that is well needs a few hundred

/** Applies the definitions of our kinds and waits until they are served. Throws when they are not in time. */
export async function installDefinitions(client: Client, cache: WatchCache): Promise<void> {
  const applied = await Promise.all(
    crdManifests().map((definition) => client.apply(definition, { fieldManager: "coxswain", force: true })),
  );
  const { outcome, pending } = await waitReady({ cache, targets: applied.map(referenceTo), timeout: patience });
  if (outcome !== "reached") {
    const names = pending.map(({ target, readiness }) => `${target.name} (${readiness.message})`).join(", ");
    throw new Error(`custom resource definitions are not served: ${names}`);
  }
  client.refreshDiscovery();
}

/** Tells the cluster where to find itself in Git: the one thing that is not read from Git. */
async function applySync(client: Client, { repository }: Workspace): Promise<void> {
  const namespace: KubeObject = { apiVersion: "v1", kind: "Namespace", metadata: { name: "flux-system" } };
  await client.create(namespace).catch((error: unknown) => {
    if (!isApiError(error, "AlreadyExists")) throw error;
  });
  const text = await readFile(join(repository, "clusters/my-cluster/flux-system/gotk-sync.yaml"), "utf8");
  for (const document of parseYamlDocuments(text)) {
    await client.apply(document as unknown as KubeObject, { fieldManager: "coxswain", force: true });
  }
}
