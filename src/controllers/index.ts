import type { ArtifactStore } from "../sources/index.ts";
import { helmReleaseController } from "./helmrelease/index.ts";
import { kustomizationController } from "./kustomization/index.ts";
import type { Controller } from "./runtime/index.ts";
import { sourceControllers } from "./source/index.ts";
import type { TargetOptions } from "./target-cluster.ts";

export {
  type Controllers,
  type ReconcileReport,
  requestedAtAnnotation,
  runControllers,
  type RuntimeOptions,
} from "./runtime/index.ts";
export type { Controller, Log } from "./runtime/index.ts";
export { createTokenRequester } from "./target-cluster.ts";

export interface ControllersOptions extends TargetOptions {
  readonly store: ArtifactStore;
  readonly noCrossNamespaceRefs?: boolean;
  /** Flux: --feature-gates, those that are on. */
  readonly featureGates?: ReadonlySet<string>;
}

/** Every controller of Flux that Coxswain does the work of, sharing one artifact store in one process. */
export function allControllers(options: ControllersOptions): readonly Controller[] {
  const { store, ...shared } = options;
  const reading = { ...shared, readArtifact: store.read };
  return [
    ...sourceControllers({ store }),
    helmReleaseController(reading) as unknown as Controller,
    kustomizationController(reading) as unknown as Controller,
  ];
}
