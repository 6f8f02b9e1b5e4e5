import { isApiError, type KubeObject, type Kustomization, type ObjectReference } from "../../api/index.ts";
import { parseDuration } from "../../base/duration.ts";
import { CodedError, messageOf } from "../../base/errors.ts";
import { readTarGz } from "../../base/node/tar.ts";
import type { Artifact } from "../../sources/index.ts";
import type { Concealer } from "../concealment.ts";
import { ExpressionError, isReadyByExpression, terminalPrefix } from "../expressions.ts";
import { identityOf, type Context } from "../runtime/index.ts";
import type { ReadArtifact } from "../source/artifact.ts";
import type { TargetOptions } from "../target-cluster.ts";
import { DecryptionError, type DecryptionKeys, readKeys } from "./decryption/index.ts";
import { whyDependencyNotReady } from "./decide.ts";

/** Why a Kustomization can not go on; the code is the reason of its Ready condition. */
export class KustomizationError extends CodedError<
  | "ArtifactFailed"
  | "DependencyNotReady"
  | "BuildFailed"
  | "ReconciliationFailed"
  | "PruneFailed"
  | "HealthCheckFailed"
  | "HealthCheckCanceled"
  | "AccessDenied"
  | "InvalidCELExpression"
  | "FeatureGateDisabled"
> {}

export interface KustomizationOptions extends TargetOptions {
  /** Flux: --sops-age-secret, for objects whose decryption names no Secret. */
  readonly sopsAgeSecret?: { readonly namespace: string; readonly name: string };
  /** Flux: --override-manager. */
  readonly overriddenManagers?: readonly string[];
  /** Flux: --feature-gates, those that are on. */
  readonly featureGates?: ReadonlySet<string>;
  readonly readArtifact: ReadArtifact;
  readonly requeueDependency?: number; // milliseconds; Flux: --requeue-dependency
  readonly noCrossNamespaceRefs?: boolean;
}

const maxTreeBytes = 512 << 20;
const maxTreeFiles = 100_000;

export function sourceReferenceOf(object: Kustomization): ObjectReference & { readonly namespace: string } {
  const { sourceRef } = object.spec;
  const namespace = sourceRef.namespace ?? identityOf(object).namespace;
  return {
    apiVersion: sourceRef.apiVersion ?? "source.toolkit.fluxcd.io/v1",
    kind: sourceRef.kind,
    namespace,
    name: sourceRef.name,
  };
}

/** The time an apply and its health checks may take. Flux: the timeout, else the interval less half a minute, and half a minute at least. */
export function timeoutOf({ spec }: Kustomization): number {
  if (spec.timeout !== undefined) return parseDuration(spec.timeout);
  return Math.max(30_000, parseDuration(spec.interval) - 30_000);
}

/** The artifact of the source. Throws KustomizationError while there is none. */
export async function readSource(
  object: Kustomization,
  context: Context,
  options: KustomizationOptions,
): Promise<Artifact> {
  const reference = sourceReferenceOf(object);
  const { kind, namespace, name } = reference;
  if (options.noCrossNamespaceRefs === true && namespace !== identityOf(object).namespace)
    throw new KustomizationError(
      "AccessDenied",
      `can't access '${kind}/${namespace}/${name}', cross-namespace references have been blocked`,
    );
  if (kind === "ExternalArtifact" && options.featureGates?.has("ExternalArtifact") !== true)
    throw new KustomizationError(
      "AccessDenied",
      `can't access '${kind}/${namespace}/${name}', ExternalArtifact feature gate is disabled`,
    );
  let source: KubeObject | undefined;
  try {
    source = (await context.cache.kind({ apiVersion: reference.apiVersion, kind }, context.scope)).get({
      namespace,
      name,
    });
  } catch (error) {
    if (!isApiError(error, "NoMatch")) throw error;
  }
  if (source === undefined)
    throw new KustomizationError("ArtifactFailed", `Source '${kind}/${namespace}/${name}' not found`);
  const { artifact } = (source.status ?? {}) as { readonly artifact?: Artifact };
  if (artifact === undefined)
    throw new KustomizationError("ArtifactFailed", "Source artifact not found, retrying in 30s");
  return artifact;
}

/** Throws KustomizationError for the first dependency that does not let the object go on. */
export async function checkDependencies(
  object: Kustomization,
  artifact: Artifact,
  context: Context,
  { featureGates }: Pick<KustomizationOptions, "featureGates">,
): Promise<void> {
  const own = sourceReferenceOf(object);
  for (const dependency of object.spec.dependsOn ?? []) {
    const namespace = dependency.namespace ?? identityOf(object).namespace;
    const found = await context.client.tryGet<Kustomization>({
      apiVersion: object.apiVersion,
      kind: object.kind,
      namespace,
      name: dependency.name,
    });
    const { readyExpr = "" } = dependency;
    if (found !== undefined && readyExpr !== "") {
      assertReady(readyExpr, { self: object, dep: found, key: `${namespace}/${dependency.name}` });
      // Flux: an expression stands for the usual look, unless the gate makes it come on top.
      if (featureGates?.has("AdditiveCELDependencyCheck") !== true) continue;
    }
    const other = found === undefined ? undefined : sourceReferenceOf(found);
    const isSameSource =
      other !== undefined && other.kind === own.kind && other.namespace === own.namespace && other.name === own.name;
    const why = whyDependencyNotReady(`${namespace}/${dependency.name}`, found, {
      isSameSource,
      current: artifact.revision,
    });
    if (why !== undefined) throw new KustomizationError("DependencyNotReady", why);
  }
}

function assertReady(
  readyExpr: string,
  { key, ...objects }: { readonly self: Kustomization; readonly dep: Kustomization; readonly key: string },
): void {
  let isReady: boolean;
  try {
    isReady = isReadyByExpression(readyExpr, objects);
  } catch (error) {
    if (error instanceof ExpressionError)
      throw new KustomizationError(error.code, terminalPrefix + error.message, { cause: error });
    throw new KustomizationError("DependencyNotReady", messageOf(error), { cause: error });
  }
  if (!isReady)
    throw new KustomizationError("DependencyNotReady", `dependency '${key}' is not ready according to readyExpr eval`);
}

/** The variables of `postBuild`: what `substituteFrom` names, in its order, then the inline ones. Throws KustomizationError. */
export async function readVariables(
  object: Kustomization,
  context: Context,
  concealer: Concealer,
): Promise<Readonly<Record<string, string>>> {
  const { substituteFrom = [], substitute = {} } = object.spec.postBuild ?? {};
  const { namespace } = identityOf(object);
  const variables = new Map<string, string>();
  for (const { kind, name, optional } of substituteFrom) {
    let found: KubeObject;
    try {
      found = await context.client.get({ apiVersion: "v1", kind, namespace, name }, { signal: context.signal });
    } catch (error) {
      if (optional === true && isApiError(error, "NotFound")) continue;
      const message = `substitute from '${kind}/${name}' error: ${messageOf(error)}`;
      throw new KustomizationError("BuildFailed", message, { cause: error });
    }
    if (kind === "Secret") concealer.add(found);
    for (const [key, value] of Object.entries((found.data ?? {}) as Readonly<Record<string, string>>))
      variables.set(key, kind === "Secret" ? Buffer.from(value, "base64").toString("utf8") : value);
  }
  return Object.fromEntries([...variables, ...Object.entries(substitute)]);
}

const decryptionGate =
  "to use spec.decryption.serviceAccountName for decryption authentication please enable the ObjectLevelWorkloadIdentity feature gate in the controller";

/** Throws KustomizationError where a ServiceAccount is to decrypt, and may not. */
export function checkDecryption({ spec }: Kustomization, { featureGates }: KustomizationOptions): void {
  if ((spec.decryption?.serviceAccountName ?? "") === "") return;
  if (featureGates?.has("ObjectLevelWorkloadIdentity") !== true)
    throw new KustomizationError("FeatureGateDisabled", decryptionGate);
  throw new KustomizationError(
    "BuildFailed",
    "spec.decryption.serviceAccountName is not supported: keys are in a Secret",
  );
}

/** The keys that `decryption` names; undefined where nothing is to be decrypted. Throws KustomizationError. */
export async function readDecryptionKeys(
  object: Kustomization,
  context: Context,
  { concealer, sopsAgeSecret }: KustomizationOptions & { readonly concealer: Concealer },
): Promise<DecryptionKeys | undefined> {
  const { decryption } = object.spec;
  if (decryption === undefined) return undefined;
  const own = decryption.secretRef;
  const reference = own === undefined ? sopsAgeSecret : { namespace: identityOf(object).namespace, name: own.name };
  if (reference === undefined) return await readKeys({}, (name) => name);
  const kind = own === undefined ? "sops SOPS age decryption Secret" : "sops decryption Secret";
  const subject = `${kind} '${reference.namespace}/${reference.name}'`;
  try {
    const secret = await context.client.get(
      { apiVersion: "v1", kind: "Secret", ...reference },
      { signal: context.signal },
    );
    concealer.add(secret);
    const data = Object.entries((secret.data ?? {}) as Readonly<Record<string, string>>)
      // Flux: what everybody may use are keys of age alone.
      .filter(([name]) => own !== undefined || name.endsWith(".agekey"))
      .map(([name, value]) => [name, Buffer.from(value, "base64")] as const);
    return await readKeys(Object.fromEntries(data), (name) => `failed to import '${name}' data from ${subject}`);
  } catch (cause) {
    const isPlain = isApiError(cause, "NotFound") || cause instanceof DecryptionError;
    const message = isPlain ? messageOf(cause) : `cannot get ${subject}: ${messageOf(cause)}`;
    throw new KustomizationError("BuildFailed", message, { cause });
  }
}

/** The files of an object's artifact by their path. */
export async function readTree(
  { spec }: Kustomization,
  artifact: Artifact,
  { context, options }: { readonly context: Context; readonly options: KustomizationOptions },
): Promise<ReadonlyMap<string, Uint8Array>> {
  try {
    const bytes = await options.readArtifact(artifact, { kind: spec.sourceRef.kind, signal: context.signal });
    const entries = readTarGz(bytes, { maxBytes: maxTreeBytes, maxEntries: maxTreeFiles });
    return new Map(
      entries.flatMap((entry) =>
        entry.type === "file" ? [[entry.path.replace(/^\.\//, ""), entry.content] as const] : [],
      ),
    );
  } catch (error) {
    throw new KustomizationError("ArtifactFailed", messageOf(error), { cause: error });
  }
}
