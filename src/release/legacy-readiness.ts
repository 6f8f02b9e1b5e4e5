import { groupOf, type KubeObject } from "../api/index.ts";
import { isValues, type Value, type Values } from "../base/value.ts";

/** Why a wait can end at once; `ready` and `waiting` say whether it goes on. */
export type LegacyReadiness =
  | { readonly state: "ready" }
  | { readonly state: "waiting" }
  | { readonly state: "broken"; readonly why: string };

/** What helm 3 reads beside the object: a Deployment's ReplicaSets, or the Pods that an object selects. */
export interface Related {
  readonly replicaSets?: readonly KubeObject[];
  readonly pods?: readonly KubeObject[];
}

const ready: LegacyReadiness = { state: "ready" };
const waiting: LegacyReadiness = { state: "waiting" };

const judged: ReadonlySet<string> = new Set([
  "/Pod",
  "batch/Job",
  "apps/Deployment",
  "/PersistentVolumeClaim",
  "/Service",
  "apps/DaemonSet",
  "apps/StatefulSet",
  "apps/ReplicaSet",
  "/ReplicationController",
  "apiextensions.k8s.io/CustomResourceDefinition",
]);

/** Whether there is a rule for an object: where there is none nobody has to read it. */
export function isLegacyJudged({ apiVersion, kind }: Pick<KubeObject, "apiVersion" | "kind">): boolean {
  return judged.has(`${groupOf(apiVersion)}/${kind}`);
}

/**
 * Judges an object by the rules of helm 3 (`--wait=legacy`), which knows a few kinds and takes every other for ready. Pure; the object has the
 * defaults that the API gave it.
 */
export function legacyReadiness(
  object: KubeObject,
  related: Related,
  options: { readonly jobs: boolean },
): LegacyReadiness {
  const spec = mapOf(object.spec);
  const status = mapOf(object.status);
  switch (`${groupOf(object.apiVersion)}/${object.kind}`) {
    case "/Pod":
      return when(isPodReady(object));
    case "batch/Job":
      return options.jobs ? jobReadiness(object, spec, status) : ready;
    case "apps/Deployment":
      if (spec.paused === true) return ready;
      return when(isDeploymentReady(object, spec, status, related.replicaSets ?? []));
    case "/PersistentVolumeClaim":
      return when(status.phase === "Bound");
    case "/Service":
      return when(isServiceReady(spec, status));
    case "apps/DaemonSet":
      return when(isObserved(object) && isDaemonSetReady(spec, status));
    case "apps/StatefulSet":
      return when(isObserved(object) && isStatefulSetReady(spec, status));
    case "apps/ReplicaSet":
    case "/ReplicationController":
      return when(isObserved(object) && (related.pods ?? []).every(isPodReady));
    case "apiextensions.k8s.io/CustomResourceDefinition":
      // Helm: names that are taken will not become free by waiting.
      return when(hasCondition(object, "Established", "True") || hasCondition(object, "NamesAccepted", "False"));
    default:
      return ready;
  }
}

/** What has become of a Job or Pod that is a hook; others are done when they exist. */
export function legacyHookReadiness(object: KubeObject): LegacyReadiness {
  const { kind, metadata } = object;
  const name = metadata.name ?? "";
  if (kind === "Job") {
    if (hasCondition(object, "Complete", "True")) return ready;
    const failed = conditionsOf(object).find(({ type, status }) => type === "Failed" && status === "True");
    if (failed === undefined) return waiting;
    return { state: "broken", why: `job ${name} failed: ${String(failed.reason ?? "")}` };
  }
  if (kind === "Pod") {
    const { phase } = mapOf(object.status);
    return phase === "Failed" ? { state: "broken", why: `pod ${name} failed` } : when(phase === "Succeeded");
  }
  return ready;
}

/** The oldest ReplicaSet with the Deployment's own template: Kubernetes' notion of the new one. */
export function newReplicaSetOf(deployment: KubeObject, replicaSets: readonly KubeObject[]): KubeObject | undefined {
  const wanted = templateOf(deployment);
  return replicaSets
    .filter(({ metadata }) => metadata.ownerReferences?.some(({ uid }) => uid === deployment.metadata.uid))
    .toSorted((a, b) => order(a.metadata.creationTimestamp, b.metadata.creationTimestamp))
    .find((replicaSet) => templateOf(replicaSet) === wanted);
}

function when(holds: boolean): LegacyReadiness {
  return holds ? ready : waiting;
}

function jobReadiness({ metadata }: KubeObject, spec: Values, status: Values): LegacyReadiness {
  if (numberOf(status.failed) > numberOf(spec.backoffLimit, 6)) {
    return { state: "broken", why: `job is failed: ${metadata.namespace ?? ""}/${metadata.name ?? ""}` };
  }
  return when(spec.completions === undefined || numberOf(status.succeeded) >= numberOf(spec.completions));
}

function isDeploymentReady(
  deployment: KubeObject,
  spec: Values,
  status: Values,
  replicaSets: readonly KubeObject[],
): boolean {
  const replicaSet = newReplicaSetOf(deployment, replicaSets);
  if (replicaSet === undefined || !isObserved(replicaSet)) return false;
  if (numberOf(status.observedGeneration) !== (deployment.metadata.generation ?? 0)) return false;
  const expected = numberOf(spec.replicas, 1) - maxUnavailableOf(spec);
  return numberOf(mapOf(replicaSet.status).readyReplicas) >= expected;
}

function maxUnavailableOf(spec: Values): number {
  const replicas = numberOf(spec.replicas, 1);
  const strategy = mapOf(spec.strategy);
  if (strategy.type !== "RollingUpdate" || replicas === 0) return 0;
  const { maxSurge, maxUnavailable } = mapOf(strategy.rollingUpdate);
  const surge = scaled(maxSurge, replicas, Math.ceil);
  const unavailable = scaled(maxUnavailable, replicas, Math.floor);
  // Kubernetes: a rollout could never move if it might neither add nor remove a Pod.
  return Math.min(surge === 0 && unavailable === 0 ? 1 : unavailable, replicas);
}

function isServiceReady(spec: Values, status: Values): boolean {
  if (spec.type === "ExternalName") return true;
  if ((spec.clusterIP ?? "") === "") return false;
  if (spec.type !== "LoadBalancer") return true;
  return listOf(spec.externalIPs).length > 0 || mapOf(status.loadBalancer).ingress !== undefined;
}

function isDaemonSetReady(spec: Values, status: Values): boolean {
  const strategy = mapOf(spec.updateStrategy);
  if (strategy.type !== "RollingUpdate") return true;
  const desired = numberOf(status.desiredNumberScheduled);
  if (numberOf(status.updatedNumberScheduled) !== desired) return false;
  const unavailable = scaled(mapOf(strategy.rollingUpdate).maxUnavailable, desired, Math.ceil);
  return numberOf(status.numberReady) >= desired - unavailable;
}

function isStatefulSetReady(spec: Values, status: Values): boolean {
  const strategy = mapOf(spec.updateStrategy);
  if (strategy.type !== "RollingUpdate") return true;
  const partition = numberOf(mapOf(strategy.rollingUpdate).partition);
  const replicas = numberOf(spec.replicas, 1);
  if (numberOf(status.updatedReplicas) < replicas - partition) return false;
  if (numberOf(status.readyReplicas) !== replicas) return false;
  return partition !== 0 || status.currentRevision === status.updateRevision;
}

function isObserved({ metadata, status }: KubeObject): boolean {
  return numberOf(mapOf(status).observedGeneration) === (metadata.generation ?? 0);
}

function isPodReady(pod: KubeObject): boolean {
  return hasCondition(pod, "Ready", "True");
}

function hasCondition(object: KubeObject, type: string, status: string): boolean {
  return conditionsOf(object).some((condition) => condition.type === type && condition.status === status);
}

function conditionsOf({ status }: KubeObject): readonly Values[] {
  return listOf(mapOf(status).conditions).filter(isValues);
}

/** The template of a workload without the label that its ReplicaSets add. */
function templateOf({ spec }: KubeObject): string {
  const template = mapOf(mapOf(spec).template);
  const metadata = mapOf(template.metadata);
  const { "pod-template-hash": _, ...labels } = mapOf(metadata.labels);
  return JSON.stringify({ ...template, metadata: { ...metadata, labels } }, (_key, value: unknown) =>
    isValues(value) ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => order(a, b))) : value,
  );
}

function scaled(value: Value | undefined, of: number, round: (share: number) => number): number {
  if (typeof value === "number") return value;
  const percent = /^(\d+)%$/.exec(typeof value === "string" ? value : "")?.[1];
  return percent === undefined ? 0 : round((Number(percent) * of) / 100);
}

function mapOf(value: unknown): Values {
  return isValues(value) ? value : {};
}

function listOf(value: Value | undefined): readonly Value[] {
  return Array.isArray(value) ? value : [];
}

function numberOf(value: Value | undefined, absent = 0): number {
  return typeof value === "number" ? value : absent;
}

function order(a = "", b = ""): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
