import http, { type Agent, type ClientRequest, type IncomingMessage } from "node:http";
import https, { type AgentOptions } from "node:https";
import type { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import type { Fetch } from "../types.ts";
import type { Connection } from "./connection.ts";
import { type Credentials, createCredentials, readSource } from "./credentials.ts";
import { throughSocks } from "../../base/node/socks.ts";

/** A fetch that keeps connections. Closing ends those that are idle or streaming. */
export interface NodeFetch extends Disposable {
  readonly fetch: Fetch;
}

/**
 * Reaches a connection's server with its credentials. On Node's own HTTP client rather than its fetch: that one takes no TLS options,
 * sends a header only once (Impersonate-Group comes many times) and ends answers that are silent for five minutes, as watches are.
 */
export function createFetch(connection: Connection, env: NodeJS.ProcessEnv = process.env): NodeFetch {
  const issuers: NodeFetch[] = [];
  const credentials = createCredentials(connection, {
    env,
    reach: ({ issuer, authority }) => {
      const tls = { insecure: false, ...(authority === undefined ? {} : { ca: authority }) };
      const { namespace, context } = connection;
      const made = createFetch({ server: issuer, namespace, context, tls, auth: { kind: "none" } }, env);
      issuers.push(made);
      return made.fetch;
    },
  });
  const secure = connection.server.startsWith("https:");
  const agents = new Map<string, Agent>();
  const agentFor = async ({ certificate, key }: Credentials, streams: boolean): Promise<Agent> => {
    const name = `${streams ? "stream" : "call"} ${certificate ?? ""}`;
    const known = agents.get(name);
    if (known !== undefined) return known;
    const pool = streams ? { keepAlive: false } : calls;
    const proxy = { proxyEnv: proxyEnvironment(connection, env), ...pool };
    const identity = certificate === undefined || key === undefined ? {} : { cert: certificate, key };
    const agent = secure
      ? new https.Agent({ ...proxy, ...(await tlsOptions(connection)), ...identity })
      : new http.Agent(proxy);
    const raced = agents.get(name);
    if (raced !== undefined) return raced;
    const socks = socksProxy(connection);
    if (socks !== undefined) throughSocks(agent, socks, { secure });
    keepIdleBriefly(agent);
    agents.set(name, agent);
    return agent;
  };
  const ask = async (request: Request, body: Buffer | undefined, given: Credentials): Promise<Response> => {
    const headers = headersOf(request, given);
    // Large lists are worth it on a network, not on this machine.
    if (!isLoopback(connection) && connection.disableCompression !== true) headers["accept-encoding"] ??= "gzip";
    return await send({ request, body, headers, agent: await agentFor(given, isStream(request)), secure });
  };
  return {
    async fetch(request) {
      const body = request.body === null ? undefined : Buffer.from(await request.arrayBuffer());
      const response = await ask(request, body, await credentials());
      if (response.status !== 401 || connection.auth.kind === "none" || connection.auth.kind === "basic")
        return response;
      if (connection.auth.kind === "token" && "text" in connection.auth.token) return response;
      await response.body?.cancel();
      return await ask(request, body, await credentials({ renew: true }));
    },
    [Symbol.dispose]() {
      for (const agent of agents.values()) agent.destroy();
      agents.clear();
      for (const issuer of issuers.splice(0)) issuer[Symbol.dispose]();
    },
  };
}

/** Watches and followed logs hold their connection for minutes; they must not take those of the calls. */
function isStream({ url }: Request): boolean {
  const { searchParams } = new URL(url);
  return searchParams.get("watch") === "true" || searchParams.get("follow") === "true";
}

const calls = { keepAlive: true, maxSockets: 32, maxFreeSockets: 32, scheduling: "lifo" } as const;
const longestIdle = 30_000;

/** Idle connections are closed here before servers close theirs, lest a request meets a connection that is just closing. */
function keepIdleBriefly(agent: Agent): void {
  const sockets = agent as unknown as {
    keepSocketAlive(socket: IdleSocket): boolean;
    reuseSocket(socket: IdleSocket, request: ClientRequest): void;
  };
  const keep = sockets.keepSocketAlive.bind(agent);
  const reuse = sockets.reuseSocket.bind(agent);
  sockets.keepSocketAlive = (socket) => {
    const kept = keep(socket);
    if (kept && (socket.timeout ?? 0) === 0) socket.setTimeout(longestIdle, () => socket.destroy());
    return kept;
  };
  sockets.reuseSocket = (socket, request) => {
    socket.setTimeout(0);
    socket.removeAllListeners("timeout");
    reuse(socket, request);
  };
}

interface IdleSocket {
  readonly timeout?: number;
  setTimeout(milliseconds: number, callback?: () => void): void;
  removeAllListeners(event: string): void;
  destroy(): void;
}

async function tlsOptions({ tls }: Connection): Promise<AgentOptions> {
  return {
    ...(tls.ca === undefined ? {} : { ca: await readSource(tls.ca) }),
    ...(tls.serverName === undefined ? {} : { servername: tls.serverName }),
    rejectUnauthorized: !tls.insecure,
  };
}

/** The proxy of the kubeconfig, or that of the environment. Go: the environment's does not count for this machine itself. */
function proxyEnvironment({ proxyUrl, server }: Connection, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  if (socksProxy({ proxyUrl }) !== undefined) return {};
  if (proxyUrl !== undefined) return { HTTP_PROXY: proxyUrl, HTTPS_PROXY: proxyUrl };
  if (isLoopback({ server })) return {};
  const names = ["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"];
  return Object.fromEntries(names.filter((name) => env[name] !== undefined).map((name) => [name, env[name]]));
}

function socksProxy({ proxyUrl }: { readonly proxyUrl?: string | undefined }): URL | undefined {
  return proxyUrl?.startsWith("socks5:") === true ? new URL(proxyUrl) : undefined;
}

function isLoopback({ server }: Pick<Connection, "server">): boolean {
  return /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(new URL(server).hostname);
}

function headersOf(request: Request, { authorization }: Credentials): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = Object.fromEntries(request.headers);
  const groups = headers["impersonate-group"];
  // Headers joins what was appended; the API server takes the joined text for one group.
  if (typeof groups === "string") headers["impersonate-group"] = groups.split(", ");
  if (authorization !== undefined && headers["authorization"] === undefined) headers["authorization"] = authorization;
  return headers;
}

interface Sending {
  readonly request: Request;
  readonly body: Buffer | undefined;
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly agent: Agent;
  readonly secure: boolean;
}

function send(sending: Sending): Promise<Response> {
  const { request, body, headers, agent, secure } = sending;
  return new Promise((resolve, reject) => {
    const { signal } = request;
    const call = (secure ? https : http).request(request.url, {
      method: request.method,
      headers: body === undefined ? headers : { ...headers, "content-length": body.byteLength },
      agent,
    });
    const abort = (): void => void call.destroy(asError(signal.reason));
    signal.addEventListener("abort", abort, { once: true });
    call.on("close", () => signal.removeEventListener("abort", abort));
    call.on("response", (incoming) => resolve(toResponse(incoming)));
    call.on("error", (error: NodeJS.ErrnoException) => {
      // The server closed a kept connection just as it was used again; nothing was answered, and only a POST could be done twice.
      const stale = call.reusedSocket && error.code === "ECONNRESET" && request.method !== "POST" && !signal.aborted;
      if (stale) resolve(send(sending));
      else reject(error);
    });
    if (signal.aborted) abort();
    else call.end(body);
  });
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}

function toResponse(incoming: IncomingMessage): Response {
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headers)) {
    for (const one of Array.isArray(value) ? value : [value]) if (one !== undefined) headers.append(name, one);
  }
  const status = incoming.statusCode ?? 502;
  const bodiless = status === 204 || status === 304 || status < 200;
  if (bodiless) incoming.resume();
  const packed = headers.get("content-encoding") === "gzip" && !bodiless;
  if (packed) for (const name of ["content-encoding", "content-length"]) headers.delete(name);
  return new Response(bodiless ? null : toStream(packed ? unpack(incoming) : incoming, incoming), {
    status: status < 200 ? 502 : status,
    headers,
  });
}

function unpack(incoming: IncomingMessage): Readable {
  const plain = createGunzip();
  incoming.on("error", (error) => plain.destroy(error));
  incoming.on("close", () => {
    if (!incoming.complete) plain.destroy(new Error("the connection broke"));
  });
  return incoming.pipe(plain);
}

/** The bytes as they come; reading is held back while the reader is behind. */
function toStream(source: Readable, incoming: IncomingMessage): ReadableStream<Uint8Array<ArrayBuffer>> {
  let ended = false;
  return new ReadableStream(
    {
      start(controller) {
        source.on("data", (chunk: Buffer<ArrayBuffer>) => {
          controller.enqueue(chunk);
          if ((controller.desiredSize ?? 0) <= 0) source.pause();
        });
        source.on("end", () => {
          if (!ended) controller.close();
          ended = true;
        });
        source.on("error", (error) => {
          if (!ended) controller.error(error);
          ended = true;
        });
        source.on("close", () => {
          if (!ended) controller.error(new Error("the connection broke"));
          ended = true;
        });
      },
      pull() {
        source.resume();
      },
      cancel() {
        ended = true;
        // What is left of a small answer is drained so that its connection can be used again.
        if (incoming.complete) source.resume();
        else incoming.destroy();
      },
    },
    { highWaterMark: 256 * 1024, size: (chunk) => chunk?.byteLength ?? 0 },
  );
}
