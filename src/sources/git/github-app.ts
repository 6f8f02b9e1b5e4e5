import { createPrivateKey, type KeyObject, sign } from "node:crypto";
import { messageOf } from "../../base/errors.ts";
import { readBounded } from "../../base/node/body.ts";
import { SourceError } from "../errors.ts";
import { parseUrl } from "../http/download.ts";
import type { Transport } from "../http/transport.ts";

/** A GitHub App and where it is installed. */
export interface GitHubApp {
  readonly id: string;
  readonly privateKey: string;
  readonly installation: { readonly id: string } | { readonly owner: string };
  /** The API of a GitHub of one's own. */
  readonly baseUrl?: string;
}

/** A token for an installation; as a password it goes with the user `x-access-token`. */
export interface InstallationToken {
  readonly token: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** Largest answer of the API in bytes. */
const answerLimit = 4 << 20;

/** Asks GitHub for a token of an installation. Throws AuthenticationFailed; no error tells a key or a token. */
export async function fetchInstallationToken(
  app: GitHubApp,
  options: { readonly transport: Transport; readonly now: () => Date; readonly signal: AbortSignal },
): Promise<InstallationToken> {
  const { transport, signal } = options;
  const base = (app.baseUrl ?? "https://api.github.com").replace(/\/+$/, "");
  parseUrl(base);
  const bearer = createToken(app, options.now());
  const ask = async (method: "GET" | "POST", path: string): Promise<unknown> => {
    const url = `${base}${path}`;
    const headers = { authorization: `Bearer ${bearer}`, accept: "application/vnd.github+json" };
    const answer = await transport(new Request(url, { method, headers, signal }));
    const text = new TextDecoder().decode(await readBounded(answer, answerLimit));
    const said = tryParseJson(text);
    if (answer.ok) return said;
    const message = fieldOf(said, "message");
    throw new SourceError(
      "AuthenticationFailed",
      `${method} ${url}: ${answer.status} ${typeof message === "string" ? message.slice(0, 200) : answer.statusText}`,
    );
  };
  const id = "id" in app.installation ? app.installation.id : await findInstallation(app.installation.owner, ask);
  const given = await ask("POST", `/app/installations/${encodeURIComponent(id)}/access_tokens`);
  const token = fieldOf(given, "token");
  const expiresAt = Date.parse(String(fieldOf(given, "expires_at")));
  if (typeof token !== "string" || token === "" || Number.isNaN(expiresAt))
    throw new SourceError("AuthenticationFailed", `POST ${base}: the answer holds no token`);
  return { token, expiresAt };
}

/** Flux: getInstallationID. The owner is an organization, or a user. */
async function findInstallation(
  owner: string,
  ask: (method: "GET", path: string) => Promise<unknown>,
): Promise<string> {
  const problems: string[] = [];
  for (const [kind, folder] of [
    ["organization", "orgs"],
    ["user", "users"],
  ] as const) {
    try {
      const found = fieldOf(await ask("GET", `/${folder}/${encodeURIComponent(owner)}/installation`), "id");
      if (typeof found === "number") return String(found);
      problems.push(`failed to find ${kind} installation: the answer holds no id`);
    } catch (error) {
      problems.push(`failed to find ${kind} installation: ${messageOf(error)}`);
    }
  }
  throw new SourceError("AuthenticationFailed", problems.join("\n"));
}

/** Flux: createJWT. Half a minute for clocks that differ, two minutes of life. */
function createToken({ id, privateKey }: GitHubApp, now: Date): string {
  let key: KeyObject;
  if (!privateKey.includes("-----BEGIN "))
    throw new SourceError(
      "AuthenticationFailed",
      "could not parse private key: invalid key: Key must be a PEM encoded PKCS1 or PKCS8 key",
    );
  try {
    key = createPrivateKey(privateKey);
  } catch (cause) {
    throw new SourceError("AuthenticationFailed", `could not parse private key: ${messageOf(cause)}`, { cause });
  }
  const issuedAt = Math.floor(now.getTime() / 1000) - 30;
  const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const claims = { iss: id, iat: issuedAt, exp: issuedAt + 120 };
  const signed = `${encode({ alg: "RS256", typ: "JWT" })}.${encode(claims)}`;
  return `${signed}.${sign("sha256", Buffer.from(signed), key).toString("base64url")}`;
}

function tryParseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function fieldOf(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[name];
}
