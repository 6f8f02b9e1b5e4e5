import { join } from "node:path";
import { createCluster, startLifecycle } from "../src/cluster/index.ts";
import { createCertificate, serveCluster, writeKubeconfig } from "../src/cluster/node/index.ts";

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
