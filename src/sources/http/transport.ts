import { Agent, request as requestHttp } from "node:http";
import { Agent as SecureAgent, request as requestHttps } from "node:https";
import { Readable } from "node:stream";
import { rootCertificates } from "node:tls";
import { isSocks, throughSocks } from "../../base/node/socks.ts";
import { SourceError } from "../errors.ts";
import { environmentProxy } from "./environment-proxy.ts";
import { networkErrorText } from "./network-errors.ts";

/** Sends one request and returns the answer as it came: no redirect is followed, nothing is decompressed. */
export type Transport = (request: Request) => Promise<Response>;

/** What a `certSecretRef` holds. */
export interface TlsOptions {
  /** PEM; trusted in addition to the system's authorities. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly insecureSkipVerify?: boolean;
}

/**
 * Makes a transport. `fetch` is not enough here: it unpacks what a server marks as `Content-Encoding: gzip`, which
 * changes the bytes, and thereby the digest, of charts in badly configured buckets.
 */
export function createTransport(
  options: {
    readonly tls?: TlsOptions;
    /** The URL of the proxy that all requests go through, with its credentials: HTTP, HTTPS or SOCKS5. */
    readonly proxy?: string;
    /** Where a proxy is looked up when none is given; this process's own environment when absent. */
    readonly env?: Readonly<Record<string, string | undefined>>;
    readonly userAgent?: string;
    readonly keepAlive?: boolean;
  } = {},
): Transport {
  // A connection that is kept lives as long as the server likes: only who keeps the transport should keep connections.
  const { tls, proxy, userAgent = "coxswain", keepAlive = false } = options;
  const { env = process.env } = options;
  const makeAgents = (through: string | undefined): Agents => {
    const socks = through !== undefined && isSocks(through) ? new URL(through) : undefined;
    // Node would look at the environment itself, but reads NO_PROXY in its own way, and knows no proxy that speaks SOCKS.
    const proxyEnv = through === undefined || socks !== undefined ? {} : { http_proxy: through, https_proxy: through };
    const common = { keepAlive, maxSockets: 16, proxyEnv };
    const plain = new Agent(common);
    const secure = new SecureAgent({
      ...common,
      ...(tls?.ca === undefined ? {} : { ca: [...rootCertificates, tls.ca] }),
      ...(tls?.cert === undefined ? {} : { cert: tls.cert }),
      ...(tls?.key === undefined ? {} : { key: tls.key }),
      ...(tls?.insecureSkipVerify === true ? { rejectUnauthorized: false } : {}),
    });
    if (socks !== undefined) {
      throughSocks(plain, socks, { secure: false });
      throughSocks(secure, socks, { secure: true });
    }
    return { plain, secure };
  };
  const agents = new Map<string | undefined, Agents>();
  const agentFor = ({ protocol }: URL, through: string | undefined): Agent => {
    const { plain, secure } = agents.get(through) ?? makeAgents(through);
    agents.set(through, { plain, secure });
    return protocol === "https:" ? secure : plain;
  };

  return async (request) => {
    const url = new URL(request.url);
    if (url.protocol !== "http:" && url.protocol !== "https:")
      throw new SourceError(
        "URLInvalid",
        `${request.method} "${url.href}": unsupported protocol scheme "${url.protocol.slice(0, -1)}"`,
      );
    const body = request.body === null ? undefined : Buffer.from(await request.arrayBuffer());
    const headers: Record<string, string> = {
      "user-agent": userAgent,
      accept: "*/*",
      "accept-encoding": "identity",
      ...Object.fromEntries(request.headers),
      ...(body === undefined ? {} : { "content-length": String(body.byteLength) }),
    };
    const through = proxy ?? environmentProxy(url, env);
    const attempt = (isSecond: boolean): Promise<Response> =>
      new Promise((resolve, reject) => {
        const send = url.protocol === "https:" ? requestHttps : requestHttp;
        const outgoing = send(
          {
            protocol: url.protocol,
            hostname: url.hostname.replace(/^\[|\]$/g, ""),
            port: url.port === "" ? undefined : url.port,
            path: `${url.pathname}${url.search}`,
            method: request.method,
            headers,
            signal: request.signal,
            agent: agentFor(url, through),
          },
          (incoming) => resolve(toResponse(incoming)),
        );
        outgoing.once("error", (cause: NodeJS.ErrnoException) => {
          // A server may close a kept connection just when it is used again; Go's client asks once more, and so do we.
          const isStale = outgoing.reusedSocket && cause.code === "ECONNRESET" && isRepeatable(request.method);
          if (isStale && !isSecond && !request.signal.aborted) return resolve(attempt(true));
          const reason = request.signal.aborted ? request.signal.reason : cause;
          const verb = request.method.charAt(0) + request.method.slice(1).toLowerCase();
          // Go says which of the two connections failed.
          const dialed = through !== undefined && cause.syscall === "connect" ? "proxyconnect tcp: " : "";
          reject(
            new SourceError(
              "Unreachable",
              `${verb} "${withoutPassword(url)}": ${dialed}${networkErrorText(reason, url)}`,
              {
                cause,
              },
            ),
          );
        });
        outgoing.end(body);
      });
    return attempt(false);
  };
}

interface Agents {
  readonly plain: Agent;
  readonly secure: SecureAgent;
}

function isRepeatable(method: string): boolean {
  return method === "GET" || method === "HEAD";
}

function toResponse(incoming: import("node:http").IncomingMessage): Response {
  const headers = new Headers();
  for (const [name, values] of Object.entries(incoming.headersDistinct))
    for (const value of values ?? []) headers.append(name, value);
  const status = incoming.statusCode ?? 502;
  const statusText = incoming.statusMessage ?? "";
  if (status === 204 || status === 304 || status < 200) {
    incoming.resume();
    return new Response(null, { status: status < 200 ? 502 : status, statusText, headers });
  }
  return new Response(Readable.toWeb(incoming) as ReadableStream<Uint8Array>, { status, statusText, headers });
}

/** A URL as it may be shown: Go hides the password in the same way. */
export function withoutPassword(url: URL): string {
  if (url.password === "") return url.href;
  const shown = new URL(url);
  shown.password = "xxxxx";
  return shown.href;
}
