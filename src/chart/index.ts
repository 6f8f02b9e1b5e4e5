export { offlineCapabilities, parseKubeVersion } from "./capabilities.ts";
export { formatLock, legacyLockDigest, lockDigest } from "./dependencies/lock.ts";
export { processDependencies } from "./dependencies/process.ts";
export { ChartError } from "./errors.ts";
export type { ChartErrorCode } from "./errors.ts";
export { type LintOptions, lintChart } from "./lint/lint.ts";
export type { LintMessage, Severity } from "./lint/message.ts";
export { type ChartLimits, loadChartArchive, readPackedFiles } from "./load/archive.ts";
export { loadChart } from "./node/load-chart.ts";
export { parseValues } from "./load/values-file.ts";
export { chartYaml, packageChart, packageName } from "./package/package.ts";
export { type Keyring, parseKeyring } from "./provenance/keyring.ts";
export { signPackage } from "./provenance/sign.ts";
export { type Verification, verifyPackage } from "./provenance/verify.ts";
export { installOrder, sortByKind, uninstallOrder } from "./render/kind-order.ts";
export {
  hooksForEvent,
  type RenderedFile,
  type SortedManifests,
  sortManifests,
  splitManifests,
} from "./render/manifests.ts";
export { manifestText, renderChart } from "./render/render.ts";
export { chartCrds } from "./render/crds.ts";
export { validateValues } from "./schema/validate-values.ts";
export { type Dialect, parseSetInto } from "./set-flags/parse.ts";
export type * from "./types.ts";
export { coalesceTables, coalesceValues, mergeTables, mergeValues } from "./values/coalesce.ts";
export { copyMap, mergeMaps, type MutableMap, type MutableValue } from "./values/maps.ts";
