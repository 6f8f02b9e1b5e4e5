export { createWatchCache, type WatchCacheOptions } from "./cache.ts";
export { type ClientOptions, createClient, type Impersonation } from "./client.ts";
export * from "./errors.ts";
export type { Sleep } from "./throttle.ts";
export type * from "./types.ts";
export { type Readiness, type ReadinessOptions, readinessOf } from "./readiness.ts";
export {
  type SetTimer,
  waitDeleted,
  type WaitedFor,
  type WaitOptions,
  waitReady,
  type WaitResult,
  type WaitTarget,
} from "./wait.ts";
