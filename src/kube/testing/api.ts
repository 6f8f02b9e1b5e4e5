import { createCluster } from "../../cluster/index.ts";
import { type ClientOptions, createClient } from "../client.ts";
import { connect } from "../node/index.ts";
import type { Client, Fetch } from "../types.ts";

/** An API to test against, and a namespace of its own in it. */
export interface TestApi extends AsyncDisposable {
  readonly client: Client;
  readonly namespace: string;
  readonly server: string;
  readonly fetch: Fetch;
  /** What was asked: `get /api/v1/pods?limit=1`; a watch is `watch /api/v1/pods`. */
  readonly asked: string[];
}

/**
 * The embedded cluster, or the real one that COX_TEST_KUBECONFIG names: what holds for the one must hold for the other.
 * `options` go to the client.
 */
export async function openTestApi(options: Partial<ClientOptions> = {}): Promise<TestApi> {
  const { fetch: reach, server, close } = await open(process.env["COX_TEST_KUBECONFIG"]);
  const asked: string[] = [];
  const fetch: Fetch = (request) => {
    const { pathname, search, searchParams } = new URL(request.url);
    asked.push(
      searchParams.has("watch") ? `watch ${pathname}` : `${request.method.toLowerCase()} ${pathname}${search}`,
    );
    return reach(request);
  };
  const client = createClient({ ...options, server, fetch });
  const namespace = `test-${crypto.randomUUID().slice(0, 8)}`;
  const reference = { apiVersion: "v1", kind: "Namespace", name: namespace };
  await client.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
  asked.length = 0;
  return {
    client,
    namespace,
    server,
    fetch,
    asked,
    async [Symbol.asyncDispose]() {
      await client.delete(reference);
      await close();
    },
  };
}

/** Passes a request of somebody else on to an API, as that API's user: for a door in front of it that counts, cuts or kills. */
export async function forward(
  request: Request,
  { fetch, server }: Pick<TestApi, "fetch" | "server">,
): Promise<Response> {
  const { pathname, search } = new URL(request.url);
  const { method, signal } = request;
  const headers = new Headers(request.headers);
  for (const own of ["host", "connection", "content-length", "accept-encoding"]) headers.delete(own);
  const body = request.body === null ? {} : { body: await request.arrayBuffer() };
  return await fetch(new Request(`${server}${pathname}${search}`, { method, headers, signal, ...body }));
}

async function open(kubeconfig: string | undefined): Promise<{
  readonly fetch: Fetch;
  readonly server: string;
  readonly close: () => Promise<void>;
}> {
  if (kubeconfig === undefined) {
    const cluster = createCluster();
    return { fetch: cluster.fetch, server: "http://cluster", close: cluster.close };
  }
  const { fetch, connection, ...connected } = await connect({ kubeconfig });
  return { fetch, server: connection.server, close: async () => connected[Symbol.dispose]() };
}
