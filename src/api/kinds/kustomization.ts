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
const text = t.optional(t.string());
const affix = t.optional(t.string({ minLength: 1, maxLength: 200 }));

const postBuild = t.object({
  substitute: t.optional(t.map(t.string())),
  substituteFrom: t.optional(
    t.array(
      t.object({
        kind: t.oneOf(["Secret", "ConfigMap"]),
        name: resourceName,
        optional: t.optional(t.boolean({ default: false })),
      }),
    ),
  ),
  substituteStrategy: t.optional(t.oneOf(["WithVariables", "Always"])),
});

const spec = t.object({
  buildMetadata: t.optional(t.array(t.oneOf(["originAnnotations", "transformerAnnotations"]))),
  commonMetadata: t.optional(labelsAndAnnotations),
  components: t.optional(t.array(t.string())),
  decryption: t.optional(
    t.object({ provider: t.oneOf(["sops"]), secretRef: t.optional(localReference), serviceAccountName: text }),
  ),
  deletionPolicy: t.optional(t.oneOf(["MirrorPrune", "Delete", "WaitForTermination", "Orphan"])),
  dependsOn: t.optional(dependsOn),
  force: t.optional(t.boolean({ default: false })),
  healthCheckExprs: t.optional(healthCheckExprs),
  healthChecks: t.optional(
    t.array(t.object({ apiVersion: text, kind: t.string(), name: t.string(), namespace: text })),
  ),
  ignore: t.optional(ignoreRules),
  ignoreMissingComponents: flag,
  images: t.optional(images),
  interval: duration,
  kubeConfig: t.optional(kubeConfig),
  namePrefix: affix,
  nameSuffix: affix,
  patches: t.optional(patches),
  path: text,
  postBuild: t.optional(postBuild),
  prune: t.boolean(),
  retryInterval: t.optional(duration),
  serviceAccountName: text,
  sourceRef: t.object({
    apiVersion: text,
    kind: t.oneOf(["OCIRepository", "GitRepository", "Bucket", "ExternalArtifact"]),
    name: t.string(),
    namespace: text,
  }),
  suspend: flag,
  targetNamespace: t.optional(namespaceName),
  timeout: t.optional(duration),
  wait: flag,
});

const status = t.object(
  {
    ...handled,
    history: t.optional(
      t.array(
        t.object({
          digest: t.string(),
          firstReconciled: t.time(),
          lastReconciled: t.time(),
          lastReconciledDuration: t.string(),
          lastReconciledStatus: t.string(),
          metadata: t.optional(t.map(t.string())),
          totalReconciliations: int64,
        }),
      ),
    ),
    inventory: t.optional(inventory),
    lastAppliedOriginRevision: text,
    lastAppliedRevision: text,
    lastAttemptedRevision: text,
  },
  neverObserved,
);

/** A directory of manifests in a source, applied to the cluster. */
export const Kustomization = defineKind({
  group: "kustomize.toolkit.fluxcd.io",
  version: "v1",
  kind: "Kustomization",
  plural: "kustomizations",
  shortNames: ["ks"],
  categories: applierCategories,
  namespaced: true,
  columns: [ageColumn, readyColumn, statusColumn],
  annotations: notSubstituted,
  spec,
  status,
});
export type Kustomization = ObjectOf<typeof Kustomization>;
