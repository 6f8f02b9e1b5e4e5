import { createHash } from "node:crypto";
import type { GitRepository } from "../../api/index.ts";
import { messageOf } from "../../base/errors.ts";
import {
  type CheckoutOptions,
  createTransport,
  type Credentials,
  fetchInstallationToken,
  type GitHubApp,
} from "../../sources/index.ts";
import type { Context } from "../runtime/index.ts";
import { cloudOf, refuseServiceAccount } from "../source/cloud.ts";
import { fail, type Failure } from "../source/failure.ts";
import type { SourcePorts } from "../source/ports.ts";
import { readProxy, readSecret, type SecretData, tlsOf } from "../source/secrets.ts";
import { credentialsOfCloud } from "./cloud.ts";

type Access = Pick<CheckoutOptions, "credentials" | "tls" | "ssh" | "proxy">;

/** How long before its end a token is not used any more, in milliseconds. */
const tokenMargin = 60_000;

/** Reads the Secrets that an object names: how the server is spoken to, and as whom. */
export async function accessTo(
  repository: GitRepository,
  tools: { readonly context: Context; readonly ports: SourcePorts },
): Promise<Access> {
  const { spec, metadata } = repository;
  const { namespace = "" } = metadata;
  const scheme = new URL(spec.url).protocol.slice(0, -1);
  const proxy =
    spec.proxySecretRef === undefined
      ? {}
      : {
          proxy: await readProxy(
            tools.context,
            { namespace, name: spec.proxySecretRef.name },
            "failed to configure proxy options",
          ),
        };
  const data = await readData(repository, tools.context);
  if (scheme === "ssh") {
    const ssh = sshOf(data, `${namespace}/${spec.secretRef?.name ?? ""}`);
    if (spec.provider === "aws") await credentialsOfProvider(repository, "aws", tools, proxy); // says that it is for HTTPS
    return { ...proxy, ssh: { ...ssh, ...tools.ports.sshAlgorithms } };
  }
  const tls = tlsOf(data);
  const credentials =
    spec.provider === "github"
      ? await credentialsOfApp(repository, data, tools, proxy)
      : spec.provider === "aws" || spec.provider === "azure"
        ? await credentialsOfProvider(repository, spec.provider, tools, proxy)
        : credentialsOf(data, scheme);
  if (spec.provider !== "github" && (data.get("githubAppID") ?? "") !== "")
    refuse(
      "InvalidProviderConfiguration",
      `secretRef '${namespace}/${spec.secretRef?.name ?? ""}' has github app data but provider is not set to github`,
    );
  return { ...proxy, ...(credentials === undefined ? {} : { credentials }), ...(tls === undefined ? {} : { tls }) };
}

async function readData({ spec, metadata }: GitRepository, context: Context): Promise<SecretData> {
  if (spec.secretRef === undefined) return new Map();
  const { namespace = "" } = metadata;
  const { name } = spec.secretRef;
  const refused = `failed to get secret '${namespace}/${name}': failed to get secret`;
  return (await readSecret(context, { namespace, name }, refused)).data;
}

function credentialsOf(data: SecretData, scheme: string): Credentials | undefined {
  const token = data.get("bearerToken");
  if (token !== undefined) return { type: "bearer", token };
  const username = data.get("username") ?? "";
  const password = data.get("password") ?? "";
  if (username === "" && password !== "") refuseOption(scheme, "'password' requires 'username' to be set");
  return username === "" ? undefined : { type: "basic", username, password };
}

/** Flux: AuthOptions.Validate, and the look at keys that are locked. */
function sshOf(data: SecretData, secret: string): NonNullable<Access["ssh"]> {
  const identity = data.get("identity") ?? "";
  const knownHosts = data.get("known_hosts") ?? "";
  const passphrase = data.get("password") ?? "";
  if (identity === "") refuseOption("ssh", "'identity' is required");
  if (knownHosts === "") refuseOption("ssh", "'known_hosts' is required");
  if (passphrase === "" && isLocked(identity))
    refuse(
      "AuthenticationFailed",
      `SSH identity key is encrypted but no 'password' field was provided in the secret '${secret}'`,
    );
  return { identity, knownHosts, ...(passphrase === "" ? {} : { passphrase }) };
}

/** True for a private key that opens with a passphrase only: PEM says so in its head, OpenSSH's format in its cipher. */
function isLocked(identity: string): boolean {
  if (/^(Proc-Type: 4,ENCRYPTED|-----BEGIN ENCRYPTED PRIVATE KEY-----)/m.test(identity)) return true;
  const body = /-----BEGIN OPENSSH PRIVATE KEY-----([\s\S]*?)-----END/.exec(identity)?.[1] ?? "";
  const bytes = Buffer.from(body, "base64");
  const magic = "openssh-key-v1\0";
  if (bytes.toString("latin1", 0, magic.length) !== magic || bytes.length < magic.length + 4) return false;
  const length = bytes.readUInt32BE(magic.length);
  return bytes.toString("latin1", magic.length + 4, magic.length + 4 + length) !== "none";
}

function credentialsOfProvider(
  { spec }: GitRepository,
  provider: "aws" | "azure",
  { context, ports }: { readonly context: Context; readonly ports: SourcePorts },
  proxy: { readonly proxy?: string },
): Promise<Credentials> {
  if (spec.serviceAccountName !== undefined) refuseServiceAccount(ports);
  const cloud = cloudOf(ports, { signal: context.signal, now: context.now, ...proxy });
  return credentialsOfCloud(provider, new URL(spec.url), cloud);
}

async function credentialsOfApp(
  { spec, metadata }: GitRepository,
  data: SecretData,
  { context, ports }: { readonly context: Context; readonly ports: SourcePorts },
  proxy: { readonly proxy?: string },
): Promise<Credentials> {
  const app = appOf(data, `${metadata.namespace ?? ""}/${spec.secretRef?.name ?? ""}`, spec.secretRef !== undefined);
  const key = createHash("sha256").update(JSON.stringify(app)).digest("hex");
  const known = ports.installationTokens.get(key);
  const now = context.now();
  if (known !== undefined && known.expiresAt - tokenMargin > now.getTime())
    return { type: "basic", username: "x-access-token", password: known.token };
  const tls = tlsOf(data);
  const transport = createTransport({ ...proxy, ...(tls === undefined ? {} : { tls }) });
  try {
    const options = { transport, now: context.now, signal: context.signal };
    const token = await fetchInstallationToken(app, options);
    ports.installationTokens.set(key, token);
    return { type: "basic", username: "x-access-token", password: token.token };
  } catch (cause) {
    const message = `failed to configure authentication options: ${messageOf(cause)}`;
    return fail({ condition: "FetchFailed", reason: "AuthenticationFailed", message }, cause);
  }
}

/** Flux: GitHubAppDataFromSecret. */
function appOf(data: SecretData, secret: string, isGiven: boolean): GitHubApp {
  const missing = "secretRef with github app data must be specified when provider is set to github";
  if (!isGiven) refuse("InvalidProviderConfiguration", missing, "stall");
  const id = data.get("githubAppID");
  const privateKey = data.get("githubAppPrivateKey");
  const installation = data.get("githubAppInstallationID");
  const owner = data.get("githubAppInstallationOwner");
  const baseUrl = data.get("githubAppBaseURL");
  if (id === undefined || privateKey === undefined) return refuse("InvalidProviderConfiguration", missing);
  const wanted = installation !== undefined ? { id: installation } : owner !== undefined ? { owner } : undefined;
  if (wanted === undefined || (installation !== undefined && owner !== undefined))
    return refuse(
      "Failed",
      `secret '${secret}' must contain exactly one of 'githubAppInstallationOwner' or 'githubAppInstallationID'`,
    );
  return { id, privateKey, installation: wanted, ...(baseUrl === undefined || baseUrl === "" ? {} : { baseUrl }) };
}

function refuseOption(scheme: string, what: string): never {
  return refuse(
    "AuthenticationFailed",
    `failed to configure authentication options: invalid '${scheme}' auth option: ${what}`,
  );
}

function refuse(reason: string, message: string, next: Failure["next"] = "retry"): never {
  return fail({ condition: "FetchFailed", reason, message, next });
}
