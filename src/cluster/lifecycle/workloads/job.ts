import { isEqual } from "../../managed-fields/equality.ts";
import type { Job, Pod, PodTemplate, WorkloadCondition } from "../kinds.ts";
import { count, isActive, isDeleted, isFinished, isReady, keyOf, timestamp } from "../objects.ts";
import type { Context, Controller } from "../runtime.ts";
import { byWorth, controllerKey, podFrom, podsOf } from "./pods-of.ts";

const bucket = "batch/jobs";
const source = "job-controller";

/** Runs the Pods of a Job until enough have succeeded or too many failed. */
export const jobController: Controller = {
  name: source,
  watches: [
    { bucket, keys: (object) => [keyOf(object)] },
    { bucket: "/pods", keys: (pod) => controllerKey(pod, "Job") },
  ],
  async reconcile(key, context) {
    const { store, api, events, now } = context;
    const job = store.get(bucket, key)?.object as Job | undefined;
    if (job === undefined || isDeleted(job)) return undefined;
    const finished = finishOf(job);
    if (finished !== undefined) return await expire(context, job, finished);
    const pods = podsOf(context, job);
    const decision = decideJob(job, pods, now());
    const { remove, create, updateStatus } = api("kube-controller-manager");
    const { record } = events(source);
    for (const pod of decision.remove) {
      await remove(pod);
      await record(job, {
        type: "Normal",
        reason: "SuccessfulDelete",
        message: `Deleted pod: ${pod.metadata.name ?? ""}`,
      });
    }
    for (let i = 0; i < decision.create; i += 1) {
      const { metadata } = await create(podFrom(withLabels(job), job, { generateName: `${job.metadata.name ?? ""}-` }));
      await record(job, { type: "Normal", reason: "SuccessfulCreate", message: `Created pod: ${metadata.name ?? ""}` });
    }
    const latest = store.get(bucket, key)?.object as Job | undefined;
    if (latest === undefined) return undefined;
    const status = jobStatus(latest, podsOf(context, latest), { end: decision.end, now: now() });
    if (!isEqual(status, latest.status)) await updateStatus({ ...latest, status });
    const end = status.conditions?.find(
      ({ type, status: is }) => (type === "Complete" || type === "Failed") && is === "True",
    );
    if (end === undefined) return untilDeadline(latest, status.startTime, now());
    if (end.type === "Complete")
      await record(latest, { type: "Normal", reason: "Completed", message: "Job completed" });
    else await record(latest, { type: "Warning", reason: end.reason ?? "", message: end.message ?? "" });
    return 0;
  },
};

export interface JobEnd {
  readonly type: "Complete" | "Failed";
  readonly reason: string;
  readonly message: string;
}

export interface JobDecision {
  readonly create: number;
  readonly remove: readonly Pod[];
  readonly end: JobEnd | undefined;
}

/** What to do with the Pods of a Job, and whether it is over. Pure. */
export function decideJob({ spec, status }: Job, pods: readonly Pod[], now: Date): JobDecision {
  const succeeded = pods.filter((pod) => pod.status?.phase === "Succeeded").length;
  const failures = pods.filter((pod) => pod.status?.phase === "Failed").length;
  const active = pods.filter(isActive);
  const parallelism = spec.parallelism ?? 1;
  const limit = spec.backoffLimit ?? 6;
  const over = (end: JobEnd): JobDecision => ({ create: 0, remove: active, end });
  const restarts = active
    .flatMap((pod) => [...(pod.status?.containerStatuses ?? []), ...(pod.status?.initContainerStatuses ?? [])])
    .reduce((sum, { restartCount }) => sum + restartCount, 0);
  const isOnFailure = spec.template.spec.restartPolicy === "OnFailure";
  if (failures > limit || (isOnFailure && restarts > 0 && restarts >= Math.max(1, limit))) {
    return over({
      type: "Failed",
      reason: "BackoffLimitExceeded",
      message: "Job has reached the specified backoff limit",
    });
  }
  const { activeDeadlineSeconds: deadline } = spec;
  const start = Date.parse(status?.startTime ?? "");
  if (deadline !== undefined && start + deadline * 1000 <= now.getTime() && spec.suspend !== true) {
    return over({
      type: "Failed",
      reason: "DeadlineExceeded",
      message: "Job was active longer than specified deadline",
    });
  }
  const { completions } = spec;
  const isEnough = completions === undefined ? succeeded > 0 && active.length === 0 : succeeded >= completions;
  if (isEnough) {
    return over({
      type: "Complete",
      reason: "CompletionsReached",
      message: "Reached expected number of succeeded pods",
    });
  }
  if (spec.suspend === true) return { create: 0, remove: active, end: undefined };
  const left = completions === undefined ? (succeeded > 0 ? active.length : parallelism) : completions - succeeded;
  const wanted = Math.min(parallelism, left);
  return {
    create: Math.max(0, wanted - active.length),
    remove: byWorth(active).slice(0, Math.max(0, active.length - wanted)),
    end: undefined,
  };
}

export function jobStatus(
  job: Job,
  pods: readonly Pod[],
  { end, now }: { readonly end: JobEnd | undefined; readonly now: Date },
): NonNullable<Job["status"]> {
  const old = job.status ?? {};
  const time = timestamp(now);
  const active = pods.filter(isActive);
  const terminating = pods.filter((pod) => isDeleted(pod) && !isFinished(pod)).length;
  // Deleted before it ended: it counts as a failure once the Job has failed.
  const failed = pods.filter(
    (pod) => pod.status?.phase === "Failed" || (end?.type === "Failed" && isDeleted(pod)),
  ).length;
  const isSuspended = job.spec.suspend === true;
  const suspended: WorkloadCondition[] =
    isSuspended && end === undefined ? [conditionOf("Suspended", "JobSuspended", "Job suspended", time)] : [];
  const known = (old.conditions ?? []).filter(({ type }) => type !== "Suspended");
  const before = old.conditions?.find(({ type }) => type === "Suspended");
  const conditions: WorkloadCondition[] = [
    ...known,
    ...(suspended.length > 0 && before !== undefined ? [before] : suspended),
    ...(end === undefined
      ? []
      : [
          conditionOf(end.type === "Complete" ? "SuccessCriteriaMet" : "FailureTarget", end.reason, end.message, time),
          conditionOf(end.type, end.reason, end.message, time),
        ]),
  ];
  return {
    ...(old.startTime === undefined && isSuspended ? {} : { startTime: old.startTime ?? time }),
    ...(end?.type === "Complete" ? { completionTime: time } : {}),
    ...count("active", end === undefined ? active.length : 0),
    ready: end === undefined ? active.filter(isReady).length : 0,
    ...count("succeeded", pods.filter((pod) => pod.status?.phase === "Succeeded").length),
    ...count("failed", failed),
    terminating: end === undefined ? terminating : 0,
    uncountedTerminatedPods: {},
    ...(conditions.length === 0 ? {} : { conditions }),
  };
}

function conditionOf(type: string, reason: string, message: string, time: string): WorkloadCondition {
  return { type, status: "True", lastProbeTime: time, lastTransitionTime: time, reason, message };
}

function finishOf({ status }: Job): WorkloadCondition | undefined {
  return status?.conditions?.find(
    ({ type, status: is }) => (type === "Complete" || type === "Failed") && is === "True",
  );
}

/** Deletes a finished Job when its time is over, and its Pods that still run. */
async function expire(context: Context, job: Job, end: WorkloadCondition): Promise<number | undefined> {
  const { api, now } = context;
  for (const pod of podsOf(context, job).filter(isActive)) await api("kube-controller-manager").remove(pod);
  const { ttlSecondsAfterFinished: ttl } = job.spec;
  if (ttl === undefined) return undefined;
  const left = Date.parse(end.lastTransitionTime ?? "") + ttl * 1000 - now().getTime();
  if (left > 0) return left;
  await api("kube-controller-manager").remove(job, { propagation: "Foreground" });
  return undefined;
}

function untilDeadline({ spec }: Job, startTime: string | undefined, now: Date): number | undefined {
  if (spec.activeDeadlineSeconds === undefined || startTime === undefined) return undefined;
  return Math.max(1, Date.parse(startTime) + spec.activeDeadlineSeconds * 1000 - now.getTime());
}

function withLabels({ metadata, spec }: Job): PodTemplate {
  const { name = "", uid = "" } = metadata;
  const labels = {
    "batch.kubernetes.io/controller-uid": uid,
    "batch.kubernetes.io/job-name": name,
    "controller-uid": uid,
    "job-name": name,
  };
  const { template } = spec;
  return { ...template, metadata: { ...template.metadata, labels: { ...labels, ...template.metadata?.labels } } };
}
