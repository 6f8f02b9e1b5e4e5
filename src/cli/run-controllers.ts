import { resolve } from "node:path";
import type { KubeObject } from "../api/index.ts";
import { allControllers, runControllers } from "../controllers/index.ts";
import { createClient, createWatchCache } from "../kube/index.ts";
import { openArtifactStore, serveArtifacts } from "../sources/index.ts";
import { defineCommand } from "./command.ts";
import { openConnection } from "./connect.ts";
import { createLog } from "./log.ts";
import { untilAborted } from "./wait.ts";

/** `cox run`: the controllers alone, on the cluster of the kubeconfig or the one that this process runs in. */
export const command = defineCommand({
  name: "run",
  usage: "cox run [--kubeconfig FILE] [flags]",
  summary: "Run the controllers in the foreground",
  flags: {
    kubeconfig: { type: "string", help: "path to the kubeconfig file" },
    context: { type: "string", help: "kubernetes context to use" },
    "storage-path": { type: "string", default: ".cox/artifacts", help: "the local storage path" },
    "storage-addr": { type: "integer", default: 9090, help: "the port of the artifact server on loopback" },
    "storage-adv-addr": { type: "string", help: "the advertised address of the artifact server" },
    concurrent: { type: "integer", default: 4, help: "how many reconciles of a kind may render or write at once" },
    "no-cross-namespace-refs": { type: "boolean", help: "refuse references to other namespaces" },
    "log-level": { type: "string", default: "info", help: "info or error" },
  },
  run: async ({ flags, io }) => {
    using connection = await openConnection(io, flags);
    const { client } = connection;
    const clientAs = (user: string) =>
      createClient({ fetch: connection.fetch, server: connection.connection.server, impersonate: { user } });
    await client.version(); // say at once when there is nobody
    await using cache = createWatchCache({ client, trim: withoutManagedFields });
    const store = await openArtifactStore({ root: resolve(io.cwd, flags["storage-path"]) });
    const advertise = flags["storage-adv-addr"];
    const artifacts = await serveArtifacts(store, {
      port: flags["storage-addr"],
      ...(advertise === "" ? {} : { advertise }),
    });
    const controllers = await runControllers({
      client,
      cache,
      controllers: allControllers({ store, clientAs, noCrossNamespaceRefs: flags["no-cross-namespace-refs"] }),
      concurrent: flags.concurrent,
      now: io.now,
      log: createLog(io, flags["log-level"] === "error" ? "error" : "info"),
    });
    try {
      await untilAborted(io.signal);
    } finally {
      await controllers.stop();
      await artifacts.close();
    }
    return 0;
  },
});

/** Nobody here looks at who wrote which field, and it is half of most objects. */
function withoutManagedFields(object: KubeObject): KubeObject {
  delete (object.metadata as { managedFields?: unknown }).managedFields;
  return object;
}
