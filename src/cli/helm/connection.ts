import { messageOf } from "../../base/errors.ts";
import { type Connected, type Connection, connect, connectTo } from "../../kube/node/index.ts";
import { CommandError, type Io } from "../command.ts";
import type { GlobalFlagValues } from "./global-flags.ts";
import { klogLine } from "./log-line.ts";

/** Connects as helm's flags, its environment and the kubeconfig say, in this order. Throws CommandError with helm's text. */
export async function connectAs(flags: GlobalFlagValues, io: Io): Promise<Connected> {
  const { env } = io;
  const given = overridesOf(flags, io);
  const context = flags["kube-context"] || env.HELM_KUBECONTEXT || "";
  const connection = await findConnection({ kubeconfig: flags.kubeconfig, context, server: given.server ?? "", io });
  const { ca, ...tls } = connection.tls;
  const authority = given.insecure ? {} : given.ca === undefined ? (ca === undefined ? {} : { ca }) : { ca: given.ca };
  const changed: Connection = {
    ...connection,
    server: given.server ?? connection.server,
    auth: given.token === undefined ? connection.auth : { kind: "token", token: { text: given.token } },
    tls: {
      ...tls,
      ...authority,
      insecure: given.insecure || tls.insecure,
      ...(given.tlsServerName === undefined ? {} : { serverName: given.tlsServerName }),
    },
    ...(given.impersonate === undefined ? {} : { impersonate: given.impersonate }),
  };
  const onWarning = (text: string): void => io.stderr(klogLine(`Warning: ${text}`, io.now()));
  return connectTo(changed, { env: { ...env }, userAgent: "Helm/4.2.4", onWarning });
}

interface Overrides {
  readonly server?: string;
  readonly token?: string;
  readonly ca?: { readonly file: string };
  readonly tlsServerName?: string;
  readonly insecure: boolean;
  readonly impersonate?: { readonly user: string; readonly groups?: readonly string[] };
}

function overridesOf(flags: GlobalFlagValues, { env }: Io): Overrides {
  const server = flags["kube-apiserver"] || env.HELM_KUBEAPISERVER;
  const token = flags["kube-token"] || env.HELM_KUBETOKEN;
  const ca = flags["kube-ca-file"] || env.HELM_KUBECAFILE;
  const tlsServerName = flags["kube-tls-server-name"] || env.HELM_KUBETLS_SERVER_NAME;
  const user = flags["kube-as-user"] || env.HELM_KUBEASUSER;
  const named = flags["kube-as-group"];
  const groups = named.length > 0 ? named : (env.HELM_KUBEASGROUPS ?? "").split(",").filter((group) => group !== "");
  const insecure = flags["kube-insecure-skip-tls-verify"] || env.HELM_KUBEINSECURE_SKIP_TLS_VERIFY === "true";
  return {
    insecure,
    ...(server ? { server } : {}),
    ...(token ? { token } : {}),
    ...(ca ? { ca: { file: ca } } : {}),
    ...(tlsServerName ? { tlsServerName } : {}),
    ...(user ? { impersonate: { user, ...(groups.length === 0 ? {} : { groups }) } } : {}),
  };
}

async function findConnection(wanted: {
  readonly kubeconfig: string;
  readonly context: string;
  readonly server: string;
  readonly io: Io;
}): Promise<Connection> {
  const { kubeconfig, context, server, io } = wanted;
  try {
    using found = await connect({
      env: { ...io.env },
      ...(kubeconfig === "" ? {} : { kubeconfig }),
      ...(context === "" ? {} : { context }),
    });
    return found.connection;
  } catch (error) {
    // A server that is named needs no kubeconfig.
    if (server !== "")
      return { server, namespace: "default", context: "", tls: { insecure: false }, auth: { kind: "none" } };
    throw new CommandError(`kubernetes cluster unreachable: ${messageOf(error)}`);
  }
}
