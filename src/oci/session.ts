import { messageOf } from "../base/errors.ts";
import { answerChallenge, parseChallenge } from "./authorize.ts";
import type { Keychain } from "./docker-config.ts";
import { OciError } from "./errors.ts";
import { readRefusal, refused } from "./refusal.ts";
import { apiLocation, type RepositoryName } from "./reference.ts";
import type { Fetch } from "./types.ts";

export interface RegistryOptions {
  readonly fetch: Fetch;
  readonly keychain?: Keychain;
  /** Credentials must be there before the first request, whether the registry asks for them or not: clouds give them or say why not. */
  readonly needsCredentials?: boolean;
  /** HTTP without TLS. */
  readonly plainHttp?: boolean;
  readonly signal?: AbortSignal;
}

export type Action = "pull" | "pull,push";

/** Requests to one repository: authorized once, redirected without credentials, refused with a sentence. */
export interface Session {
  readonly url: (path: string) => URL;
  send(
    request: {
      readonly method: string;
      readonly url: URL;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: Uint8Array;
    },
    action?: Action,
  ): Promise<Response>;
}

export function openSession(name: RepositoryName, options: RegistryOptions): Session {
  const { fetch, keychain, plainHttp = false, signal } = options;
  const { host, path } = apiLocation(name);
  const base = new URL(`${plainHttp ? "http" : "https"}://${host}/v2/${path}/`);
  const tokens = new Map<Action, string>();

  async function sendOnce(request: Parameters<Session["send"]>[0], url: URL, action: Action): Promise<Response> {
    const headers = new Headers(request.headers);
    const token = tokens.get(action);
    if (token !== undefined && url.origin === base.origin) headers.set("authorization", token);
    return fetch(
      new Request(url, {
        method: request.method,
        headers,
        ...(request.body === undefined ? {} : { body: request.body as Uint8Array<ArrayBuffer> }),
        ...(signal === undefined ? {} : { signal }),
      }),
    );
  }

  return {
    url: (rest) => new URL(rest, base),
    async send(request, action = "pull") {
      let { url } = request;
      if (options.needsCredentials === true) await askBefore(name, request, keychain);
      refuseDowngrade(base, url, "names a place at");
      let isAuthorized = false;
      for (let hop = 0; hop < 10; hop += 1) {
        const answer = await sendOnce(request, url, action);
        if (answer.status === 401 && !isAuthorized && url.origin === base.origin) {
          const challenge = parseChallenge(answer.headers.get("www-authenticate"));
          const refusal = await readRefusal(request.method, url, answer);
          if (challenge === undefined) throw refused(refusal);
          const credentials = await keychain?.(name.registry);
          if (challenge.scheme === "basic" && credentials === undefined)
            throw refused(refusal, "basic credential not found");
          const scope = `repository:${path}:${action}`;
          const common = { fetch, registryUrl: base, scope, credentials };
          tokens.set(action, await answerChallenge(challenge, signal === undefined ? common : { ...common, signal }));
          isAuthorized = true;
          continue;
        }
        const location = answer.headers.get("location");
        if ([301, 302, 303, 307, 308].includes(answer.status) && location !== null) {
          await answer.body?.cancel();
          if (!URL.canParse(location, url.href))
            throw new OciError("Unreachable", "registry redirects to what is no URL");
          url = new URL(location, url);
          refuseDowngrade(base, url, "redirects to");
          continue;
        }
        if (answer.status >= 400) throw refused(await readRefusal(request.method, url, answer));
        return answer;
      }
      throw new OciError("Unreachable", `${request.method} "${request.url.href}": stopped after 10 redirects`);
    },
  };
}

/** Go's words for a request that could not even be sent. */
async function askBefore(
  { registry }: RepositoryName,
  { method, url }: { readonly method: string; readonly url: URL },
  keychain: Keychain | undefined,
): Promise<void> {
  try {
    await keychain?.(registry);
  } catch (cause) {
    const verb = method.charAt(0) + method.slice(1).toLowerCase();
    const code = cause instanceof OciError ? cause.code : "Unauthorized";
    throw new OciError(code, `${verb} "${url.href}": ${messageOf(cause)}`, { cause });
  }
}

/** What began with TLS does not go on without, wherever the registry points. */
function refuseDowngrade(base: URL, url: URL, how: string): void {
  if (url.protocol !== "https:" && url.protocol !== "http:")
    throw new OciError("Unreachable", `registry ${how} what is not HTTP`);
  if (base.protocol === "https:" && url.protocol !== "https:")
    throw new OciError("Unreachable", `registry ${how} ${url.host} without TLS`);
}
