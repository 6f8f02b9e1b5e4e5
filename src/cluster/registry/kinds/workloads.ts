import { type FieldError, fieldError, type KubeObject } from "../../../api/index.ts";
import { isEqual } from "../../managed-fields/equality.ts";
import type { Strategy } from "../resource.ts";
import { change, changeEach, fill, fillEmpty, type Part, partOf, specOf, withSpec } from "./object.ts";
import { defaultPodTemplate } from "./pod-defaults.ts";

function withTemplate(spec: Part): Part {
  return change(spec, "template", (template) => defaultPodTemplate(partOf(template)));
}

/** Selectors that nothing is left out of are required, must fit the template, and cannot be changed. */
function selectorProblems(object: KubeObject): readonly FieldError[] {
  const spec = specOf(object);
  const selector = partOf(spec["selector"]);
  const labels = partOf(partOf(partOf(spec["template"])["metadata"])["labels"]);
  const matchLabels = Object.entries(partOf(selector["matchLabels"]));
  const expressions = Array.isArray(selector["matchExpressions"]) ? selector["matchExpressions"] : [];
  if (spec["selector"] === undefined) return [fieldError.required("spec.selector", "")];
  if (matchLabels.length === 0 && expressions.length === 0) {
    return [fieldError.invalid("spec.selector", selector, "empty selector is invalid for deployment")];
  }
  if (matchLabels.every(([key, value]) => labels[key] === value)) return [];
  return [fieldError.invalid("spec.template.metadata.labels", labels, "`selector` does not match template `labels`")];
}

function selectorChanges(next: KubeObject, old: KubeObject): readonly FieldError[] {
  const selector = specOf(next)["selector"];
  return isEqual(selector, specOf(old)["selector"])
    ? []
    : [fieldError.invalid("spec.selector", selector, "field is immutable")];
}

export const deployment: Partial<Strategy> = {
  applyDefaults(object) {
    let spec = withTemplate(specOf(object));
    spec = fill(spec, { replicas: 1, strategy: {}, revisionHistoryLimit: 10, progressDeadlineSeconds: 600 });
    spec = change(spec, "strategy", (value) => {
      const strategy = fillEmpty(partOf(value), { type: "RollingUpdate" });
      if (strategy["type"] !== "RollingUpdate") return strategy;
      return {
        ...strategy,
        rollingUpdate: fill(partOf(strategy["rollingUpdate"]), { maxSurge: "25%", maxUnavailable: "25%" }),
      };
    });
    return withSpec(object, spec);
  },
  validate: selectorProblems,
  validateUpdate: selectorChanges,
};

export const replicaSet: Partial<Strategy> = {
  applyDefaults(object) {
    return withSpec(object, fill(withTemplate(specOf(object)), { replicas: 1 }));
  },
  validate: selectorProblems,
  validateUpdate: selectorChanges,
};

export const statefulSet: Partial<Strategy> = {
  applyDefaults(object) {
    let spec = fillEmpty(withTemplate(specOf(object)), { podManagementPolicy: "OrderedReady" });
    spec = fill(spec, { replicas: 1, updateStrategy: {}, revisionHistoryLimit: 10 });
    spec = change(spec, "updateStrategy", (value) => {
      const strategy = fillEmpty(partOf(value), { type: "RollingUpdate" });
      if (strategy["type"] !== "RollingUpdate") return strategy;
      return { ...strategy, rollingUpdate: fill(partOf(strategy["rollingUpdate"]), { partition: 0 }) };
    });
    const retention = fillEmpty(partOf(spec["persistentVolumeClaimRetentionPolicy"]), {
      whenDeleted: "Retain",
      whenScaled: "Retain",
    });
    spec = { ...spec, persistentVolumeClaimRetentionPolicy: retention };
    spec = changeEach(spec, "volumeClaimTemplates", (claim) =>
      change(
        {
          apiVersion: "v1",
          kind: "PersistentVolumeClaim",
          ...claim,
          status: fill(partOf(claim["status"]), { phase: "Pending" }),
        },
        "spec",
        (value) => fill(partOf(value), { volumeMode: "Filesystem" }),
      ),
    );
    return withSpec(object, spec);
  },
  validate: selectorProblems,
  validateUpdate(next, old) {
    const after = specOf(next);
    const before = specOf(old);
    const changeable = new Set([
      "replicas",
      "ordinals",
      "template",
      "updateStrategy",
      "revisionHistoryLimit",
      "persistentVolumeClaimRetentionPolicy",
      "minReadySeconds",
    ]);
    const isChanged = [...new Set([...Object.keys(after), ...Object.keys(before)])].some(
      (field) => !changeable.has(field) && !isEqual(after[field], before[field]),
    );
    if (!isChanged) return [];
    return [
      fieldError.forbidden(
        "spec",
        "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
      ),
    ];
  },
};

export const daemonSet: Partial<Strategy> = {
  applyDefaults(object) {
    let spec = fill(withTemplate(specOf(object)), { updateStrategy: {}, revisionHistoryLimit: 10 });
    spec = change(spec, "updateStrategy", (value) => {
      const strategy = fillEmpty(partOf(value), { type: "RollingUpdate" });
      if (strategy["type"] !== "RollingUpdate") return strategy;
      return {
        ...strategy,
        rollingUpdate: fill(partOf(strategy["rollingUpdate"]), { maxUnavailable: 1, maxSurge: 0 }),
      };
    });
    return withTemplateGeneration(
      withSpec(object, spec),
      String(object.metadata.annotations?.[templateGeneration] ?? 1),
    );
  },
  prepareForUpdate(next, old) {
    const before = Number(old.metadata.annotations?.[templateGeneration] ?? 1);
    const isChanged = !isEqual(specOf(next)["template"], specOf(old)["template"]);
    return withTemplateGeneration(next, String(isChanged ? before + 1 : before));
  },
  validate: selectorProblems,
  validateUpdate: selectorChanges,
};

export const job: Partial<Strategy> = {
  applyDefaults(object) {
    let spec = withTemplate(specOf(object));
    if (spec["completions"] === undefined && spec["parallelism"] === undefined)
      spec = { ...spec, completions: 1, parallelism: 1 };
    spec = fill(spec, {
      parallelism: 1,
      backoffLimit: 6,
      completionMode: "NonIndexed",
      suspend: false,
      manualSelector: false,
      podReplacementPolicy: spec["podFailurePolicy"] === undefined ? "TerminatingOrFailed" : "Failed",
    });
    return withSpec(object, spec);
  },
  prepareForCreate(object) {
    const spec = specOf(object);
    if (spec["manualSelector"] === true) {
      const own = partOf(partOf(partOf(spec["template"])["metadata"])["labels"]);
      return withLabels(object, own);
    }
    const { uid = "", name = "" } = object.metadata;
    const template = partOf(spec["template"]);
    const metadata = partOf(template["metadata"]);
    const labels = {
      ...partOf(metadata["labels"]),
      "batch.kubernetes.io/controller-uid": uid,
      "batch.kubernetes.io/job-name": name,
      "controller-uid": uid,
      "job-name": name,
    };
    return withSpec(withLabels(object, labels), {
      ...spec,
      selector: { matchLabels: { "batch.kubernetes.io/controller-uid": uid } },
      template: { ...template, metadata: { ...metadata, labels } },
    });
  },
  validateUpdate(next, old) {
    const after = specOf(next);
    const before = specOf(old);
    return [
      "completions",
      "selector",
      "template",
      "completionMode",
      "podFailurePolicy",
      "backoffLimitPerIndex",
      "managedBy",
    ]
      .filter((field) => !isEqual(after[field], before[field]))
      .map((field) => fieldError.invalid(`spec.${field}`, after[field], "field is immutable"));
  },
  defaultPropagation: "Orphan",
  deleteWarning:
    "child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or set propagationPolicy=Orphan to suppress this warning",
};

const templateGeneration = "deprecated.daemonset.template.generation";

function withTemplateGeneration(object: KubeObject, value: string): KubeObject {
  const annotations = { ...object.metadata.annotations, [templateGeneration]: value };
  return { ...object, metadata: { ...object.metadata, annotations } };
}

/** A Job without labels has those of its Pods. */
function withLabels(object: KubeObject, labels: Part): KubeObject {
  if (Object.keys(object.metadata.labels ?? {}).length > 0) return object;
  return { ...object, metadata: { ...object.metadata, labels: labels as Record<string, string> } };
}

export const cronJob: Partial<Strategy> = {
  applyDefaults(object) {
    let spec = fillEmpty(specOf(object), { concurrencyPolicy: "Allow" });
    spec = fill(spec, { suspend: false, successfulJobsHistoryLimit: 3, failedJobsHistoryLimit: 1 });
    spec = change(spec, "jobTemplate", (template) =>
      change(partOf(template), "spec", (value) => withTemplate(partOf(value))),
    );
    return withSpec(object, spec);
  },
};
