import { messageOf } from "../../base/errors.ts";
import { readText } from "../body.ts";
import { KubeError } from "../errors.ts";
import type { Fetch } from "../types.ts";

/** The `oidc` auth provider of a kubeconfig: an identity token, and what a new one is asked for with. */
export interface Oidc {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly idToken: string;
  readonly refreshToken: string;
  /** Of the issuer, as PEM, where the system does not know it. */
  readonly authority?: { readonly text: string } | { readonly file: string };
  /** The kubeconfig that new tokens are written to, and the user in it; absent for one that is no file. */
  readonly origin?: { readonly file: string; readonly user: string };
}

export interface OidcTokens {
  readonly idToken: string;
  readonly refreshToken: string;
}

// client-go: a token that runs out on its way is no use.
const margin = 10_000;
const largestAnswer = 1024 * 1024;

/** When a token runs out, in milliseconds since 1970. Throws client-go's text for what is no JWT. */
export function expiryOf(idToken: string): number {
  const parts = idToken.split(".");
  if (parts.length !== 3) throw refused("ID Token is not a valid JWT");
  let claims: { readonly exp?: unknown } | null;
  try {
    claims = JSON.parse(Buffer.from(parts[1] ?? "", "base64url").toString("utf8"));
  } catch {
    throw refused("parsing claims: ID Token is not JSON");
  }
  return typeof claims?.exp === "number" ? claims.exp * 1000 : 0;
}

/** True while a token can be used. */
export function isFresh(idToken: string, time: number): boolean {
  return idToken !== "" && time + margin < expiryOf(idToken);
}

/** Asks the issuer for a new identity token. Throws KubeError `credentials` with client-go's texts; no token stands in them. */
export async function refreshTokens(oidc: Oidc, fetch: Fetch): Promise<OidcTokens> {
  const { clientId, clientSecret, refreshToken } = oidc;
  if (refreshToken === "") throw refused("No valid id-token, and cannot refresh without refresh-token");
  const endpoint = await tokenEndpoint(oidc, fetch);
  const form = new URLSearchParams({ grant_type: "refresh_token", refresh_token: refreshToken });
  const names = [clientId, clientSecret].map((part) => encodeURIComponent(part)).join(":");
  let answer = await post(endpoint, form, fetch, { authorization: `Basic ${Buffer.from(names).toString("base64")}` });
  // Go's oauth2 tries the other way to say who asks when the first is not understood.
  if (!answer.ok) {
    form.set("client_id", clientId);
    if (clientSecret !== "") form.set("client_secret", clientSecret);
    answer = await post(endpoint, form, fetch, {});
  }
  if (!answer.ok) throw refused(`failed to refresh token: the issuer answered with status ${answer.status}`);
  const tokens = await readObject(answer, "failed to refresh token: the answer of the issuer is not JSON");
  const { id_token: idToken, refresh_token: next } = tokens;
  if (typeof idToken !== "string" || idToken === "") {
    throw refused(
      "token response did not contain an id_token, either the scope \"openid\" wasn't requested upon login, or the provider doesn't support id_tokens as part of the refresh response",
    );
  }
  return { idToken, refreshToken: typeof next === "string" && next !== "" ? next : refreshToken };
}

async function tokenEndpoint({ issuer }: Oidc, fetch: Fetch): Promise<string> {
  const address = `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`;
  if (!URL.canParse(address)) throw refused(`idp-issuer-url ${JSON.stringify(issuer)} is no address`);
  const answer = await reach(fetch, new Request(address));
  if (!answer.ok) {
    await answer.body?.cancel();
    throw refused(`oidc: failed to query metadata endpoint: status ${answer.status}`);
  }
  const found = await readObject(answer, "oidc: failed to decode provider discovery object");
  const endpoint = found["token_endpoint"];
  if (typeof endpoint !== "string" || !URL.canParse(endpoint))
    throw refused("oidc: discovery object doesn't contain a token_endpoint");
  return endpoint;
}

async function post(
  address: string,
  form: URLSearchParams,
  fetch: Fetch,
  headers: Readonly<Record<string, string>>,
): Promise<Response> {
  const type = { "content-type": "application/x-www-form-urlencoded" };
  return await reach(
    fetch,
    new Request(address, { method: "POST", headers: { ...type, ...headers }, body: String(form) }),
  );
}

async function reach(fetch: Fetch, request: Request): Promise<Response> {
  try {
    return await fetch(request);
  } catch (cause) {
    throw new KubeError("credentials", `cannot reach ${new URL(request.url).origin}: ${messageOf(cause)}`, { cause });
  }
}

async function readObject(answer: Response, complaint: string): Promise<Readonly<Record<string, unknown>>> {
  const text = await readText(answer, { limit: largestAnswer });
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null) return value as Readonly<Record<string, unknown>>;
  } catch {
    // It is said below, without the text: there may be a token in it.
  }
  throw refused(complaint);
}

function refused(what: string): KubeError {
  return new KubeError("credentials", what);
}
