export {
  runControllers,
  type Controllers,
  type RuntimeOptions,
} from "./controller.ts";
export { applyObject, type Applied, subjectOf } from "./apply.ts";
export { parseAddress, serveEndpoints } from "./endpoints.ts";
export { overriddenBy, replaceManagers } from "./field-managers.ts";
export { identityOf } from "./identity.ts";
export { describeTrigger, triggerOf } from "./interruption.ts";
export { isGateOn, parseFeatureGates } from "./feature-gates.ts";
export { watchMemory } from "./memory-watch.ts";
export { createMetrics, type Metrics, type ReconcileReport } from "./metrics.ts";
export { createTokenCache, type Expiring, type TokenCache, type TokenObserver } from "./token-cache.ts";
export {
  fluxFinalizer,
  hasFinalizer,
  requestedAt,
  requestedAtAnnotation,
  writeFinalizer,
  writeStatus,
} from "./status.ts";
export type * from "./types.ts";
export { waitUntilReady } from "./wait.ts";
