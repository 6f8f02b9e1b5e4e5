import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

/** A server that listens. `close` ends it and its open connections. */
export interface Server extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** `http://host:port`, or https, without a slash at the end. */
  readonly url: string;
  close(): Promise<void>;
}

export interface ListenOptions {
  /** 0, the default, takes a free port. */
  readonly port?: number;
  /** Loopback unless said otherwise. */
  readonly host?: string;
  /** Serves HTTPS with this certificate and key, both PEM. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** Milliseconds that a request may take to come in; Node's five minutes when absent. */
  readonly requestTimeout?: number;
}

/** Serves a `fetch`-shaped handler over HTTP. */
export function serve(handler: (request: Request) => Promise<Response>, options: ListenOptions = {}): Promise<Server> {
  return listen((incoming, outgoing) => {
    answer(handler, incoming, outgoing).catch(() => outgoing.destroy());
  }, options);
}

/** Serves a handler of node:http. */
export function listen(
  handler: (incoming: IncomingMessage, outgoing: ServerResponse) => void,
  options: ListenOptions = {},
): Promise<Server> {
  const { port = 0, host = "127.0.0.1", tls, requestTimeout } = options;
  const timing = requestTimeout === undefined ? {} : { requestTimeout };
  const server = tls === undefined ? createServer(timing, handler) : createSecureServer({ ...timing, ...tls }, handler);
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      const actual = (server.address() as AddressInfo).port;
      const url = `${tls === undefined ? "http" : "https"}://${host.includes(":") ? `[${host}]` : host}:${actual}`;
      resolve({ host, port: actual, url, close, [Symbol.asyncDispose]: close });
    });
  });
}

async function answer(
  handler: (request: Request) => Promise<Response>,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const gone = new AbortController();
  outgoing.once("close", () => gone.abort());
  const { method = "GET" } = incoming;
  const hasBody = method !== "GET" && method !== "HEAD";
  // Only the path counts here; a Host header of the client's choice must not be able to break the URL.
  const url = new URL(`http://localhost${incoming.url?.startsWith("/") ? incoming.url : "/"}`);
  const request = new Request(url, {
    method,
    headers: headersOf(incoming),
    signal: gone.signal,
    ...(hasBody ? { body: Readable.toWeb(incoming) as ReadableStream<Uint8Array>, duplex: "half" } : {}),
  } as RequestInit);
  let response: Response;
  try {
    response = await handler(request);
  } catch {
    response = new Response("internal error\n", { status: 500 });
  }
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  if (response.body === null) outgoing.end();
  else await pipeline(Readable.fromWeb(response.body as import("node:stream/web").ReadableStream), outgoing);
}

function headersOf(incoming: IncomingMessage): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headersDistinct))
    for (const one of value ?? []) headers.append(name, one);
  return headers;
}
