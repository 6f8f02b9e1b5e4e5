export { type Cluster, type ClusterOptions, createCluster } from "./cluster.ts";
export { humanDuration } from "./registry/columns.ts";
export { StoreError, type StoreErrorCode } from "./errors.ts";
export type { LogSource } from "./http/call.ts";
export { createStore, type StoreOptions } from "./store/store.ts";
export type { Change, Journal, JournalEntry, Snapshot, Store, Stored, Update } from "./store/types.ts";
export {
  createLogs,
  defaultPace,
  type Lifecycle,
  type LifecycleOptions,
  type Pace,
  startLifecycle,
} from "./lifecycle/index.ts";
