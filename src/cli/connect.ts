import { join } from "node:path";
import type { Client } from "../kube/index.ts";
import { type Connected, connect as connectToCluster } from "../kube/node/index.ts";
import type { Io } from "./command.ts";
import { exists } from "./files.ts";

/** The flags by which flux finds its cluster. */
export const fluxFlags = {
  namespace: { type: "string", short: "n", default: "flux-system", help: "the namespace scope for the operation" },
  kubeconfig: { type: "string", help: "path to the kubeconfig file" },
  context: { type: "string", help: "kubernetes context to use" },
  timeout: { type: "duration", default: 300_000, help: "timeout for this operation" },
} as const;

/**
 * Connects to the cluster that the flags or the environment name, as kubectl does. Where nothing names one, the playground of this folder is
 * the cluster. The caller disposes of it.
 */
export async function openConnection(
  io: Io,
  flags: { readonly kubeconfig: string; readonly context: string },
): Promise<Connected> {
  const kubeconfig = flags.kubeconfig === "" ? await playgroundKubeconfig(io) : flags.kubeconfig;
  return await connectToCluster({
    userAgent: "coxswain",
    env: { ...io.env },
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    ...(flags.context === "" ? {} : { context: flags.context }),
  });
}

async function playgroundKubeconfig({ env, cwd }: Io): Promise<string | undefined> {
  if (env.KUBECONFIG || env.KUBERNETES_SERVICE_HOST) return undefined;
  if (env.HOME && (await exists(join(env.HOME, ".kube", "config")))) return undefined;
  const path = join(cwd, ".cox", "kubeconfig");
  return (await exists(path)) ? path : undefined;
}

/** A client for one command, and the namespace that it works in. Disposing closes the connections, so that the process can end. */
export async function connect(
  io: Io,
  flags: { readonly kubeconfig: string; readonly context: string; readonly namespace: string },
): Promise<{ readonly client: Client; readonly namespace: string } & Disposable> {
  const connected = await openConnection(io, flags);
  return {
    client: connected.client,
    namespace: flags.namespace,
    [Symbol.dispose]: () => connected[Symbol.dispose](),
  };
}
