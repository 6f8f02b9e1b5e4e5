import type { DigestAlgorithm } from "../base/node/digest.ts";
import { createArtifactReader } from "../sources/index.ts";
import { helmReleaseController } from "./helmrelease/index.ts";
import { kustomizationController } from "./kustomization/index.ts";
import { type Controller, createTokenCache, type TokenObserver } from "./runtime/index.ts";
import type { ReadArtifact } from "./source/artifact.ts";
import { processCloud } from "./source/cloud.ts";
import { sourceControllers, type SourceOptions } from "./source/index.ts";
import type { ClusterAccess } from "./target-cloud.ts";
import type { TargetOptions } from "./target-cluster.ts";

export {
  createMetrics,
  type Metrics,
  parseAddress,
  serveEndpoints,
  parseFeatureGates,
  type Controllers,
  type ReconcileReport,
  requestedAtAnnotation,
  runControllers,
  type RuntimeOptions,
  watchMemory,
} from "./runtime/index.ts";
export type { Controller, Log } from "./runtime/index.ts";
export { createTokenRequester } from "./token-request.ts";

export interface ControllersOptions extends TargetOptions, SourceOptions {
  /** Only ConfigMaps and Secrets with these labels wake releases, as in Flux. Default: all that a release names. */
  readonly watchConfigs?: { readonly labelled: string };
  readonly noCrossNamespaceRefs?: boolean;
  /** Flux: --http-retry and --http-timeout, in milliseconds, for artifacts that others keep. */
  readonly artifactRetries?: number;
  readonly artifactTimeout?: number;
  /** Flux: --token-cache-max-size and --token-cache-max-duration, for tokens by which other clusters are reached. */
  readonly tokenCacheSize?: number;
  readonly tokenCacheDuration?: number;
  readonly tokenObserver?: TokenObserver;
  /** Flux: --sops-age-secret, for Kustomizations whose decryption names no Secret. */
  readonly sopsAgeSecret?: { readonly namespace: string; readonly name: string };
  /** Flux: --override-manager. */
  readonly overriddenManagers?: readonly string[];
  /** Flux: --snapshot-digest-algo. */
  readonly snapshotDigestAlgorithm?: DigestAlgorithm;
  /** Flux: --feature-gates, those that are on. */
  readonly featureGates?: ReadonlySet<string>;
}

/** Every controller of Flux that Coxswain does the work of, sharing one artifact store in one process. */
export function allControllers(options: ControllersOptions): readonly Controller[] {
  const {
    store,
    artifactRetries,
    artifactTimeout,
    tokenCacheSize = 100,
    tokenCacheDuration,
    tokenObserver,
    ...given
  } = options;
  const { cloud = processCloud() } = options;
  const tokens = createTokenCache<ClusterAccess>({
    maxSize: tokenCacheSize,
    maxDuration: tokenCacheDuration ?? 3_600_000,
    now: cloud.now,
    observer: tokenObserver,
  });
  const shared = { ...given, cloud, tokens };
  const download = createArtifactReader({
    ...(artifactRetries === undefined ? {} : { retries: artifactRetries }),
    ...(artifactTimeout === undefined ? {} : { timeout: artifactTimeout }),
  });
  const readArtifact: ReadArtifact = (artifact, { kind, signal }) =>
    kind === "ExternalArtifact" ? download(artifact, signal) : store.read(artifact);
  const reading = { ...shared, readArtifact };
  return [
    ...sourceControllers(options),
    helmReleaseController(reading) as unknown as Controller,
    kustomizationController(reading) as unknown as Controller,
  ];
}
