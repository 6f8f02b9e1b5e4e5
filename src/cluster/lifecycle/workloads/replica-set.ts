import { ApiError } from "../../../api/index.ts";
import { isEqual } from "../../managed-fields/equality.ts";
import type { Pod, ReplicaSet, WorkloadCondition } from "../kinds.ts";
import { count, isActive, isAvailable, isDeleted, isReady, keyOf, timestamp, untilAvailable } from "../objects.ts";
import type { Controller } from "../runtime.ts";
import { adopt } from "./adoption.ts";
import { byWorth, controllerKey, podFrom, podsOf } from "./pods-of.ts";

const bucket = "apps/replicasets";
const source = "replicaset-controller";

/** Keeps as many Pods as a ReplicaSet asks for. */
export const replicaSetController: Controller = {
  name: source,
  watches: [
    { bucket, keys: (object) => [keyOf(object)] },
    { bucket: "/pods", keys: (pod) => controllerKey(pod, "ReplicaSet") },
  ],
  async reconcile(key, context) {
    const { store, api, events, now } = context;
    const set = store.get(bucket, key)?.object as ReplicaSet | undefined;
    if (set === undefined) return undefined;
    const { create, remove, updateStatus } = api("kube-controller-manager");
    const { record } = events(source);
    let failure: WorkloadCondition | undefined;
    if (!isDeleted(set)) {
      if (await adopt(context, set, "/pods", (pod) => isActive(pod as Pod))) return 0;
      const active = podsOf(context, set).filter(isActive);
      const missing = set.spec.replicas - active.length;
      for (let i = 0; i < missing && failure === undefined; i += 1) {
        const pod = podFrom(set.spec.template, set, { generateName: `${set.metadata.name ?? ""}-` });
        try {
          const { metadata } = await create(pod);
          await record(set, {
            type: "Normal",
            reason: "SuccessfulCreate",
            message: `Created pod: ${metadata.name ?? ""}`,
          });
        } catch (thrown) {
          if (!(thrown instanceof ApiError)) throw thrown;
          await record(set, { type: "Warning", reason: "FailedCreate", message: `Error creating: ${thrown.message}` });
          failure = failed("FailedCreate", thrown.message, now());
        }
      }
      for (const pod of byWorth(active).slice(0, Math.max(0, -missing))) {
        await remove(pod);
        await record(set, {
          type: "Normal",
          reason: "SuccessfulDelete",
          message: `Deleted pod: ${pod.metadata.name ?? ""}`,
        });
      }
    }
    const latest = store.get(bucket, key)?.object as ReplicaSet | undefined;
    if (latest === undefined) return undefined;
    const pods = podsOf(context, latest);
    const status = replicaSetStatus(latest, pods, { now: now(), failure });
    if (!isEqual(status, latest.status)) await updateStatus({ ...latest, status });
    // A refusal, by a quota or a namespace that goes, may pass.
    if (failure !== undefined) return 1000;
    return untilAvailable(pods.filter(isActive), latest.spec.minReadySeconds ?? 0, now());
  },
};

export function replicaSetStatus(
  set: ReplicaSet,
  pods: readonly Pod[],
  { now, failure }: { readonly now: Date; readonly failure: WorkloadCondition | undefined },
): NonNullable<ReplicaSet["status"]> {
  const active = pods.filter(isActive);
  const ready = active.filter(isReady);
  const labels = set.spec.template.metadata?.labels ?? {};
  const labelled = active.filter(({ metadata }) =>
    Object.entries(labels).every(([name, value]) => metadata.labels?.[name] === value),
  );
  const others = (set.status?.conditions ?? []).filter(({ type }) => type !== "ReplicaFailure");
  const known = set.status?.conditions?.find(({ type }) => type === "ReplicaFailure");
  const conditions = failure === undefined ? others : [...others, known ?? failure];
  return {
    replicas: active.length,
    ...count("fullyLabeledReplicas", labelled.length),
    ...count("readyReplicas", ready.length),
    ...count("availableReplicas", ready.filter((pod) => isAvailable(pod, set.spec.minReadySeconds ?? 0, now)).length),
    terminatingReplicas: pods.filter(isDeleted).length,
    ...(set.metadata.generation === undefined ? {} : { observedGeneration: set.metadata.generation }),
    ...(conditions.length === 0 ? {} : { conditions }),
  };
}

function failed(reason: string, message: string, now: Date): WorkloadCondition {
  return { type: "ReplicaFailure", status: "True", lastTransitionTime: timestamp(now), reason, message };
}
