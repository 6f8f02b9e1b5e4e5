import { parseDuration } from "../../base/duration.ts";
import type { HelmRepository } from "../../api/index.ts";
import {
  createTransport,
  type FetchedIndex,
  fetchIndex,
  normalizeRepositoryUrl,
  type RepositoryAccess,
} from "../../sources/index.ts";
import type { Context } from "../runtime/index.ts";
import { fail } from "../source/failure.ts";
import type { SourcePorts } from "../source/ports.ts";
import { orFail } from "../source/reconcile.ts";
import { basicCredentialsOf, readSecret, tlsOf } from "../source/secrets.ts";

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
  const access = await accessTo(repository, context);
  const prefix = "failed to fetch Helm repository index: failed to cache index to temporary file";
  return orFail({ condition: "FetchFailed", reason: "Failed", prefix }, () =>
    fetchIndex(access, ports.helmIndexMaxSize),
  );
}

/** How a repository is spoken to: its URL, and what its Secrets say. */
export async function accessTo(repository: HelmRepository, context: Context): Promise<RepositoryAccess> {
  const { spec, metadata } = repository;
  const { namespace = "" } = metadata;
  let tls: ReturnType<typeof tlsOf>;
  if (spec.certSecretRef !== undefined) {
    const { name } = spec.certSecretRef;
    tls = tlsOf(await readSecret(context, { namespace, name }, "failed to get TLS authentication secret"));
  }
  let credentials: ReturnType<typeof basicCredentialsOf>;
  if (spec.secretRef !== undefined) {
    const { name } = spec.secretRef;
    const secret = await readSecret(context, { namespace, name }, "failed to get authentication secret");
    credentials = basicCredentialsOf(secret);
    tls ??= tlsOf(secret);
  }
  return {
    url: spec.url,
    transport: createTransport(tls === undefined ? {} : { tls }),
    timeout: parseDuration(spec.timeout ?? "60s"),
    signal: context.signal,
    ...(credentials === undefined ? {} : { credentials }),
    ...(spec.passCredentials === true ? { passCredentials: true } : {}),
  };
}
