import { parseDuration } from "../../base/duration.ts";
import { messageOf } from "../../base/errors.ts";
import type { HelmRepository } from "../../api/index.ts";
import { cloudKeychain, type Keychain, parseDockerConfig } from "../../oci/index.ts";
import {
  type Artifact,
  createTransport,
  type FetchedIndex,
  fetchIndex,
  folderOf,
  normalizeRepositoryUrl,
  type RegistryAccess,
  type RepositoryAccess,
  type TlsOptions,
} from "../../sources/index.ts";
import type { Context } from "../runtime/index.ts";
import { fail } from "../source/failure.ts";
import type { SourcePorts } from "../source/ports.ts";
import { orFail } from "../source/reconcile.ts";
import { basicCredentialsOf, type FoundSecret, readSecret, tlsOf } from "../source/secrets.ts";

export type Observation =
  | { readonly seen: "fetched"; readonly revision: string; readonly index: FetchedIndex }
  /** The server says that it is the one we have. */
  | { readonly seen: "unchanged"; readonly revision: string };

/** Downloads the index with the credentials of the object, unless it is the stored one. */
export async function observe(
  repository: HelmRepository,
  stored: Artifact | undefined,
  options: { readonly context: Context; readonly ports: SourcePorts },
): Promise<Observation> {
  const { ports } = options;
  const { url } = repository.spec;
  if (url.startsWith("oci://"))
    fail({
      condition: "FetchFailed",
      reason: "URLInvalid",
      message: "invalid Helm repository URL: 'oci' URL scheme cannot be used with 'default' HelmRepository type",
      next: "stall",
    });
  try {
    normalizeRepositoryUrl(url);
  } catch (cause) {
    const message = `invalid Helm repository URL: ${(cause as Error).message}`;
    fail({ condition: "FetchFailed", reason: "URLInvalid", message, next: "stall" }, cause);
  }
  const access = await httpAccessTo(repository, options);
  const { namespace = "", name = "" } = repository.metadata;
  const key = folderOf({ kind: repository.kind, namespace, name });
  const known = ports.entityTags.get(key);
  const unless =
    known !== undefined && known.url === url && known.revision === stored?.revision ? known.entityTag : undefined;
  const prefix = "failed to fetch Helm repository index: failed to cache index to temporary file";
  const limits = ports.helmIndexMaxSize === undefined ? {} : { limit: ports.helmIndexMaxSize };
  const index = await orFail({ condition: "FetchFailed", reason: "Failed", prefix }, () =>
    fetchIndex(access, unless === undefined ? limits : { ...limits, unless }),
  );
  if (index === undefined) return { seen: "unchanged", revision: known?.revision ?? "" };
  const { revision, entityTag } = index;
  if (entityTag === undefined) ports.entityTags.delete(key);
  else ports.entityTags.set(key, { url, revision, entityTag });
  return { seen: "fetched", revision, index };
}

/** How an HTTP repository is spoken to: its URL, and what its Secrets say. */
export async function httpAccessTo(
  repository: HelmRepository,
  { context, ports }: { readonly context: Context; readonly ports: SourcePorts },
): Promise<RepositoryAccess> {
  const { spec } = repository;
  const { tls, secret } = await readSecrets(repository, context);
  const credentials = secret === undefined ? undefined : basicCredentialsOf(secret.data);
  return {
    url: spec.url,
    transport: tls === undefined ? ports.transport : createTransport({ tls }),
    timeout: parseDuration(spec.timeout ?? "60s"),
    signal: context.signal,
    ...(credentials === undefined ? {} : { credentials }),
    ...(spec.passCredentials === true ? { passCredentials: true } : {}),
  };
}

/** How a registry is spoken to. */
export async function registryAccessTo(
  repository: HelmRepository,
  { context, ports }: { readonly context: Context; readonly ports: SourcePorts },
): Promise<RegistryAccess> {
  const { spec } = repository;
  const { tls, secret } = await readSecrets(repository, context);
  const { host } = new URL(spec.url);
  const keychain =
    secret === undefined ? await askCloud(spec.provider, host, { context, ports }) : keychainOf(secret, host);
  return {
    plainHttp: spec.insecure === true,
    timeout: parseDuration(spec.timeout ?? "60s"),
    signal: context.signal,
    ...(keychain === undefined ? {} : { keychain }),
    ...(tls === undefined ? {} : { tls }),
  };
}

/** The credentials of this process in a cloud, for a registry there. */
async function askCloud(
  provider: HelmRepository["spec"]["provider"],
  host: string,
  { context, ports }: { readonly context: Context; readonly ports: SourcePorts },
): Promise<Keychain | undefined> {
  if (provider === undefined || provider === "generic") return undefined;
  const keychain = cloudKeychain(provider, { ...ports.cloud, signal: context.signal });
  try {
    await keychain(host);
  } catch (cause) {
    const message = `unable to get authentication data from OIDC: ${messageOf(cause)}`;
    // Flux: the event tells of it in other words than the condition that is left.
    const also = { condition: "FetchFailed", reason: "Unknown", message: `unknown build error: ${message}` } as const;
    fail({ condition: "FetchFailed", reason: "AuthenticationFailed", message, also }, cause);
  }
  return keychain;
}

async function readSecrets({ spec, metadata }: HelmRepository, context: Context) {
  const { namespace = "" } = metadata;
  let tls: TlsOptions | undefined;
  if (spec.certSecretRef !== undefined) {
    const { name } = spec.certSecretRef;
    tls = tlsOf((await readSecret(context, { namespace, name }, "failed to get TLS authentication secret")).data);
  }
  if (spec.secretRef === undefined) return { tls };
  const { name } = spec.secretRef;
  const secret = await readSecret(context, { namespace, name }, "failed to get authentication secret");
  return { tls: tls ?? tlsOf(secret.data), secret };
}

/** Flux: KeychainFromSecret. */
function keychainOf(secret: FoundSecret, host: string): Keychain | undefined {
  const prefix = "failed to configure OCI registry authentication: ";
  const wrong = (message: string): never =>
    fail({ condition: "FetchFailed", reason: "AuthenticationFailed", message: prefix + message });
  if (secret.type === "kubernetes.io/dockerconfigjson") {
    const keychain = orWrong(
      () => parseDockerConfig(secret.data.get(".dockerconfigjson") ?? ""),
      (message) => wrong(`unable to load Docker config from Secret '${secret.name}': ${message}`),
    );
    if (keychain(host) === undefined)
      wrong(`no auth config for '${host}' in the docker-registry Secret '${secret.name}'`);
    return keychain;
  }
  const username = secret.data.get("username") ?? "";
  const password = secret.data.get("password") ?? "";
  if (username === "" && password === "") return undefined;
  if (username === "" || password === "")
    wrong(`invalid '${secret.name}' secret data: required fields 'username' and 'password'`);
  return (registry) => (registry === host ? { type: "basic", username, password } : undefined);
}

function orWrong<T>(work: () => T, wrong: (message: string) => never): T {
  try {
    return work();
  } catch (error) {
    return wrong(messageOf(error));
  }
}
