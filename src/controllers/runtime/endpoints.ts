import { serve, type Server } from "../../base/node/serve.ts";

/** Where a process tells others how it is. */
export interface Endpoints extends AsyncDisposable {
  readonly metrics: Server | undefined;
  readonly health: Server | undefined;
}

/**
 * Serves `/metrics`, and `/healthz` and `/readyz`, each at an address as Flux takes it: `:8080`, `127.0.0.1:8080`, and `0` for none. Throws when
 * an address is taken.
 */
export async function serveEndpoints(options: {
  readonly metricsAddress: string;
  readonly healthAddress: string;
  readonly format: () => string;
  /** False until the controllers can do their work. */
  readonly isReady: () => boolean;
}): Promise<Endpoints> {
  const { metricsAddress, healthAddress, format, isReady } = options;
  await using open = new AsyncDisposableStack();
  const metrics = await listenAt(metricsAddress, ({ pathname }) =>
    pathname === "/metrics" ? new Response(format(), { headers: { "content-type": textType } }) : undefined,
  );
  if (metrics !== undefined) open.use(metrics);
  const health = await listenAt(healthAddress, ({ pathname }) => {
    if (pathname === "/healthz") return new Response("ok", { headers: plain });
    if (pathname !== "/readyz") return undefined;
    return isReady()
      ? new Response("ok", { headers: plain })
      : new Response("not ready", { status: 500, headers: plain });
  });
  if (health !== undefined) open.use(health);
  const opened = open.move();
  return { metrics, health, [Symbol.asyncDispose]: () => opened.disposeAsync() };
}

const textType = "text/plain; version=0.0.4; charset=utf-8; escaping=underscores";
const plain = { "content-type": "text/plain; charset=utf-8", "x-content-type-options": "nosniff" };

/** Reads `host:port` as Go does: without a host, every address of the machine. Throws for what is none. */
export function parseAddress(address: string): { readonly host: string; readonly port: number } {
  const [, host = "", port = ""] = /^(?:(\[[0-9a-f:]+\]|[^:]*):)?(\d{1,5})$/i.exec(address) ?? [];
  if (port === "" || Number(port) > 65_535)
    throw new Error(`cannot listen at ${JSON.stringify(address)}: it is no host:port`);
  return { host: host === "" ? "0.0.0.0" : host.replace(/^\[|\]$/g, ""), port: Number(port) };
}

async function listenAt(address: string, handle: (url: URL) => Response | undefined): Promise<Server | undefined> {
  if (address === "" || address === "0") return undefined;
  const answer = async (request: Request): Promise<Response> =>
    handle(new URL(request.url)) ?? new Response("404 page not found\n", { status: 404, headers: plain });
  return await serve(answer, parseAddress(address));
}
