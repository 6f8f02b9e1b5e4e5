import { findCondition, groupOf, type Condition, type KubeObject, type Kustomization } from "../../api/index.ts";
import { compareBytes } from "../../base/value.ts";

/** Objects in the order in which they are applied: each stage is in the cluster, and usable, before the next begins. */
export type Stages = readonly (readonly KubeObject[])[];

// Flux: ssa sorts what others depend on first and webhooks last; within a kind by name.
const first = [
  "Namespace",
  "ResourceQuota",
  "StorageClass",
  "CustomResourceDefinition",
  "ServiceAccount",
  "PodSecurityPolicy",
  "Role",
  "ClusterRole",
  "RoleBinding",
  "ClusterRoleBinding",
  "ConfigMap",
  "Secret",
  "Endpoints",
  "Service",
  "LimitRange",
  "PriorityClass",
  "PersistentVolume",
  "PersistentVolumeClaim",
  "Deployment",
  "StatefulSet",
  "CronJob",
  "PodDisruptionBudget",
];
const last = ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"];

/** Puts definitions (CRDs, namespaces, cluster roles) in a stage before everything else. Pure. */
export function planStages(objects: readonly KubeObject[]): Stages {
  const sorted = objects.toSorted(
    (a, b) =>
      rankOf(a) - rankOf(b) ||
      compareBytes(a.kind, b.kind) ||
      compareBytes(a.metadata.namespace ?? "", b.metadata.namespace ?? "") ||
      compareBytes(a.metadata.name ?? "", b.metadata.name ?? ""),
  );
  return [sorted.filter(isDefinition), sorted.filter((object) => !isDefinition(object))].filter(
    (stage) => stage.length > 0,
  );
}

function rankOf({ kind }: KubeObject): number {
  const early = first.indexOf(kind);
  if (early >= 0) return early;
  return first.length + 1 + Math.max(0, last.indexOf(kind) + 1);
}

function isDefinition({ apiVersion, kind }: KubeObject): boolean {
  const group = groupOf(apiVersion);
  if (kind === "CustomResourceDefinition") return group === "apiextensions.k8s.io";
  if (kind === "ClusterRole") return group === "rbac.authorization.k8s.io";
  return kind === "Namespace" && group === "";
}

export type Skip = "reconcile" | "present" | undefined;

const disabled = "disabled";
const ssa = "kustomize.toolkit.fluxcd.io/ssa";

/** Says whether an object's own annotations keep it from being applied. */
export function skipOf(object: KubeObject, isPresent: boolean): Skip {
  const marks = { ...object.metadata.labels, ...object.metadata.annotations };
  if (marks["kustomize.toolkit.fluxcd.io/reconcile"] === disabled || isSame(marks[ssa], "ignore")) return "reconcile";
  if (isPresent && isSame(marks[ssa], "ifnotpresent")) return "present";
  return undefined;
}

/** True when an object wants to share its fields with others. */
export function isMerged({ metadata: { labels, annotations } }: KubeObject): boolean {
  return isSame(labels?.[ssa], "merge") || isSame(annotations?.[ssa], "merge");
}

function isSame(value: string | undefined, wanted: string): boolean {
  return value?.toLowerCase() === wanted;
}

/** True when a live object asks to be kept although the source no longer has it, or belongs to another owner by now. */
export function isKept(live: KubeObject, owner: { readonly namespace: string; readonly name: string }): boolean {
  const { labels = {}, annotations = {} } = live.metadata;
  const marks = { ...labels, ...annotations };
  if (
    marks["kustomize.toolkit.fluxcd.io/prune"] === disabled ||
    marks["kustomize.toolkit.fluxcd.io/reconcile"] === disabled
  )
    return true;
  return (
    labels["kustomize.toolkit.fluxcd.io/name"] !== owner.name ||
    labels["kustomize.toolkit.fluxcd.io/namespace"] !== owner.namespace
  );
}

/** Why a dependency does not let this Kustomization go on; undefined when it does. */
export function whyDependencyNotReady(
  key: string,
  dependency: Kustomization | undefined,
  revision: { readonly isSameSource: boolean; readonly current: string },
): string | undefined {
  if (dependency === undefined) return `dependency '${key}' not found`;
  const { status, metadata } = dependency;
  const ready = findCondition(status?.conditions as readonly Condition[] | undefined, "Ready");
  if (status?.observedGeneration !== metadata.generation || ready?.status !== "True")
    return `dependency '${key}' is not ready`;
  if (revision.isSameSource && status?.lastAppliedRevision !== revision.current)
    return `dependency '${key}' revision is not up to date`;
  return undefined;
}
