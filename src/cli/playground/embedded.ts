import { randomBytes } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type Cluster, createCluster, createLogs, startLifecycle } from "../../cluster/index.ts";
import { loadCertificate, openDiskStore, serveCluster, writeKubeconfig } from "../../cluster/node/index.ts";

export interface EmbeddedCluster {
  readonly fetch: Cluster["fetch"];
  readonly url: string;
  readonly kubeconfig: string;
  close(): Promise<void>;
}

/** Starts the embedded cluster of a folder: its API on loopback, its workloads, and a kubeconfig that stays valid over restarts. */
export async function startEmbedded(options: {
  readonly directory: string;
  readonly kubeconfig: string;
  readonly port: number;
}): Promise<EmbeddedCluster> {
  const { directory, kubeconfig, port } = options;
  const home = dirname(kubeconfig);
  await using open = new AsyncDisposableStack();
  const store = await openDiskStore({ directory });
  const cluster = createCluster({ store, logs: createLogs(store) });
  open.defer(() => cluster.close());
  const lifecycle = await startLifecycle({ cluster });
  open.defer(() => lifecycle.stop());
  const [certificate, token] = await Promise.all([loadCertificate(join(home, "pki")), keepToken(join(home, "token"))]);
  const served = await serveCluster({ cluster, port, token, certificate });
  open.defer(() => served.close());
  writeKubeconfig(kubeconfig, { server: served.url, token, authority: served.authority });
  const opened = open.move();
  return { fetch: cluster.fetch, url: served.url, kubeconfig, close: () => opened.disposeAsync() };
}

async function keepToken(path: string): Promise<string> {
  const known = await readFile(path, "utf8").catch(() => "");
  if (/^[\w-]{32,}$/.test(known.trim())) return known.trim();
  const token = randomBytes(24).toString("base64url");
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `${token}\n`, { mode: 0o600 });
  return token;
}
