import { type ClientOptions, createClient } from "../client.ts";
import { KubeError } from "../errors.ts";
import type { Client, Fetch } from "../types.ts";
import { warningsOf } from "../warnings.ts";
import { type Connection, connectionOf, inClusterConnection } from "./connection.ts";
import { createFetch } from "./fetch.ts";
import { loadKubeconfig } from "./kubeconfig.ts";

export interface ConnectOptions extends Pick<ClientOptions, "userAgent" | "qps" | "burst" | "impersonate"> {
  /** A kubeconfig file; without it $KUBECONFIG, ~/.kube/config, and then the cluster that the process runs in. */
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Told what the API warns of: a field that it does not know, a version that is going away. */
  readonly onWarning?: (text: string) => void;
  /** What each request must pass. */
  readonly guard?: (fetch: Fetch) => Fetch;
}

/** A client and what it is connected to. Disposing closes its connections. */
export interface Connected extends Disposable {
  readonly client: Client;
  readonly connection: Connection;
  /** Asks anything of the server with the connection's credentials. */
  readonly fetch: ClientOptions["fetch"];
}

/** Connects as kubectl does: by a kubeconfig where there is one, else from inside the cluster. Makes no request yet. */
export async function connect(options: ConnectOptions = {}): Promise<Connected> {
  const { kubeconfig, context, env = process.env, ...clientOptions } = options;
  const connection = await findConnection({ kubeconfig, context, env });
  return connectTo(connection, { ...clientOptions, env });
}

/** As `connect`, to a connection that is known: from a kubeconfig in a Secret for example. */
export function connectTo(
  connection: Connection,
  {
    env = process.env,
    onWarning,
    guard = (fetch) => fetch,
    ...options
  }: Omit<ConnectOptions, "kubeconfig" | "context"> = {},
): Connected {
  const node = createFetch(connection, env);
  const { impersonate } = connection;
  const guarded = guard(node.fetch);
  const fetch: Fetch = async (request) => {
    const response = await guarded(request);
    if (onWarning !== undefined) for (const text of warningsOf(response.headers)) onWarning(text);
    return response;
  };
  const client = createClient({
    ...(impersonate === undefined ? {} : { impersonate }),
    ...options,
    fetch,
    server: connection.server,
  });
  return { client, connection, fetch: guarded, [Symbol.dispose]: () => node[Symbol.dispose]() };
}

async function findConnection(wanted: {
  readonly kubeconfig: string | undefined;
  readonly context: string | undefined;
  readonly env: NodeJS.ProcessEnv;
}): Promise<Connection> {
  const { kubeconfig, context, env } = wanted;
  const config = await loadKubeconfig({ env, ...(kubeconfig === undefined ? {} : { path: kubeconfig }) });
  const nothing =
    config.clusters.size === 0 && config.currentContext === "" && (kubeconfig ?? "") === "" && (context ?? "") === "";
  if (!nothing) return connectionOf(config, context);
  const inside = await inClusterConnection({ env });
  if (inside !== undefined) return inside;
  throw new KubeError(
    "kubeconfig",
    "invalid configuration: no configuration has been provided, try setting KUBERNETES_MASTER environment variable",
  );
}
