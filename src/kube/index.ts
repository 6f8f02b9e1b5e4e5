export { createWatchCache, type WatchCacheOptions } from "./cache.ts";
export { type ClientOptions, createClient, type Impersonation } from "./client.ts";
export * from "./errors.ts";
export { acquireLease, type HeldLease, type LeaseOptions } from "./lease.ts";
export { type Readiness, type ReadinessOptions, readinessOf } from "./readiness.ts";
export { type ExplainOptions, explainUnready, type UnreadyReason } from "./reasons.ts";
export type { Sleep } from "./throttle.ts";
export type * from "./types.ts";
export {
  type SetTimer,
  waitDeleted,
  type WaitedFor,
  type WaitOptions,
  waitReady,
  type WaitResult,
  type WaitTarget,
} from "./wait.ts";
