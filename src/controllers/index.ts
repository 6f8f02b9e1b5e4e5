import type { Client } from "../kube/index.ts";
import type { ArtifactStore } from "../sources/index.ts";
import { helmReleaseController } from "./helmrelease/index.ts";
import { kustomizationController } from "./kustomization/index.ts";
import type { Controller } from "./runtime/index.ts";
import { sourceControllers } from "./source/index.ts";

export {
  type Controllers,
  type ReconcileReport,
  requestedAtAnnotation,
  runControllers,
  type RuntimeOptions,
} from "./runtime/index.ts";
export type { Controller, Log } from "./runtime/index.ts";

/** Every controller of Flux that Coxswain does the work of, sharing one artifact store in one process. */
export function allControllers(options: {
  readonly store: ArtifactStore;
  readonly noCrossNamespaceRefs?: boolean;
  readonly clientAs?: (user: string) => Client;
}): readonly Controller[] {
  const { store, noCrossNamespaceRefs = false, clientAs } = options;
  const shared = { readArtifact: store.read, noCrossNamespaceRefs };
  const releases = { ...shared, ...(clientAs === undefined ? {} : { clientAs }) };
  return [
    ...sourceControllers({ store }),
    helmReleaseController(releases) as unknown as Controller,
    kustomizationController(shared) as unknown as Controller,
  ];
}
