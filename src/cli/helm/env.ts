import { defineCommand, type Io } from "../command.ts";
import { takesAtMost } from "./arguments.ts";
import { type GlobalFlagValues, globalFlags } from "./global-flags.ts";
import { helmSettings } from "./settings.ts";

const usage = "helm env [flags]";

/** `helm env`: what helm's commands find in their environment, or one of these variables. */
export const command = defineCommand({
  name: "env",
  usage,
  summary: "helm client environment information",
  flags: globalFlags,
  checkArgs: takesAtMost(1, usage),
  run: async ({ flags, args: [name], io }) => {
    const variables = await variablesOf(flags, io);
    if (name !== undefined) {
      io.stdout(`${variables.get(name) ?? ""}\n`);
      return 0;
    }
    for (const [each, value] of [...variables].toSorted(([a], [b]) => (a < b ? -1 : 1)))
      io.stdout(`${each}="${value}"\n`);
    return 0;
  },
});

async function variablesOf(flags: GlobalFlagValues, io: Io): Promise<ReadonlyMap<string, string>> {
  const { env } = io;
  const settings = helmSettings(io, flags);
  const groups = flags["kube-as-group"];
  const variables = new Map([
    ["HELM_BIN", "helm"],
    ["HELM_BURST_LIMIT", String(flags["burst-limit"] || integerOf(env.HELM_BURST_LIMIT, 100))],
    ["HELM_CACHE_HOME", settings.cacheHome],
    ["HELM_CONFIG_HOME", settings.configHome],
    ["HELM_CONTENT_CACHE", settings.contentCache],
    ["HELM_DATA_HOME", settings.dataHome],
    ["HELM_DEBUG", String(flags.debug || isTrue(env.HELM_DEBUG))],
    ["HELM_KUBEAPISERVER", flags["kube-apiserver"] || (env.HELM_KUBEAPISERVER ?? "")],
    ["HELM_KUBEASGROUPS", groups.length > 0 ? groups.join(",") : (env.HELM_KUBEASGROUPS ?? "")],
    ["HELM_KUBEASUSER", flags["kube-as-user"] || (env.HELM_KUBEASUSER ?? "")],
    ["HELM_KUBECAFILE", flags["kube-ca-file"] || (env.HELM_KUBECAFILE ?? "")],
    ["HELM_KUBECONTEXT", flags["kube-context"] || (env.HELM_KUBECONTEXT ?? "")],
    [
      "HELM_KUBEINSECURE_SKIP_TLS_VERIFY",
      String(flags["kube-insecure-skip-tls-verify"] || isTrue(env.HELM_KUBEINSECURE_SKIP_TLS_VERIFY)),
    ],
    ["HELM_KUBETLS_SERVER_NAME", flags["kube-tls-server-name"] || (env.HELM_KUBETLS_SERVER_NAME ?? "")],
    ["HELM_KUBETOKEN", flags["kube-token"] || (env.HELM_KUBETOKEN ?? "")],
    ["HELM_MAX_HISTORY", String(integerOf(env.HELM_MAX_HISTORY, 10))],
    ["HELM_NAMESPACE", flags.namespace || env.HELM_NAMESPACE || (await namespaceOfContext(flags, io))],
    ["HELM_PLUGINS", settings.plugins],
    ["HELM_QPS", (Number(flags.qps || env.HELM_QPS) || 0).toFixed(2)],
    ["HELM_REGISTRY_CONFIG", settings.registryConfig],
    ["HELM_REPOSITORY_CACHE", settings.repositoryCache],
    ["HELM_REPOSITORY_CONFIG", settings.repositoryConfig],
  ]);
  const kubeconfig = flags.kubeconfig || (env.KUBECONFIG ?? "");
  return kubeconfig === "" ? variables : variables.set("KUBECONFIG", kubeconfig);
}

/** The namespace of the kubeconfig's context; `default` without one. */
async function namespaceOfContext(flags: GlobalFlagValues, io: Io): Promise<string> {
  const { connectAs } = await import("./connection.ts");
  try {
    using connected = await connectAs(flags, io);
    return connected.connection.namespace;
  } catch {
    return "default";
  }
}

function integerOf(text: string | undefined, usual: number): number {
  return /^[-+]?\d+$/.test(text ?? "") ? Number(text) : usual;
}

function isTrue(text: string | undefined): boolean {
  return /^(1|t|T|true|TRUE|True)$/.test(text ?? "");
}
