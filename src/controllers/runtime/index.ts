export {
  isRequest,
  runControllers,
  type Controllers,
  type RuntimeOptions,
} from "./controller.ts";
export { applyObject, type Applied, subjectOf } from "./apply.ts";
export { parseAddress, serveEndpoints } from "./endpoints.ts";
export type { NotificationOptions } from "./notification.ts";
export { createEventRecorder } from "./events.ts";
export { overriddenBy, replaceManagers } from "./field-managers.ts";
export { identityOf } from "./identity.ts";
export { describeTrigger, type Trigger, triggerOf } from "./interruption.ts";
export { isGateOn, parseFeatureGates } from "./feature-gates.ts";
export { type MemoryWatch, watchMemory } from "./memory-watch.ts";
export { createMetrics, type Metrics, type Observer, type ReconcileReport } from "./metrics.ts";
export { createTokenCache, type Expiring, type TokenCache, type TokenObserver } from "./token-cache.ts";
export { createQueue, type Queue, type QueueOptions } from "./queue.ts";
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
