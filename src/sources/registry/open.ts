import { messageOf } from "../../base/errors.ts";
import {
  isLoopback,
  type Keychain,
  OciError,
  openRepository,
  type Repository,
  type RepositoryName,
} from "../../oci/index.ts";
import { SourceError } from "../errors.ts";
import { createTransport, type TlsOptions, type Transport } from "../http/transport.ts";

/** How a registry is spoken to. */
export interface RegistryAccess {
  readonly keychain?: Keychain;
  /** Credentials must be there before the first request. */
  readonly needsCredentials?: boolean;
  readonly tls?: TlsOptions;
  /** Never uses TLS (Helm: --plain-http). */
  readonly plainHttp?: boolean;
  /** Does without TLS, or without checking it, where the registry has none that holds (OCIRepository: spec.insecure). */
  readonly insecure?: boolean;
  /** The URL of the proxy that all requests go through, with its credentials. */
  readonly proxy?: string;
  /** Where a proxy is looked up; this process's own environment when absent. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Milliseconds for all questions together. */
  readonly timeout?: number;
  readonly signal?: AbortSignal;
}

/** Opens a repository of a registry over our transport. */
export async function openRegistry(name: RepositoryName, access: RegistryAccess = {}): Promise<Repository> {
  const { keychain, tls, timeout = 60_000, insecure = false } = access;
  const signal = AbortSignal.any([
    AbortSignal.timeout(timeout),
    ...(access.signal === undefined ? [] : [access.signal]),
  ]);
  const skipped = insecure && tls === undefined ? { insecureSkipVerify: true } : tls;
  const fetch = createTransport({
    userAgent: "coxswain",
    ...(access.proxy === undefined ? {} : { proxy: access.proxy }),
    ...(access.env === undefined ? {} : { env: access.env }),
    ...(skipped === undefined ? {} : { tls: skipped }),
  });
  const plainHttp =
    access.plainHttp ?? ((insecure || isLoopback(name.registry)) && !(await hasTls(name.registry, fetch, signal)));
  const { needsCredentials = false } = access;
  return openRepository(name, {
    fetch,
    plainHttp,
    signal,
    needsCredentials,
    ...(keychain === undefined ? {} : { keychain }),
  });
}

/** Flux tries TLS first where it may do without. */
async function hasTls(registry: string, fetch: Transport, signal: AbortSignal): Promise<boolean> {
  try {
    const answer = await fetch(new Request(`https://${registry}/v2/`, { signal }));
    await answer.body?.cancel();
    return true;
  } catch {
    return false;
  }
}

/** Turns what the registry said into an error of this room, with other words before it. */
export function registryError(prefix: string, cause: unknown): SourceError {
  const code =
    cause instanceof OciError ? toSourceCode(cause) : cause instanceof SourceError ? cause.code : "Unreachable";
  return new SourceError(code, `${prefix}: ${messageOf(cause)}`, { cause });
}

function toSourceCode(error: OciError) {
  switch (error.code) {
    case "Unauthorized":
      return "AuthenticationFailed";
    case "NotFound":
      return "ReferenceNotFound";
    case "TooLarge":
      return "TooLarge";
    case "InvalidReference":
      return "URLInvalid";
    case "Denied":
    case "Unreachable":
    case "InvalidManifest":
    case "DigestMismatch":
    case "InvalidConfig":
      return "Unreachable";
  }
}
