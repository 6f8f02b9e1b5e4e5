import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { KubeError } from "../errors.ts";
import type { Fetch } from "../types.ts";
import type { Auth, Connection, ExecPlugin, TokenSource } from "./connection.ts";
import { writeTokens } from "./kubeconfig.ts";
import { expiryOf, isFresh, type Oidc, type OidcTokens, refreshTokens } from "./oidc.ts";

/** What a request needs to be let in. */
export interface Credentials {
  readonly authorization?: string;
  readonly certificate?: string;
  readonly key?: string;
}

/** Gives credentials, fresh ones when they have run out or `renew` says that they were refused. */
export type CredentialSource = (options?: { readonly renew?: boolean }) => Promise<Credentials>;

export interface CredentialOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly now?: () => number;
  /** A way to the issuer of identity tokens. */
  readonly reach: (oidc: Oidc) => Fetch;
}

const fileLife = 60_000;

/** Makes the source of a connection's credentials. Files are read again every minute, for projected tokens change. */
export function createCredentials(
  connection: Connection,
  { env, now = Date.now, reach }: CredentialOptions,
): CredentialSource {
  let tokens: OidcTokens | undefined;
  const identify = async (oidc: Oidc): Promise<Authenticated> => {
    const { idToken } = tokens ?? oidc;
    if (!isFresh(idToken, now())) {
      tokens = await refreshTokens({ ...oidc, ...tokens }, reach(oidc));
      if (oidc.origin !== undefined) await writeTokens(oidc.origin, tokens);
    }
    const token = tokens?.idToken ?? idToken;
    return { authorization: `Bearer ${token}`, expires: expiryOf(token) };
  };
  const fixed = async (): Promise<Credentials> => {
    const { certificate, key } = connection.tls;
    if (certificate === undefined || key === undefined) return {};
    return { certificate: await readSource(certificate), key: await readSource(key) };
  };
  let known: { readonly credentials: Promise<Credentials>; expires: number } | undefined;
  return ({ renew = false } = {}) => {
    if (known !== undefined && now() < known.expires && !renew) return known.credentials;
    const fetching = fixed().then(async (own) => {
      const { auth } = connection;
      const answer =
        auth.kind === "oidc" ? await identify(auth.oidc) : await authenticate(connection, auth, env, now());
      const { expires, ...given } = answer;
      if (known?.credentials === credentials) known.expires = Math.min(expires, filesExpire(connection, now()));
      return { ...own, ...given };
    });
    const credentials: Promise<Credentials> = fetching;
    known = { credentials, expires: Number.POSITIVE_INFINITY };
    credentials.catch(() => {
      if (known?.credentials === credentials) known = undefined;
    });
    return credentials;
  };
}

/** Certificates in files are replaced while we run; a program's answer is not asked for again because of them. */
function filesExpire({ tls, auth }: Connection, time: number): number {
  const inFile = [tls.certificate, tls.key].some((source) => source !== undefined && "file" in source);
  return inFile && auth.kind === "none" ? time + fileLife : Number.POSITIVE_INFINITY;
}

type Authenticated = Credentials & { readonly expires: number };

async function authenticate(
  connection: Connection,
  auth: Exclude<Auth, { readonly kind: "oidc" }>,
  env: NodeJS.ProcessEnv,
  time: number,
): Promise<Authenticated> {
  switch (auth.kind) {
    case "none":
      return { expires: Number.POSITIVE_INFINITY };
    case "token": {
      const token = (await readSource(auth.token)).trim();
      return {
        authorization: `Bearer ${token}`,
        expires: lifeOf(auth.token, time),
      };
    }
    case "basic":
      return { authorization: basic(auth), expires: Number.POSITIVE_INFINITY };
    case "exec":
      return await runPlugin(auth.exec, connection, env);
  }
}

function lifeOf(token: TokenSource, time: number): number {
  if ("text" in token) return Number.POSITIVE_INFINITY;
  // Whoever tells it knows how long it is good for.
  return "file" in token ? time + fileLife : time;
}

function basic({ username, password }: Extract<Auth, { readonly kind: "basic" }>): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
}

/** Reads a source; the error names the file but shows nothing of it. */
export async function readSource(source: TokenSource): Promise<string> {
  if ("text" in source) return source.text;
  if ("ask" in source) return await source.ask();
  try {
    return await readFile(source.file, "utf8");
  } catch (cause) {
    throw new KubeError("credentials", `unable to read ${source.file}: ${(cause as NodeJS.ErrnoException).code}`, {
      cause,
    });
  }
}

const pluginTimeout = 60_000;
const largestOutput = 1024 * 1024;

async function runPlugin(plugin: ExecPlugin, connection: Connection, env: NodeJS.ProcessEnv): Promise<Authenticated> {
  const { apiVersion, command, args } = plugin;
  const cluster = plugin.provideClusterInfo ? { cluster: await clusterInfo(connection, plugin) } : {};
  const interactive = isInteractive(plugin);
  const info = JSON.stringify({ apiVersion, kind: "ExecCredential", spec: { interactive, ...cluster } });
  const output = await new Promise<string>((resolve, reject) => {
    const child = execFile(
      command,
      [...args],
      {
        env: { ...env, ...plugin.env, KUBERNETES_EXEC_INFO: info },
        // A user may take their time to log in.
        timeout: interactive ? 0 : pluginTimeout,
        maxBuffer: largestOutput,
        encoding: "utf8",
      },
      (cause, stdout) => (cause === null ? resolve(stdout) : reject(pluginError(plugin, cause))),
    );
    if (!interactive) {
      child.stdin?.end();
      return;
    }
    process.stdin.pipe(child.stdin!);
    child.stderr?.pipe(process.stderr, { end: false });
    child.once("close", () => process.stdin.unpipe().pause());
  });
  return readCredential(output, plugin);
}

/** Throws client-go's text for a program that needs a terminal where there is none. */
function isInteractive({ interactiveMode, command }: ExecPlugin): boolean {
  const { isTTY = false } = process.stdin;
  if (interactiveMode === "Never") return false;
  if (isTTY || interactiveMode === "IfAvailable") return isTTY;
  const why = "exec plugin cannot support interactive mode: standard input is not a terminal";
  throw new KubeError("credentials", `getting credentials: ${why} (${command})`);
}

/** The program's output may hold a secret: only its exit is told. */
function pluginError({ command, installHint }: ExecPlugin, cause: NodeJS.ErrnoException | Error): KubeError {
  const code = "code" in cause ? cause.code : undefined;
  const hint = installHint === "" ? "" : `\n\n${installHint}`;
  if (code === "ENOENT") {
    return new KubeError("credentials", `getting credentials: exec: executable ${command} not found${hint}`, { cause });
  }
  const how = typeof code === "number" ? `failed with exit code ${code}` : "failed";
  return new KubeError("credentials", `getting credentials: exec: executable ${command} ${how}${hint}`);
}

function readCredential(output: string, { command, apiVersion }: ExecPlugin): Authenticated {
  const refuse = (what: string): KubeError =>
    new KubeError("credentials", `exec plugin ${JSON.stringify(command)} ${what}`);
  let answer: { readonly apiVersion?: unknown; readonly status?: Readonly<Record<string, unknown>> };
  try {
    answer = JSON.parse(output);
  } catch {
    throw refuse("printed no JSON");
  }
  if (answer?.apiVersion !== apiVersion) {
    throw refuse(`is configured to use API version ${apiVersion}, but printed another`);
  }
  const { token, clientCertificateData: certificate, clientKeyData: key, expirationTimestamp } = answer.status ?? {};
  if (typeof token !== "string" && typeof certificate !== "string")
    throw refuse("didn't return a token or cert/key pair");
  const expiry = typeof expirationTimestamp === "string" ? Date.parse(expirationTimestamp) : Number.NaN;
  return {
    expires: Number.isNaN(expiry) ? Number.POSITIVE_INFINITY : expiry,
    ...(typeof token === "string" ? { authorization: `Bearer ${token}` } : {}),
    ...(typeof certificate === "string" && typeof key === "string" ? { certificate, key } : {}),
  };
}

async function clusterInfo(
  { server, tls, proxyUrl }: Connection,
  { config }: ExecPlugin,
): Promise<Readonly<Record<string, unknown>>> {
  return {
    server,
    ...(tls.serverName === undefined ? {} : { "tls-server-name": tls.serverName }),
    ...(tls.insecure ? { "insecure-skip-tls-verify": true } : {}),
    ...(tls.ca === undefined
      ? {}
      : { "certificate-authority-data": Buffer.from(await readSource(tls.ca)).toString("base64") }),
    ...(proxyUrl === undefined ? {} : { "proxy-url": proxyUrl }),
    config,
  };
}
