import { parseDuration } from "../../base/duration.ts";
import { messageOf } from "../../base/errors.ts";
import { isApiError, type KubeObject, type OCIRepository } from "../../api/index.ts";
import {
  cloudKeychain,
  craneText,
  formatReference,
  type Keychain,
  type KnownCredentials,
  OciError,
  parseDockerConfig,
  parseReference,
  type Reference,
  type Repository,
} from "../../oci/index.ts";
import { openRegistry, type RegistryAccess, selectTag } from "../../sources/index.ts";
import type { Context } from "../runtime/index.ts";
import { refuseServiceAccount } from "../source/cloud.ts";
import { fail, FailureError } from "../source/failure.ts";
import type { SourcePorts } from "../source/ports.ts";
import { orFail } from "../source/reconcile.ts";
import { type FoundSecret, readProxy, readSecret, readSecretOf, tlsOf } from "../source/secrets.ts";
import { wantedOf } from "./decide.ts";

export interface Observation {
  readonly repository: Repository;
  /** The registry and the repository in it. */
  readonly scope: string;
  /** `<tag>@sha256:…`, or `sha256:…` where a digest was asked for. */
  readonly revision: string;
  readonly digest: string;
  /** What was asked for, in full. */
  readonly reference: string;
}

/** Asks the registry what the wanted tag or version stands for now. */
export async function observe(
  object: OCIRepository,
  tools: { readonly context: Context; readonly ports: SourcePorts },
): Promise<Observation> {
  const { spec } = object;
  const name = parseRepository(spec.url);
  const repository = await openRegistry(name, await accessTo(object, tools));
  const scope = `${name.registry}/${name.repository}`;
  const wanted = wantedOf(object);
  if (wanted.by === "digest") {
    const { digest } = wanted;
    return { repository, scope, revision: digest, digest, reference: formatReference({ ...name, digest }) };
  }
  const prefix = `failed to determine the artifact tag for '${spec.url}'`;
  const tag =
    wanted.by === "tag"
      ? wanted.tag
      : await orFail({ condition: "FetchFailed", reason: "ReadOperationFailed", prefix }, async () =>
          selectTag(await inFluxsWords(() => repository.tags()), wanted),
        );
  const failed = {
    condition: "FetchFailed",
    reason: "OCIArtifactPullFailed",
    prefix: "failed to determine artifact digest",
  } as const;
  const { digest } = await orFail(failed, () => inFluxsWords(() => repository.resolve(tag)));
  return { repository, scope, revision: `${tag}@${digest}`, digest, reference: formatReference({ ...name, tag }) };
}

/** Flux asks registries with another library than Helm does: it has other words for the same refusals. */
export async function inFluxsWords<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    throw error instanceof OciError ? new OciError(error.code, craneText(error), { cause: error }) : error;
  }
}

function parseRepository(url: string): Reference {
  const wrong = (message: string, cause?: unknown): never =>
    fail(
      {
        condition: "FetchFailed",
        reason: "URLInvalid",
        message: `URL validation failed for '${url}': ${message}`,
        next: "stall",
      },
      cause,
    );
  const path = url.replace(/^oci:\/\/[^/]*\/?/, "");
  if (!/^[a-z0-9_./-]*$/.test(path))
    return wrong(`repository can only contain the characters \`abcdefghijklmnopqrstuvwxyz0123456789_-./\`: ${path}`);
  try {
    return parseReference(url);
  } catch (cause) {
    return wrong(messageOf(cause), cause);
  }
}

async function accessTo(
  object: OCIRepository,
  { context, ports }: { readonly context: Context; readonly ports: SourcePorts },
): Promise<RegistryAccess> {
  const { spec, metadata } = object;
  const { namespace = "" } = metadata;
  const known = await readKeychain(object, context);
  const proxy =
    spec.proxySecretRef === undefined
      ? undefined
      : await readProxy(context, { namespace, name: spec.proxySecretRef.name }, "failed to get proxy address");
  const keychain = known ?? cloudOf(object, { context, ports });
  const certificates =
    spec.certSecretRef === undefined
      ? undefined
      : await readSecretOf(
          context,
          { namespace, name: spec.certSecretRef.name },
          `failed to generate transport for '${spec.url}'`,
        );
  const tls = certificates === undefined ? undefined : tlsOf(certificates.data);
  return {
    timeout: parseDuration(spec.timeout ?? "60s"),
    signal: context.signal,
    ...(spec.insecure === true ? { insecure: true } : {}),
    ...(keychain === undefined ? {} : { keychain, needsCredentials: known === undefined }),
    ...(proxy === undefined ? {} : { proxy }),
    ...(tls === undefined ? {} : { tls }),
  };
}

/** The credentials of this process in a cloud, for a registry there. */
function cloudOf(
  { spec }: OCIRepository,
  { context, ports }: { readonly context: Context; readonly ports: SourcePorts },
): Keychain | undefined {
  const { provider = "generic" } = spec;
  if (provider === "generic") return undefined;
  if (spec.serviceAccountName !== undefined) refuseServiceAccount(ports);
  return cloudKeychain(provider, { ...ports.cloud, signal: context.signal });
}

interface ServiceAccount extends KubeObject {
  readonly imagePullSecrets?: readonly { readonly name: string }[];
}

/** The Docker configurations of the object's Secret, and of its ServiceAccount's pull Secrets. */
async function readKeychain(object: OCIRepository, context: Context): Promise<KnownCredentials | undefined> {
  const { spec, metadata } = object;
  const { namespace = "" } = metadata;
  const names: string[] = [];
  if (spec.secretRef !== undefined) names.push(spec.secretRef.name);
  if (spec.serviceAccountName !== undefined) {
    const reference = { apiVersion: "v1", kind: "ServiceAccount", namespace, name: spec.serviceAccountName };
    const account = await context.client.tryGet<ServiceAccount>(reference, { signal: context.signal });
    if (account === undefined) {
      const message = `failed to get credential: serviceaccount '${namespace}/${spec.serviceAccountName}' not found`;
      fail({ condition: "FetchFailed", reason: "AuthenticationFailed", message });
    }
    names.push(...(account.imagePullSecrets ?? []).map(({ name }) => name));
  }
  const keychains: KnownCredentials[] = [];
  for (const name of names) {
    const prefix = "failed to get credential: failed to get secret";
    const secret = await readSecret(context, { namespace, name }, prefix).catch((error: unknown) => {
      if (error instanceof FailureError && isApiError(error.cause, "NotFound"))
        context.events.record(object, {
          type: "Trace",
          reason: "AuthenticationFailed",
          message: `auth secret '${name}' not found`,
        });
      throw error;
    });
    keychains.push(toKeychain(secret));
  }
  if (keychains.length === 0) return undefined;
  return (registry) => keychains.map((find) => find(registry)).find((found) => found !== undefined);
}

function toKeychain({ name, data }: FoundSecret): KnownCredentials {
  try {
    return parseDockerConfig(data.get(".dockerconfigjson") ?? "{}");
  } catch (cause) {
    const message = `failed to get credential: Secret '${name}': ${messageOf(cause)}`;
    return fail({ condition: "FetchFailed", reason: "AuthenticationFailed", message }, cause);
  }
}
