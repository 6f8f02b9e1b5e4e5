import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { installDefinitions } from "../src/cli/playground/playground.ts";
import { createCluster, startLifecycle } from "../src/cluster/index.ts";
import { createCertificate, serveCluster, writeKubeconfig } from "../src/cluster/node/index.ts";
import { createClient, createWatchCache } from "../src/kube/index.ts";

/** A served cluster that knows our kinds, in a folder of its own. All ends with the test, after what is put onto `open`. */
export async function startServedCluster(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), "cox-served-"));
  const open = new AsyncDisposableStack();
  t.after(async () => {
    await open.disposeAsync();
    await rm(folder, { recursive: true, force: true });
  });
  const { fetch, server, kubeconfig } = await openServedCluster(folder, open);
  const client = createClient({ server, fetch });
  const cache = open.use(createWatchCache({ client }));
  await installDefinitions(client, cache);
  return { folder, open, kubeconfig, client, cache };
}

/** An embedded cluster with workloads, served to programs that want a kubeconfig, which is in the folder. It ends with `open`. */
export async function openServedCluster(folder: string, open: AsyncDisposableStack) {
  const cluster = createCluster();
  open.defer(() => cluster.close());
  const lifecycle = await startLifecycle({ cluster });
  open.defer(() => lifecycle.stop());
  const served = await serveCluster({ cluster, certificate: await createCertificate() });
  open.defer(() => served.close());
  const kubeconfig = join(folder, "kubeconfig");
  writeKubeconfig(kubeconfig, { server: served.url, token: served.token, authority: served.authority });
  return { fetch: cluster.fetch, server: served.url, kubeconfig };
}
