export type { ServerSideApply } from "./apply-method.ts";
export { assertReachable, createLookup, readApiVersions } from "./capabilities.ts";
export type { HookLogs, Log, LogEntry, Milliseconds, ReleaseContext, WaitProgress } from "./context.ts";
export { decodeRecord, encodeRecord } from "./codec.ts";
export { decodeRecordJson } from "./decode.ts";
export { applyCrds, type CrdPolicy } from "./crds.ts";
export { configDigest, snapshotDigest } from "./digest.ts";
export { hasCode, ReleaseError, type ReleaseErrorCode } from "./errors.ts";
export { encodeRecordJson } from "./encode.ts";
export { encodeValue as encodeGoJson } from "./go-json.ts";
export { install, type InstallOptions } from "./install.ts";
export { type Inventory, type InventoryEntry, inventoryId, inventoryOf } from "./inventory.ts";
export { buildObjects, type ReleaseObject, referenceOf } from "./objects.ts";
export { withOwnership } from "./ownership.ts";
export {
  type HookExecution,
  isPending,
  type RecordedChart,
  type RecordedFile,
  type RecordedHook,
  type ReleaseInfo,
  type ReleaseRecord,
  type ReleaseStatus,
  recordKey,
  type Timestamp,
  timestamp,
  withStatus,
} from "./record.ts";
export { toChart } from "./recorded-chart.ts";
export { releaseNameProblem } from "./release-name.ts";
export type { DryRun, RenderSettings } from "./render.ts";
export { rollback, type RollbackOptions } from "./rollback.ts";
export { createConfigMapStorage, createSecretStorage } from "./storage/drivers.ts";
export { deployedRelease, deployedReleases, lastRelease, sortByRevision } from "./storage/history.ts";
export { customLabels } from "./storage/labels.ts";
export { createMemoryStorage } from "./storage/memory-driver.ts";
export type { ObjectStorageOptions } from "./storage/object-driver.ts";
export { observeStorage } from "./storage/observer.ts";
export type { Storage } from "./storage/types.ts";
export { startTest, test, type TestOptions, type TestResult } from "./test-hooks.ts";
export { uninstall, type UninstallOptions, type UninstallResult } from "./uninstall.ts";
export { unlock, type Unlocked } from "./unlock.ts";
export { upgrade, type UpgradeOptions, type ValuesPolicy } from "./upgrade.ts";
export { createWaiter, type Waiter, type WaitStrategy } from "./wait.ts";
export { explainRelease, formatReasons, reasonsOf } from "./why.ts";
