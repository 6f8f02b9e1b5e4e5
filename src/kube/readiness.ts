import { groupOf, type KubeObject } from "../api/index.ts";
import { podReadiness } from "./readiness-pod.ts";

/** What kstatus says of an object: Current means that the cluster has brought it to what its spec asks for. */
export interface Readiness {
  readonly status: "Current" | "InProgress" | "Failed" | "Terminating" | "NotFound" | "Unknown";
  readonly message: string;
}

export interface ReadinessOptions {
  /** When a Job is Current: once it runs (kstatus), or only once it is complete (helm --wait-for-jobs, Flux). */
  readonly jobs?: "started" | "complete";
  /** Hooks wait for Jobs and Pods to end well; everything else is ready at once. */
  readonly purpose?: "release" | "hook";
  readonly now?: Date;
}

export const notFoundReadiness: Readiness = { status: "NotFound", message: "Resource not found" };

/** Judges an object by kstatus' rules and with its messages. Pure: all it needs is in the object (and the time, for Pods). */
export function readinessOf(object: KubeObject, options: ReadinessOptions = {}): Readiness {
  if (options.purpose === "hook") return hookReadiness(object);
  return (
    genericReadiness(object) ??
    kindReadiness(object, options) ??
    readyCondition(object) ??
    current("Resource is current")
  );
}

const current = (message: string): Readiness => ({ status: "Current", message });
const inProgress = (message: string): Readiness => ({ status: "InProgress", message });
const failed = (message: string): Readiness => ({ status: "Failed", message });

/** What holds for every kind: deletion, an older generation, and the conditions Reconciling and Stalled. */
function genericReadiness(object: KubeObject): Readiness | undefined {
  const { deletionTimestamp, generation } = object.metadata;
  if (deletionTimestamp !== undefined && deletionTimestamp !== "") {
    return { status: "Terminating", message: "Resource scheduled for deletion" };
  }
  const observed = integer(object, "status", "observedGeneration");
  if (generation !== undefined && observed !== undefined && observed !== generation) {
    return inProgress(`${object.kind} generation is ${generation}, but latest observed generation is ${observed}`);
  }
  for (const { type, status, message } of conditionsOf(object)) {
    if (status !== "True") continue;
    if (type === "Reconciling") return inProgress(message);
    if (type === "Stalled") return failed(message);
  }
  return undefined;
}

/** Many kinds of controllers have it, so it counts where nothing better is known. */
function readyCondition(object: KubeObject): Readiness | undefined {
  const ready = conditionsOf(object).find(({ type }) => type === "Ready");
  switch (ready?.status) {
    case "True":
      return current("Resource is Ready");
    case "False":
    case "Unknown":
      return inProgress(ready.message);
    default:
      return undefined;
  }
}

function kindReadiness(object: KubeObject, { jobs, now = new Date() }: ReadinessOptions): Readiness | undefined {
  const group = groupOf(object.apiVersion);
  switch (group === "" ? object.kind : `${group}/${object.kind}`) {
    case "ConfigMap":
    case "Secret":
    case "batch/CronJob":
      return current("Resource is always ready");
    case "Service":
      return serviceReadiness(object);
    case "Pod":
      return podReadiness(object, now);
    case "PersistentVolumeClaim": {
      const phase = text(object, "status", "phase") ?? "unknown";
      return phase === "Bound" ? current("PVC is Bound") : inProgress(`PVC is not Bound. phase: ${phase}`);
    }
    case "apps/Deployment":
    case "extensions/Deployment":
      return deploymentReadiness(object);
    case "apps/StatefulSet":
      return statefulSetReadiness(object);
    case "apps/DaemonSet":
    case "extensions/DaemonSet":
      return daemonSetReadiness(object);
    case "apps/ReplicaSet":
    case "extensions/ReplicaSet":
      return replicaSetReadiness(object);
    case "batch/Job":
      return jobReadiness(object, jobs ?? "started");
    case "policy/PodDisruptionBudget":
      return current("AllowedDisruptions has been computed.");
    case "apiextensions.k8s.io/CustomResourceDefinition":
      return crdReadiness(object);
    default:
      return undefined;
  }
}

function serviceReadiness(object: KubeObject): Readiness {
  const balanced = text(object, "spec", "type") === "LoadBalancer";
  if (balanced && (text(object, "spec", "clusterIP") ?? "") === "") {
    return inProgress("ClusterIP not set. Service type: LoadBalancer");
  }
  return current("Service is ready");
}

function deploymentReadiness(object: KubeObject): Readiness {
  const deadline = integer(object, "spec", "progressDeadlineSeconds") ?? neverProgressing;
  let progressing = deadline === neverProgressing;
  let available = false;
  for (const { type, status, reason } of conditionsOf(object)) {
    if (type === "Progressing" && reason === "ProgressDeadlineExceeded") return failed("Progress deadline exceeded");
    if (type === "Progressing" && status === "True" && reason === "NewReplicaSetAvailable") progressing = true;
    if (type === "Available" && status === "True") available = true;
  }
  const wanted = integer(object, "spec", "replicas") ?? 1;
  const { replicas, updatedReplicas, readyReplicas, availableReplicas } = counts(object);
  if (wanted > replicas) return inProgress(`Replicas: ${replicas}/${wanted}`);
  if (wanted > updatedReplicas) return inProgress(`Updated: ${updatedReplicas}/${wanted}`);
  if (replicas > wanted) return inProgress(`Pending termination: ${replicas - wanted}`);
  if (updatedReplicas > availableReplicas) return inProgress(`Available: ${availableReplicas}/${updatedReplicas}`);
  if (wanted > readyReplicas) return inProgress(`Ready: ${readyReplicas}/${wanted}`);
  if (!progressing) return inProgress("ReplicaSet not Available");
  if (!available) return inProgress("Deployment not Available");
  return current(`Deployment is available. Replicas: ${replicas}`);
}

/** The deployment controller's word for "no deadline": then it sets no Progressing condition. */
const neverProgressing = 2 ** 31 - 1;

function statefulSetReadiness(object: KubeObject): Readiness {
  if (text(object, "spec", "updateStrategy", "type") === "OnDelete") {
    return current("StatefulSet is using the ondelete update strategy");
  }
  const wanted = integer(object, "spec", "replicas") ?? 1;
  const partition = integer(object, "spec", "updateStrategy", "rollingUpdate", "partition") ?? -1;
  const { replicas, readyReplicas, updatedReplicas, currentReplicas } = counts(object);
  if (wanted > replicas) return inProgress(`Replicas: ${replicas}/${wanted}`);
  if (wanted > readyReplicas) return inProgress(`Ready: ${readyReplicas}/${wanted}`);
  if (replicas > wanted) return inProgress(`Pending termination: ${replicas - wanted}`);
  if (partition !== -1) {
    if (updatedReplicas < wanted - partition) return inProgress(`updated: ${updatedReplicas}/${wanted - partition}`);
    return current(`Partition rollout complete. updated: ${updatedReplicas}`);
  }
  if (wanted > currentReplicas) return inProgress(`current: ${currentReplicas}/${wanted}`);
  if (text(object, "status", "currentRevision") !== text(object, "status", "updateRevision")) {
    return inProgress("Waiting for updated revision to match current");
  }
  return current(`All replicas scheduled as expected. Replicas: ${replicas}`);
}

function daemonSetReadiness(object: KubeObject): Readiness {
  if (object.metadata.generation === undefined) return inProgress(`${object.kind} metadata.generation not found`);
  if (integer(object, "status", "observedGeneration") === undefined) {
    return inProgress(`${object.kind} status.observedGeneration not found`);
  }
  const wanted = integer(object, "status", "desiredNumberScheduled");
  if (wanted === undefined) return inProgress("Missing .status.desiredNumberScheduled");
  const steps = [
    ["Current", "currentNumberScheduled"],
    ["Updated", "updatedNumberScheduled"],
    ["Available", "numberAvailable"],
    ["Ready", "numberReady"],
  ] as const;
  for (const [name, field] of steps) {
    const count = integer(object, "status", field) ?? 0;
    if (wanted > count) return inProgress(`${name}: ${count}/${wanted}`);
  }
  return current(`All replicas scheduled as expected. Replicas: ${wanted}`);
}

function replicaSetReadiness(object: KubeObject): Readiness {
  const failure = conditionsOf(object).some(({ type, status }) => type === "ReplicaFailure" && status === "True");
  if (failure) return inProgress("Replica Failure condition. Check Pods");
  const wanted = integer(object, "spec", "replicas") ?? 1;
  const { replicas, fullyLabeledReplicas, availableReplicas, readyReplicas } = counts(object);
  if (wanted > fullyLabeledReplicas) return inProgress(`Labelled: ${fullyLabeledReplicas}/${wanted}`);
  if (wanted > availableReplicas) return inProgress(`Available: ${availableReplicas}/${wanted}`);
  if (wanted > readyReplicas) return inProgress(`Ready: ${readyReplicas}/${wanted}`);
  if (replicas > wanted) return inProgress(`Pending termination: ${replicas - wanted}`);
  return current(`ReplicaSet is available. Replicas: ${replicas}`);
}

function jobReadiness(object: KubeObject, wanted: "started" | "complete"): Readiness {
  // Flux: a suspended Job will not complete, so nobody waits for it.
  if (wanted === "complete" && valueAt(object, "spec", "suspend") === true) return current("Job is suspended");
  const parallelism = integer(object, "spec", "parallelism") ?? 1;
  const completions = integer(object, "spec", "completions") ?? parallelism;
  const [succeeded, active, failures] = ["succeeded", "active", "failed"].map(
    (field) => integer(object, "status", field) ?? 0,
  );
  for (const { type, status } of conditionsOf(object)) {
    if (status !== "True") continue;
    if (type === "Complete") return current(`Job Completed. succeeded: ${succeeded}/${completions}`);
    if (type === "Failed") return failed(`Job Failed. failed: ${failures}/${completions}`);
  }
  if ((text(object, "status", "startTime") ?? "") === "") {
    return inProgress(wanted === "started" ? "Job not started" : `Job not started. active: 0/${parallelism}`);
  }
  const progress = `Job in progress. success:${succeeded}, active: ${active}, failed: ${failures}`;
  return wanted === "started" ? current(progress) : inProgress(progress);
}

function crdReadiness(object: KubeObject): Readiness {
  for (const { type, status, reason, message } of conditionsOf(object)) {
    if (type === "NamesAccepted" && status === "False") return failed(message);
    if (type !== "Established") continue;
    if (status === "False" && reason !== "Installing") return failed(message);
    if (status === "True") return current("CRD is established");
  }
  return inProgress("Install in progress");
}

/** Helm: a hook is done when its Job is complete or its Pod has succeeded; other kinds are done once created. */
function hookReadiness(object: KubeObject): Readiness {
  const group = groupOf(object.apiVersion);
  if (group === "batch" && object.kind === "Job") return jobReadiness(object, "complete");
  if (group !== "" || object.kind !== "Pod") return current("Resource is current");
  const { name = "" } = object.metadata;
  switch (text(object, "status", "phase")) {
    case "Succeeded":
      return current(`pod ${name} succeeded`);
    case "Failed":
      return failed(`pod ${name} failed`);
    default:
      return inProgress("Pod in progress");
  }
}

const countFields = [
  "replicas",
  "updatedReplicas",
  "readyReplicas",
  "availableReplicas",
  "currentReplicas",
  "fullyLabeledReplicas",
] as const;

function counts(object: KubeObject): Readonly<Record<(typeof countFields)[number], number>> {
  const pairs = countFields.map((field) => [field, integer(object, "status", field) ?? 0]);
  return Object.fromEntries(pairs);
}

/** A condition as far as kstatus reads it; what is missing is empty. */
interface PlainCondition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}

/** The conditions of any object; what does not look like one is left out. */
export function conditionsOf(object: KubeObject): readonly PlainCondition[] {
  const found = valueAt(object, "status", "conditions");
  if (!Array.isArray(found)) return [];
  return found
    .filter((item): item is Readonly<Record<string, unknown>> => typeof item === "object" && item !== null)
    .map((item) => ({
      type: toText(item["type"]),
      status: toText(item["status"]),
      reason: toText(item["reason"]),
      message: toText(item["message"]),
    }));
}

function toText(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** What is at a path of an object, or undefined. */
export function valueAt(object: unknown, ...path: readonly string[]): unknown {
  let value: unknown = object;
  for (const key of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[key];
  }
  return value;
}

function text(object: KubeObject, ...path: readonly string[]): string | undefined {
  const value = valueAt(object, ...path);
  return typeof value === "string" ? value : undefined;
}

function integer(object: KubeObject, ...path: readonly string[]): number | undefined {
  const value = valueAt(object, ...path);
  return typeof value === "number" && Number.isInteger(value) ? value : undefined;
}
