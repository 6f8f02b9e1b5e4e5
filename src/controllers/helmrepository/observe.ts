import { parseDuration } from "../../base/duration.ts";
import { messageOf } from "../../base/errors.ts";
import type { HelmRepository } from "../../api/index.ts";
import { type Keychain, parseDockerConfig } from "../../oci/index.ts";
import {
  createTransport,
  type FetchedIndex,
  fetchIndex,
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

/** Downloads the index with the credentials of the object. */
export async function observe(repository: HelmRepository, context: Context, ports: SourcePorts): Promise<FetchedIndex> {
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
  const access = await httpAccessTo(repository, context);
  const prefix = "failed to fetch Helm repository index: failed to cache index to temporary file";
  return orFail({ condition: "FetchFailed", reason: "Failed", prefix }, () =>
    fetchIndex(access, ports.helmIndexMaxSize),
  );
}

/** How an HTTP repository is spoken to: its URL, and what its Secrets say. */
export async function httpAccessTo(repository: HelmRepository, context: Context): Promise<RepositoryAccess> {
  const { spec } = repository;
  const { tls, secret } = await readSecrets(repository, context);
  const credentials = secret === undefined ? undefined : basicCredentialsOf(secret.data);
  return {
    url: spec.url,
    transport: createTransport(tls === undefined ? {} : { tls }),
    timeout: parseDuration(spec.timeout ?? "60s"),
    signal: context.signal,
    ...(credentials === undefined ? {} : { credentials }),
    ...(spec.passCredentials === true ? { passCredentials: true } : {}),
  };
}

/** How a registry is spoken to. */
export async function registryAccessTo(repository: HelmRepository, context: Context): Promise<RegistryAccess> {
  const { spec } = repository;
  if (spec.secretRef === undefined && spec.provider !== undefined && spec.provider !== "generic")
    fail({
      condition: "FetchFailed",
      reason: "AuthenticationFailed",
      message: `spec.provider ${JSON.stringify(spec.provider)} is not supported yet`,
      next: "stall",
    });
  const { tls, secret } = await readSecrets(repository, context);
  const keychain = secret === undefined ? undefined : keychainOf(secret, new URL(spec.url).host);
  return {
    plainHttp: spec.insecure === true,
    timeout: parseDuration(spec.timeout ?? "60s"),
    signal: context.signal,
    ...(keychain === undefined ? {} : { keychain }),
    ...(tls === undefined ? {} : { tls }),
  };
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
