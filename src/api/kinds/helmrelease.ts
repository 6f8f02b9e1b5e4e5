import type { Values } from "../../base/value.ts";
import { defineKind, type ObjectOf } from "../kind.ts";
import { t } from "../schema.ts";
import {
  ageColumn,
  applierCategories,
  dependsOn,
  duration,
  handled,
  healthCheckExprs,
  ignoreRules,
  images,
  int64,
  inventory,
  kubeConfig,
  labelsAndAnnotations,
  localReference,
  namespaceName,
  neverObserved,
  notSubstituted,
  patches,
  readyColumn,
  resourceName,
  statusColumn,
} from "./shared.ts";

const flag = t.optional(t.boolean());
const timeout = t.optional(duration);
const applyMode = t.optional(t.oneOf(["enabled", "disabled", "auto"]));
const crds = t.optional(t.oneOf(["Skip", "Create", "CreateReplace"]));
const strategyNames = t.oneOf(["RemediateOnFailure", "RetryOnFailure"]);
const strategyFields = { name: strategyNames, retryInterval: timeout } as const;

const chart = t.object({
  metadata: t.optional(labelsAndAnnotations),
  spec: t.object({
    chart: t.string({ minLength: 1, maxLength: 2048 }),
    ignoreMissingValuesFiles: flag,
    interval: timeout,
    reconcileStrategy: t.optional(t.oneOf(["ChartVersion", "Revision"], { default: "ChartVersion" })),
    sourceRef: t.object({
      apiVersion: t.optional(t.string()),
      kind: t.oneOf(["HelmRepository", "GitRepository", "Bucket"]),
      name: resourceName,
      namespace: t.optional(namespaceName),
    }),
    valuesFiles: t.optional(t.array(t.string())),
    verify: t.optional(
      t.object({
        provider: t.oneOf(["cosign", "notation"], { default: "cosign" }),
        secretRef: t.optional(localReference),
      }),
    ),
    version: t.optional(t.string({ default: "*" })),
  }),
});

const chartRef = t.object({
  apiVersion: t.optional(t.string()),
  kind: t.oneOf(["OCIRepository", "HelmChart", "ExternalArtifact"]),
  name: resourceName,
  namespace: t.optional(namespaceName),
});

const install = t.object({
  crds,
  createNamespace: flag,
  disableHooks: flag,
  disableOpenAPIValidation: flag,
  disableSchemaValidation: flag,
  disableTakeOwnership: flag,
  disableWait: flag,
  disableWaitForJobs: flag,
  remediation: t.optional(
    t.object({ ignoreTestFailures: flag, remediateLastFailure: flag, retries: t.optional(t.integer()) }),
  ),
  replace: flag,
  serverSideApply: flag,
  skipCRDs: flag,
  strategy: t.optional(
    t.object(strategyFields, {
      rules: [
        {
          rule: "!has(self.retryInterval) || self.name != 'RemediateOnFailure'",
          message: ".retryInterval cannot be set when .name is 'RemediateOnFailure'",
        },
      ],
    }),
  ),
  timeout,
});

const upgrade = t.object({
  chartNameChangeStrategy: t.optional(t.oneOf(["InPlaceUpdate", "Reinstall"])),
  cleanupOnFail: flag,
  crds,
  disableHooks: flag,
  disableOpenAPIValidation: flag,
  disableSchemaValidation: flag,
  disableTakeOwnership: flag,
  disableWait: flag,
  disableWaitForJobs: flag,
  force: flag,
  preserveValues: flag,
  remediation: t.optional(
    t.object({
      ignoreTestFailures: flag,
      remediateLastFailure: flag,
      retries: t.optional(t.integer()),
      strategy: t.optional(t.oneOf(["rollback", "uninstall"])),
    }),
  ),
  serverSideApply: applyMode,
  strategy: t.optional(
    t.object(strategyFields, {
      rules: [
        {
          rule: "!has(self.retryInterval) || self.name == 'RetryOnFailure'",
          message: ".retryInterval can only be set when .name is 'RetryOnFailure'",
        },
      ],
    }),
  ),
  timeout,
});

const test = t.object({
  enable: flag,
  filters: t.optional(t.array(t.object({ exclude: flag, name: resourceName }))),
  ignoreFailures: flag,
  timeout,
});

const rollback = t.object({
  cleanupOnFail: flag,
  disableHooks: flag,
  disableWait: flag,
  disableWaitForJobs: flag,
  force: flag,
  recreate: flag,
  serverSideApply: applyMode,
  timeout,
});

const uninstall = t.object({
  deletionPropagation: t.optional(t.oneOf(["background", "foreground", "orphan"], { default: "background" })),
  disableHooks: flag,
  disableWait: flag,
  keepHistory: flag,
  timeout,
});

const valuesFrom = t.array(
  t.object({
    kind: t.oneOf(["Secret", "ConfigMap"]),
    literal: flag,
    name: resourceName,
    optional: flag,
    targetPath: t.optional(t.string({ maxLength: 250, pattern: "^([a-zA-Z0-9_\\-.\\\\\\/]|\\[[0-9]{1,5}\\])+$" })),
    valuesKey: t.optional(t.string({ maxLength: 253, pattern: "^[\\-._a-zA-Z0-9]+$" })),
  }),
);

const spec = t.object(
  {
    chart: t.optional(chart),
    chartRef: t.optional(chartRef),
    commonMetadata: t.optional(labelsAndAnnotations),
    dependsOn: t.optional(dependsOn),
    driftDetection: t.optional(
      t.object({ ignore: t.optional(ignoreRules), mode: t.optional(t.oneOf(["enabled", "warn", "disabled"])) }),
    ),
    healthCheckExprs: t.optional(healthCheckExprs),
    install: t.optional(install),
    interval: duration,
    kubeConfig: t.optional(kubeConfig),
    maxHistory: t.optional(t.integer()),
    persistentClient: flag,
    postRenderStrategy: t.optional(t.oneOf(["nohooks", "combined", "separate"])),
    postRenderers: t.optional(
      t.array(
        t.object({
          kustomize: t.optional(t.object({ images: t.optional(images), patches: t.optional(patches) })),
        }),
      ),
    ),
    releaseName: t.optional(t.string({ minLength: 1, maxLength: 53 })),
    rollback: t.optional(rollback),
    serviceAccountName: t.optional(resourceName),
    storageNamespace: t.optional(namespaceName),
    suspend: flag,
    targetNamespace: t.optional(namespaceName),
    test: t.optional(test),
    timeout,
    uninstall: t.optional(uninstall),
    upgrade: t.optional(upgrade),
    values: t.optional(t.preserveUnknown<Values>()),
    valuesFrom: t.optional(valuesFrom),
    waitStrategy: t.optional(t.object({ name: t.oneOf(["poller", "legacy"]) })),
  },
  {
    rules: [
      {
        rule: "(has(self.chart) && !has(self.chartRef)) || (!has(self.chart) && has(self.chartRef))",
        message: "either chart or chartRef must be set",
      },
    ],
  },
);

const text = t.optional(t.string());

/** One release as it was stored, newest first by convention (sort by version before use). */
const snapshot = t.object({
  action: text,
  apiVersion: text,
  appVersion: text,
  chartName: t.string(),
  chartVersion: t.string(),
  configDigest: t.string(),
  deleted: t.optional(t.time()),
  digest: t.string(),
  firstDeployed: t.time(),
  lastDeployed: t.time(),
  name: t.string(),
  namespace: t.string(),
  ociDigest: text,
  status: t.string(),
  testHooks: t.optional(
    t.map(t.object({ lastCompleted: t.optional(t.time()), lastStarted: t.optional(t.time()), phase: text })),
  ),
  version: t.integer(),
});

const count = t.optional(int64);

const status = t.object(
  {
    ...handled,
    failures: count,
    helmChart: text,
    history: t.optional(t.array(snapshot)),
    installFailures: count,
    inventory: t.optional(inventory),
    lastAttemptedConfigDigest: text,
    lastAttemptedGeneration: count,
    lastAttemptedReleaseAction: t.optional(t.oneOf(["install", "upgrade"])),
    lastAttemptedReleaseActionDuration: text,
    lastAttemptedRevision: text,
    lastAttemptedRevisionDigest: text,
    lastAttemptedValuesChecksum: text,
    lastHandledForceAt: text,
    lastHandledResetAt: text,
    lastReleaseRevision: t.optional(t.integer()),
    observedCommonMetadataDigest: text,
    observedPostRenderersDigest: text,
    storageNamespace: t.optional(namespaceName),
    upgradeFailures: count,
  },
  neverObserved,
);

/** A Helm release that the cluster keeps equal to what the object says. */
export const HelmRelease = defineKind({
  group: "helm.toolkit.fluxcd.io",
  version: "v2",
  kind: "HelmRelease",
  plural: "helmreleases",
  shortNames: ["hr"],
  categories: applierCategories,
  namespaced: true,
  columns: [ageColumn, readyColumn, statusColumn],
  annotations: notSubstituted,
  spec,
  status,
});
export type HelmRelease = ObjectOf<typeof HelmRelease>;
