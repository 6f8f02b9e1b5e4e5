import { OciError } from "./errors.ts";
import { readBody } from "./read-body.ts";
import type { Credentials, Fetch } from "./types.ts";

/** How a registry wants to be asked: the WWW-Authenticate header of its refusal. */
export type Challenge =
  | { readonly scheme: "basic" }
  | { readonly scheme: "bearer"; readonly realm: string; readonly service?: string; readonly scope?: string };

/** Reads a challenge; undefined for schemes that are not known here. */
export function parseChallenge(header: string | null): Challenge | undefined {
  if (header === null || header.length > 4096) return undefined;
  if (/^basic\b/i.test(header)) return { scheme: "basic" };
  if (!/^bearer\s/i.test(header)) return undefined;
  const parameters = new Map<string, string>();
  for (const [, key = "", quoted, bare = ""] of header.matchAll(/([a-z_]+)=(?:"([^"]*)"|([^\s,]+))/gi))
    parameters.set(key.toLowerCase(), quoted ?? bare);
  const realm = parameters.get("realm");
  if (realm === undefined) return undefined;
  const service = parameters.get("service");
  const scope = parameters.get("scope");
  return {
    scheme: "bearer",
    realm,
    ...(service === undefined ? {} : { service }),
    ...(scope === undefined ? {} : { scope }),
  };
}

/**
 * Answers a challenge with the value of an Authorization header. Throws Unauthorized where nothing can be said, and
 * where a registry that is spoken to over TLS asks for credentials in the clear.
 */
export async function answerChallenge(
  challenge: Challenge,
  options: {
    readonly fetch: Fetch;
    readonly registryUrl: URL;
    readonly scope: string;
    readonly credentials: Credentials | undefined;
    readonly signal?: AbortSignal;
  },
): Promise<string> {
  const { credentials, registryUrl } = options;
  if (credentials?.type === "bearer") return `Bearer ${credentials.token}`;
  if (challenge.scheme === "basic") {
    if (credentials?.type !== "basic") throw new OciError("Unauthorized", "authentication required");
    return basic(credentials.username, credentials.password);
  }
  const realm = tryUrl(challenge.realm);
  if (realm === undefined || (realm.protocol !== "https:" && realm.protocol !== "http:"))
    throw new OciError("Unauthorized", `registry asks for a token from ${JSON.stringify(challenge.realm)}`);
  if (registryUrl.protocol === "https:" && realm.protocol !== "https:")
    throw new OciError("Unauthorized", `registry asks for a token from ${realm.host} without TLS`);
  return `Bearer ${await fetchToken(realm, challenge, options)}`;
}

/** The value of `Authorization` for a name and a password: RFC 7617. */
export function basic(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`, "utf8").toString("base64")}`;
}

async function fetchToken(
  realm: URL,
  challenge: Challenge & { readonly scheme: "bearer" },
  options: Parameters<typeof answerChallenge>[1],
): Promise<string> {
  const { credentials, fetch, signal } = options;
  const scope = challenge.scope ?? options.scope;
  const { service } = challenge;
  const common = signal === undefined ? {} : { signal };
  let request: Request;
  if (credentials?.type === "refresh") {
    const form = new URLSearchParams({
      grant_type: "refresh_token",
      client_id: "coxswain",
      scope,
      refresh_token: credentials.token,
    });
    if (service !== undefined) form.set("service", service);
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    request = new Request(realm, { method: "POST", body: form.toString(), headers, ...common });
  } else {
    if (service !== undefined) realm.searchParams.set("service", service);
    for (const one of scope.split(" ")) if (one !== "") realm.searchParams.append("scope", one);
    const headers = new Headers();
    if (credentials?.type === "basic") headers.set("authorization", basic(credentials.username, credentials.password));
    request = new Request(realm, { headers, ...common });
  }
  const answer = await fetch(request);
  const body = await readBody(answer, 1 << 20, "token");
  if (answer.status === 401 || answer.status === 403)
    throw new OciError(
      "Unauthorized",
      `${request.method} "${realm.origin}${realm.pathname}": response status code ${answer.status}`,
    );
  if (answer.status !== 200)
    throw new OciError(
      "Unreachable",
      `${request.method} "${realm.origin}${realm.pathname}": response status code ${answer.status}`,
    );
  const token = readToken(new TextDecoder().decode(body));
  if (token === undefined) throw new OciError("Unreachable", `${realm.host} gave no token`);
  return token;
}

function readToken(text: string): string | undefined {
  try {
    const answer = JSON.parse(text) as { readonly token?: unknown; readonly access_token?: unknown };
    const token = answer.token ?? answer.access_token;
    // Anything else could break the header it goes into.
    return typeof token === "string" && /^[\x21-\x7e]+$/.test(token) ? token : undefined;
  } catch {
    return undefined;
  }
}

function tryUrl(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}
