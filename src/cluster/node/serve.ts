import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import type { ReadableStream as NodeReadableStream } from "node:stream/web";
import { apiFailure, unauthorized } from "../../api/index.ts";
import { messageOf } from "../../base/errors.ts";
import type { Cluster } from "../cluster.ts";
import type { Certificate } from "./certificate.ts";

export interface ServeOptions {
  readonly cluster: Pick<Cluster, "fetch">;
  /** A free port when absent or 0. */
  readonly port?: number;
  /** What clients must present as a bearer token; a random one when absent. */
  readonly token?: string;
  /** Serves HTTPS with it. kubectl, helm and flux send no token over plain HTTP, so they need this; our own client does not. */
  readonly certificate?: Certificate;
}

export interface ServedCluster {
  readonly url: string;
  /** What clients must trust, as PEM; undefined for plain HTTP. */
  readonly authority: string | undefined;
  readonly port: number;
  readonly token: string;
  /** Closes all connections and the socket; the cluster stays. */
  readonly close: () => Promise<void>;
}

/** Serves a cluster over HTTP, on the loopback address only. */
export async function serveCluster(options: ServeOptions): Promise<ServedCluster> {
  const { cluster, port = 0, token = randomBytes(24).toString("base64url"), certificate } = options;
  const scheme = certificate === undefined ? "http" : "https";
  const expected = digest(token);
  const listener = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    answer({ cluster, expected, scheme }, incoming, outgoing).catch(() => outgoing.destroy());
  };
  const server =
    certificate === undefined
      ? createServer(listener)
      : createTlsServer({ key: certificate.key, cert: certificate.certificate }, listener);
  // client-go keeps idle connections for 90 s: the server must not be the first to close one.
  server.keepAliveTimeout = 120_000;
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const address = server.address() as AddressInfo;
  return {
    url: `${scheme}://127.0.0.1:${address.port}`,
    authority: certificate?.certificate,
    port: address.port,
    token,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

const open = new Set(["/healthz", "/livez", "/readyz", "/version"]);

interface Door {
  readonly cluster: Pick<Cluster, "fetch">;
  readonly expected: Uint8Array;
  readonly scheme: "http" | "https";
}

async function answer(
  { cluster, expected, scheme }: Door,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const gone = new AbortController();
  outgoing.on("close", () => gone.abort());
  const url = `${scheme}://${incoming.headers.host ?? "127.0.0.1"}${incoming.url ?? "/"}`;
  // A page of another site whose name was made to resolve to this machine still sends that site's name.
  if (!isLoopback(incoming.headers.host)) {
    return refuse(outgoing, "Forbidden", "the Host header does not name this machine");
  }
  if (!URL.canParse(url)) return refuse(outgoing, "BadRequest", "the request's address cannot be read");
  if (!open.has(new URL(url).pathname) && !isAuthorized(incoming.headers.authorization, expected)) {
    const { status } = unauthorized();
    return refuse(outgoing, "Unauthorized", status.message ?? "Unauthorized");
  }
  let response: Response;
  try {
    response = await cluster.fetch(toRequest(incoming, url, gone.signal));
  } catch (thrown) {
    return refuse(outgoing, "BadRequest", messageOf(thrown));
  }
  await send(response, outgoing);
}

function toRequest(incoming: IncomingMessage, url: string, signal: AbortSignal): Request {
  const { method = "GET" } = incoming;
  const headers = new Headers();
  for (let at = 0; at + 1 < incoming.rawHeaders.length; at += 2) {
    headers.append(incoming.rawHeaders[at]!, incoming.rawHeaders[at + 1]!);
  }
  headers.delete("authorization");
  const hasBody = method !== "GET" && method !== "HEAD";
  return new Request(url, {
    method,
    headers,
    signal,
    ...(hasBody ? { body: Readable.toWeb(incoming) as unknown as ReadableStream, duplex: "half" } : {}),
  } as RequestInit);
}

async function send(response: Response, outgoing: ServerResponse): Promise<void> {
  const headers: Record<string, string | string[]> = {};
  for (const [name, value] of response.headers) {
    // Fetch joins the values of a header; a list of warnings is easier to read as lines.
    if (name === "warning") headers[name] = value.split(/, (?=299 - )/);
    else headers[name] = value;
  }
  outgoing.writeHead(response.status, headers);
  outgoing.flushHeaders();
  if (response.body === null) return void outgoing.end();
  for await (const chunk of response.body as unknown as NodeReadableStream<Uint8Array>) {
    if (outgoing.destroyed) break;
    if (!outgoing.write(chunk)) await drained(outgoing);
  }
  outgoing.end();
}

/** Resolves when more can be written, or never will be. */
function drained(outgoing: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      outgoing.off("drain", done);
      outgoing.off("close", done);
      resolve();
    };
    outgoing.on("drain", done);
    outgoing.on("close", done);
  });
}

function refuse(outgoing: ServerResponse, reason: "Forbidden" | "BadRequest" | "Unauthorized", message: string): void {
  const { status, http } = apiFailure(reason, message);
  outgoing.writeHead(http, { "content-type": "application/json" });
  outgoing.end(`${JSON.stringify(status)}\n`);
}

function isLoopback(host: string | undefined): boolean {
  if (host === undefined) return false;
  const name = host.replace(/:\d+$/, "").toLowerCase();
  return name === "127.0.0.1" || name === "localhost" || name === "[::1]";
}

function isAuthorized(header: string | undefined, expected: Uint8Array): boolean {
  const token = /^bearer +(\S+) *$/i.exec(header ?? "")?.[1];
  return token !== undefined && timingSafeEqual(digest(token), expected);
}

function digest(text: string): Uint8Array {
  return createHash("sha256").update(text).digest();
}
