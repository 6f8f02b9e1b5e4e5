import type { Deployment, DeploymentStatus, ReplicaSet, WorkloadCondition } from "../../kinds.ts";
import { count, timestamp } from "../../objects.ts";
import { maxUnavailable } from "./replica-sets.ts";
import type { Sets } from "./rollout.ts";

type Counts = "replicas" | "readyReplicas" | "availableReplicas" | "terminatingReplicas";

/** The status of a Deployment as its ReplicaSets are, with what is known of its progress. */
export function deploymentStatus(
  deployment: Deployment,
  sets: Sets,
  options: { readonly now: Date; readonly rollout: boolean },
): DeploymentStatus {
  const { spec, metadata } = deployment;
  const all = sets.current === undefined ? sets.old : [...sets.old, sets.current];
  const sum = (name: Counts, of: readonly ReplicaSet[] = all) =>
    of.reduce((total, { status }) => total + (status?.[name] ?? 0), 0);
  const available = sum("availableReplicas");
  const wanted = all.reduce((total, set) => total + set.spec.replicas, 0);
  const old = deployment.status ?? {};
  const status: DeploymentStatus = {
    ...(metadata.generation === undefined ? {} : { observedGeneration: metadata.generation }),
    ...count("replicas", sum("replicas")),
    ...count("updatedReplicas", sets.current === undefined ? 0 : sum("replicas", [sets.current])),
    ...count("readyReplicas", sum("readyReplicas")),
    ...count("availableReplicas", available),
    ...count("unavailableReplicas", Math.max(0, wanted - available)),
    terminatingReplicas: sum("terminatingReplicas"),
    ...(old.collisionCount === undefined ? {} : { collisionCount: old.collisionCount }),
  };
  const isAvailable = available >= spec.replicas - maxUnavailable(deployment);
  let conditions = setCondition(
    old.conditions ?? [],
    isAvailable
      ? conditionOf(
          "Available",
          "True",
          "MinimumReplicasAvailable",
          "Deployment has minimum availability.",
          options.now,
        )
      : conditionOf(
          "Available",
          "False",
          "MinimumReplicasUnavailable",
          "Deployment does not have minimum availability.",
          options.now,
        ),
  );
  if (options.rollout) {
    conditions = withProgress(deployment, sets, { ...status, conditions }, options.now);
    conditions = withFailure(conditions, sets, options.now);
  }
  return { ...status, ...(conditions.length === 0 ? {} : { conditions }) };
}

export function hasDeadline({ spec }: Deployment): boolean {
  return spec.progressDeadlineSeconds !== undefined && spec.progressDeadlineSeconds !== 2 ** 31 - 1;
}

export function progressingOf(conditions: readonly WorkloadCondition[] | undefined): WorkloadCondition | undefined {
  return conditions?.find(({ type }) => type === "Progressing");
}

/** Every replica is of the present template, and serves. */
export function isComplete({ spec, metadata }: Deployment, status: DeploymentStatus): boolean {
  return (
    (status.updatedReplicas ?? 0) === spec.replicas &&
    (status.replicas ?? 0) === spec.replicas &&
    (status.availableReplicas ?? 0) === spec.replicas &&
    (status.observedGeneration ?? 0) >= (metadata.generation ?? 0)
  );
}

/** Milliseconds until the deadline of a rollout that does not move; undefined where there is none to wait for. */
export function untilDeadline(deployment: Deployment, status: DeploymentStatus, now: Date): number | undefined {
  const progress = progressingOf(status.conditions);
  if (!hasDeadline(deployment) || progress === undefined || isComplete(deployment, status)) return undefined;
  if (progress.reason === "ProgressDeadlineExceeded") return undefined;
  const since = Date.parse(progress.lastUpdateTime ?? progress.lastTransitionTime ?? "");
  return Math.max(1, since + (deployment.spec.progressDeadlineSeconds ?? 0) * 1000 - now.getTime() + 1000);
}

function withProgress(
  deployment: Deployment,
  { current }: Sets,
  status: DeploymentStatus & { readonly conditions: readonly WorkloadCondition[] },
  now: Date,
): readonly WorkloadCondition[] {
  const { conditions } = status;
  const before = progressingOf(deployment.status?.conditions);
  if (!hasDeadline(deployment)) return conditions.filter(({ type }) => type !== "Progressing");
  const isSettled = status.replicas === status.updatedReplicas && before?.reason === "NewReplicaSetAvailable";
  if (isSettled) return conditions;
  const what =
    current === undefined
      ? `Deployment "${deployment.metadata.name ?? ""}"`
      : `ReplicaSet "${current.metadata.name ?? ""}"`;
  if (isComplete(deployment, status)) {
    return setCondition(
      conditions,
      conditionOf("Progressing", "True", "NewReplicaSetAvailable", `${what} has successfully progressed.`, now),
    );
  }
  if (hasProgressed(deployment.status ?? {}, status)) {
    const moved = conditionOf("Progressing", "True", "ReplicaSetUpdated", `${what} is progressing.`, now);
    const others = conditions.filter(({ type }) => type !== "Progressing");
    return [
      ...others,
      before?.status === "True" && before.lastTransitionTime !== undefined
        ? { ...moved, lastTransitionTime: before.lastTransitionTime }
        : moved,
    ];
  }
  if (hasTimedOut(deployment, before, now)) {
    return setCondition(
      conditions,
      conditionOf("Progressing", "False", "ProgressDeadlineExceeded", `${what} has timed out progressing.`, now),
    );
  }
  return conditions;
}

function hasProgressed(before: DeploymentStatus, after: DeploymentStatus): boolean {
  const oldOf = (status: DeploymentStatus) => (status.replicas ?? 0) - (status.updatedReplicas ?? 0);
  return (
    (after.updatedReplicas ?? 0) > (before.updatedReplicas ?? 0) ||
    oldOf(after) < oldOf(before) ||
    (after.readyReplicas ?? 0) > (before.readyReplicas ?? 0) ||
    (after.availableReplicas ?? 0) > (before.availableReplicas ?? 0)
  );
}

function hasTimedOut({ spec }: Deployment, progress: WorkloadCondition | undefined, now: Date): boolean {
  if (progress === undefined || progress.reason === "NewReplicaSetAvailable") return false;
  if (progress.reason === "ProgressDeadlineExceeded") return true;
  const since = Date.parse(progress.lastUpdateTime ?? progress.lastTransitionTime ?? "");
  return since + (spec.progressDeadlineSeconds ?? 0) * 1000 < now.getTime();
}

function withFailure(
  conditions: readonly WorkloadCondition[],
  { current, old }: Sets,
  now: Date,
): readonly WorkloadCondition[] {
  const failures = [...(current === undefined ? [] : [current]), ...old].flatMap(({ status }) =>
    (status?.conditions ?? []).filter(({ type }) => type === "ReplicaFailure"),
  );
  const [failure] = failures;
  if (failure === undefined) return conditions.filter(({ type }) => type !== "ReplicaFailure");
  return setCondition(conditions, { lastUpdateTime: timestamp(now), ...failure });
}

export function conditionOf(
  type: string,
  status: "True" | "False" | "Unknown",
  reason: string,
  message: string,
  now: Date,
): WorkloadCondition {
  return { type, status, lastUpdateTime: timestamp(now), lastTransitionTime: timestamp(now), reason, message };
}

/** Sets a condition; one with the same status and reason stays as it is. */
export function setCondition(
  conditions: readonly WorkloadCondition[],
  condition: WorkloadCondition,
): readonly WorkloadCondition[] {
  const old = conditions.find(({ type }) => type === condition.type);
  if (old !== undefined && old.status === condition.status && old.reason === condition.reason) return conditions;
  const next =
    old !== undefined && old.status === condition.status && old.lastTransitionTime !== undefined
      ? { ...condition, lastTransitionTime: old.lastTransitionTime }
      : condition;
  return [...conditions.filter((other) => other !== old), next];
}
