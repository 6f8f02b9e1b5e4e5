// What the kinds of Flux have in common.
import { t } from "../schema.ts";
import type { PrinterColumn } from "../kind.ts";

/** A Go duration such as `1h30m`. */
export const duration = t.string({ pattern: "^([0-9]+(\\.[0-9]+)?(ms|s|m|h))+$" });

const shortDurationPattern = "^([0-9]+(\\.[0-9]+)?(ms|s|m))+$";
/** A duration of a network operation: Flux's sources do not allow hours here. */
export const shortDuration = t.string({ pattern: shortDurationPattern });
export const shortDurationOf60s = t.string({ pattern: shortDurationPattern, default: "60s" });

/** A name in the namespace of the object. */
export const localReference = t.object({ name: t.string() });

export const int64 = t.integer({ format: "int64" });
export const resourceName = t.string({ minLength: 1, maxLength: 253 });
export const namespaceName = t.string({ minLength: 1, maxLength: 63 });

export const conditions = t.array(
  t.object({
    type: t.string({
      maxLength: 316,
      pattern:
        "^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])$",
    }),
    status: t.oneOf(["True", "False", "Unknown"]),
    observedGeneration: t.optional(t.integer({ format: "int64", minimum: 0 })),
    lastTransitionTime: t.time(),
    reason: t.string({ minLength: 1, maxLength: 1024, pattern: "^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$" }),
    message: t.string({ maxLength: 32768 }),
  }),
);

/** What a source produced: a file that can be fetched from `url`. */
export const artifact = t.object({
  digest: t.string({ pattern: "^[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[a-zA-Z0-9=_-]+$" }),
  lastUpdateTime: t.time(),
  metadata: t.optional(t.map(t.string())),
  path: t.string(),
  revision: t.string(),
  size: t.optional(int64),
  url: t.string(),
});

/** What every Flux object says of the last reconcile. */
export const handled = {
  conditions: t.optional(conditions),
  lastHandledReconcileAt: t.optional(t.string()),
  observedGeneration: t.optional(int64),
} as const;

/** Every source's status: `handled` and the artifact. */
export const sourced = { ...handled, artifact: t.optional(artifact) } as const;

/** Until a controller has looked, `kubectl wait` must not believe a status. */
export const neverObserved = { default: { observedGeneration: -1 } } as const;

export const labelsAndAnnotations = t.object({
  annotations: t.optional(t.map(t.string())),
  labels: t.optional(t.map(t.string())),
});

/** Chooses objects; name, namespace, group, version and kind are anchored regular expressions. */
export const selector = t.object({
  annotationSelector: t.optional(t.string()),
  group: t.optional(t.string()),
  kind: t.optional(t.string()),
  labelSelector: t.optional(t.string()),
  name: t.optional(t.string()),
  namespace: t.optional(t.string()),
  version: t.optional(t.string()),
});

export const patches = t.array(t.object({ patch: t.string(), target: t.optional(selector) }));

export const images = t.array(
  t.object({
    digest: t.optional(t.string()),
    name: t.string(),
    newName: t.optional(t.string()),
    newTag: t.optional(t.string()),
  }),
);

/** Fields that are left to others: JSON pointers in the objects that `target` chooses. */
export const ignoreRules = t.array(t.object({ paths: t.array(t.string()), target: t.optional(selector) }));

export const dependsOn = t.array(
  t.object({ name: t.string(), namespace: t.optional(t.string()), readyExpr: t.optional(t.string()) }),
);

export const healthCheckExprs = t.array(
  t.object({
    apiVersion: t.string(),
    current: t.string(),
    failed: t.optional(t.string()),
    inProgress: t.optional(t.string()),
    kind: t.optional(t.string()),
  }),
);

const oneKubeConfig = "exactly one of spec.kubeConfig.configMapRef or spec.kubeConfig.secretRef must be specified";
export const kubeConfig = t.object(
  {
    configMapRef: t.optional(localReference),
    secretRef: t.optional(t.object({ key: t.optional(t.string()), name: t.string() })),
  },
  {
    rules: [
      { rule: "has(self.configMapRef) || has(self.secretRef)", message: oneKubeConfig },
      { rule: "!has(self.configMapRef) || !has(self.secretRef)", message: oneKubeConfig },
    ],
  },
);

/** Ids of applied objects, `<namespace>_<name>_<group>_<kind>`, with their versions. */
export const inventory = t.object({ entries: t.array(t.object({ id: t.string(), v: t.string() })) });

export const oidcIdentities = t.array(t.object({ issuer: t.string(), subject: t.string() }));

export const ageColumn: PrinterColumn = { name: "Age", type: "date", jsonPath: ".metadata.creationTimestamp" };
export const readyColumn: PrinterColumn = {
  name: "Ready",
  type: "string",
  jsonPath: '.status.conditions[?(@.type=="Ready")].status',
};
export const statusColumn: PrinterColumn = {
  name: "Status",
  type: "string",
  jsonPath: '.status.conditions[?(@.type=="Ready")].message',
};
export const urlColumn: PrinterColumn = { name: "URL", type: "string", jsonPath: ".spec.url" };

export const sourceCategories = ["all", "fluxcd", "fluxcd-sources"] as const;
export const applierCategories = ["all", "fluxcd", "fluxcd-appliers"] as const;
/** The CRDs that hold variables must not be substituted when a Kustomization applies them. */
export const notSubstituted = { "kustomize.toolkit.fluxcd.io/substitute": "disabled" } as const;
