import type { HttpClient } from "isomorphic-git";
import { SourceError } from "../errors.ts";
import { authorization, type Credentials } from "../http/download.ts";
import type { Transport } from "../http/transport.ts";

/**
 * Gives isomorphic-git a client over our transport. The first request of a conversation may be redirected; what follows
 * goes to where it led. Credentials are sent to the origin of the repository only.
 */
export function createGitHttpClient(options: {
  readonly url: string;
  readonly transport: Transport;
  readonly credentials?: Credentials;
  readonly signal: AbortSignal;
  /** Largest answer in bytes. */
  readonly limit: number;
}): HttpClient & { readonly finalUrl: () => string } {
  const { transport, credentials, signal, limit } = options;
  const trusted = new URL(options.url).origin;
  const asked = options.url.replace(/\/+$/, "");
  let base = asked;

  return {
    finalUrl: () => base,
    async request({ url, method = "GET", headers = {}, body }) {
      const content = body === undefined ? undefined : await concatenate(body);
      let target = new URL(url.startsWith(asked) ? base + url.slice(asked.length) : url);
      for (let hop = 0; hop < 10; hop += 1) {
        const sent = new Headers(headers);
        sent.delete("authorization");
        if (credentials !== undefined && target.origin === trusted)
          sent.set("authorization", authorization(credentials));
        const answer = await transport(
          new Request(target, { method, headers: sent, signal, ...(content === undefined ? {} : { body: content }) }),
        );
        const location = answer.headers.get("location");
        if (method === "GET" && answer.status >= 300 && answer.status < 400 && location !== null) {
          await answer.body?.cancel();
          target = new URL(location, target);
          const path = target.href.indexOf("/info/refs");
          if (path >= 0) base = target.href.slice(0, path);
          continue;
        }
        return {
          url: target.href,
          method,
          headers: Object.fromEntries(answer.headers),
          body: bounded(answer.body ?? [], limit),
          statusCode: answer.status,
          statusMessage: answer.statusText,
        };
      }
      throw new SourceError("Unreachable", `Get "${asked}": stopped after 10 redirects`);
    },
  };
}

async function concatenate(body: AsyncIterable<Uint8Array>): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function* bounded(body: AsyncIterable<Uint8Array> | readonly Uint8Array[], limit: number) {
  let size = 0;
  for await (const chunk of body) {
    size += chunk.byteLength;
    if (size > limit) throw new SourceError("TooLarge", `the answer of the Git server exceeds ${limit} bytes`);
    yield chunk;
  }
}
