import type { DigestAlgorithm } from "../base/node/digest.ts";
import { createArtifactReader } from "../sources/index.ts";
import { helmReleaseController } from "./helmrelease/index.ts";
import { kustomizationController } from "./kustomization/index.ts";
import type { Controller } from "./runtime/index.ts";
import type { ReadArtifact } from "./source/artifact.ts";
import { sourceControllers, type SourceOptions } from "./source/index.ts";
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
export { createTokenRequester } from "./target-cluster.ts";

export interface ControllersOptions extends TargetOptions, SourceOptions {
  /** Only ConfigMaps and Secrets with these labels wake releases, as in Flux. Default: all that a release names. */
  readonly watchConfigs?: { readonly labelled: string };
  readonly noCrossNamespaceRefs?: boolean;
  /** Flux: --http-retry and --http-timeout, in milliseconds, for artifacts that others keep. */
  readonly artifactRetries?: number;
  readonly artifactTimeout?: number;
  /** Flux: --override-manager. */
  readonly overriddenManagers?: readonly string[];
  /** Flux: --snapshot-digest-algo. */
  readonly snapshotDigestAlgorithm?: DigestAlgorithm;
  /** Flux: --feature-gates, those that are on. */
  readonly featureGates?: ReadonlySet<string>;
}

/** Every controller of Flux that Coxswain does the work of, sharing one artifact store in one process. */
export function allControllers(options: ControllersOptions): readonly Controller[] {
  const { store, artifactRetries, artifactTimeout, ...shared } = options;
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
