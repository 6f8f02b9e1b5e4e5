import { ApiError, type KubeObject } from "../../../../api/index.ts";
import { isEqual } from "../../../managed-fields/equality.ts";
import type { Store } from "../../../store/types.ts";
import type { Deployment, DeploymentStatus, Pod, ReplicaSet } from "../../kinds.ts";
import { isDeleted, isFinished, keyOf } from "../../objects.ts";
import type { Context, Controller } from "../../runtime.ts";
import { adopt } from "../adoption.ts";
import { controllerKey, podsOf } from "../pods-of.ts";
import {
  annotationsFor,
  findNew,
  isRolling,
  newReplicaSet,
  newRevision,
  revisionAnnotation,
  revisionOf,
  sizeAnnotations,
} from "./replica-sets.ts";
import { isScaled, proportionalScaling, rollingStep, type Scaling, type Sets, sizeOfNew } from "./rollout.ts";
import {
  conditionOf,
  deploymentStatus,
  hasDeadline,
  isComplete,
  progressingOf,
  setCondition,
  untilDeadline,
} from "./status.ts";

const bucket = "apps/deployments";
const sets = "apps/replicasets";
const source = "deployment-controller";

/** Rolls a Deployment's template out: one ReplicaSet for each template it has had. */
export const deploymentController: Controller = {
  name: source,
  watches: [
    { bucket, keys: (object) => [keyOf(object)] },
    { bucket: sets, keys: (object) => controllerKey(object, "Deployment") },
    { bucket: "/pods", keys: deploymentsOf },
  ],
  async reconcile(key, context) {
    const deployment = context.store.get(bucket, key)?.object as Deployment | undefined;
    if (deployment === undefined) return undefined;
    if (await adopt(context, deployment, sets)) return 0;
    const found = setsOf(context, deployment);
    if (isDeleted(deployment)) return await writeStatus(context, deployment, found, { rollout: false });
    const paused = await notePause(context, deployment);
    if (paused !== deployment) return 0;
    if (deployment.spec.paused === true || isScaled(deployment, found)) {
      if (found.current !== undefined && (await syncCurrent(context, deployment, found.current, found.old))) return 0;
      const done = await scale(context, deployment, proportionalScaling(deployment, found), { always: true });
      if (done) return 0;
      if (deployment.spec.paused === true) await cleanUp(context, deployment, found.old);
      return await writeStatus(context, deployment, found, { rollout: false });
    }
    return isRolling(deployment) ? await roll(context, deployment, found) : await recreate(context, deployment, found);
  },
};

/** A Deployment that recreates its Pods waits for the old ones to end. */
function deploymentsOf(pod: KubeObject, store: Store): readonly string[] {
  const isOver = store.get("/pods", keyOf(pod)) === undefined || isFinished(pod as Pod);
  const set = isOver ? store.get(sets, controllerKey(pod, "ReplicaSet")[0] ?? "")?.object : undefined;
  return set === undefined ? [] : controllerKey(set, "Deployment");
}

function setsOf({ dependents }: Context, deployment: Deployment): Sets {
  const owned = dependents.of(sets, deployment) as ReplicaSet[];
  const current = findNew(deployment, owned);
  return { current, old: owned.filter((set) => set !== current) };
}

async function roll(context: Context, deployment: Deployment, found: Sets): Promise<number | undefined> {
  const current = await ensureCurrent(context, deployment, found);
  if (current === undefined) return 0;
  if (await scale(context, deployment, rollingStep(deployment, { ...found, current }), { always: false })) return 0;
  return await finish(context, deployment, { ...found, current });
}

async function recreate(context: Context, deployment: Deployment, found: Sets): Promise<number | undefined> {
  const down = found.old.filter(({ spec }) => spec.replicas > 0).map((set) => ({ set, replicas: 0 }));
  if (await scale(context, deployment, down, { always: false })) return 0;
  // The new Pods must not meet the old ones.
  const isRunning = found.old.some((set) =>
    podsOf(context, set).some(({ status }) => status?.phase !== "Failed" && status?.phase !== "Succeeded"),
  );
  if (isRunning) {
    return await writeStatus(context, deployment, found, { rollout: true });
  }
  const current = await ensureCurrent(context, deployment, found);
  if (current === undefined) return 0;
  const size = deployment.spec.replicas;
  const up = current.spec.replicas === size ? [] : [{ set: current, replicas: size }];
  if (await scale(context, deployment, up, { always: false })) return 0;
  return await finish(context, deployment, { ...found, current });
}

async function finish(context: Context, deployment: Deployment, found: Sets): Promise<number | undefined> {
  if (isComplete(deployment, deployment.status ?? {})) await cleanUp(context, deployment, found.old);
  return await writeStatus(context, deployment, found, { rollout: true });
}

/** The ReplicaSet of the present template, in step with the Deployment; undefined when it was written just now. */
async function ensureCurrent(context: Context, deployment: Deployment, found: Sets): Promise<ReplicaSet | undefined> {
  const { api, events, now } = context;
  const { current, old } = found;
  const revision = newRevision(old);
  if (current !== undefined) return (await syncCurrent(context, deployment, current, old)) ? undefined : current;
  const replicas = sizeOfNew(deployment, found);
  const wanted = newReplicaSet(deployment, { replicas, revision });
  const name = wanted.metadata.name ?? "";
  try {
    await api("kube-controller-manager").create(wanted);
  } catch (thrown) {
    if (!(thrown instanceof ApiError)) throw thrown;
    if (thrown.code === "AlreadyExists") {
      // Another template has the same hash, or another owner the same name.
      const collisionCount = (deployment.status?.collisionCount ?? 0) + 1;
      await putStatus(context, deployment, { ...deployment.status, collisionCount });
      return undefined;
    }
    const message = `Failed to create new replica set "${name}": ${thrown.message}`;
    await events(source).record(deployment, { type: "Warning", reason: "ReplicaSetCreateError", message });
    if (hasDeadline(deployment)) {
      const condition = conditionOf("Progressing", "False", "ReplicaSetCreateError", message, now());
      const conditions = setCondition(deployment.status?.conditions ?? [], condition);
      await putStatus(context, deployment, { ...deployment.status, conditions });
    }
    throw thrown;
  }
  if (replicas > 0) {
    const message = `Scaled up replica set ${name} from 0 to ${replicas}`;
    await events(source).record(deployment, { type: "Normal", reason: "ScalingReplicaSet", message });
  }
  if (hasDeadline(deployment)) {
    const message = `Created new replica set "${name}"`;
    const condition = conditionOf("Progressing", "True", "NewReplicaSetCreated", message, now());
    const conditions = setCondition(deployment.status?.conditions ?? [], condition);
    await putStatus(context, withRevision(deployment, revision), { ...deployment.status, conditions });
  } else await putStatus(context, withRevision(deployment, revision), deployment.status ?? {});
  return undefined;
}

/** Carries revision, annotations and minReadySeconds over. True when something was written. */
async function syncCurrent(
  context: Context,
  deployment: Deployment,
  current: ReplicaSet,
  old: readonly ReplicaSet[],
): Promise<boolean> {
  const { api, now } = context;
  const annotations = annotationsFor(deployment, current, newRevision(old));
  const minReadySeconds = deployment.spec.minReadySeconds ?? 0;
  if (
    !isEqual(annotations, current.metadata.annotations ?? {}) ||
    (current.spec.minReadySeconds ?? 0) !== minReadySeconds
  ) {
    const { minReadySeconds: _, ...spec } = current.spec;
    await api("kube-controller-manager").update({
      ...current,
      metadata: { ...current.metadata, annotations },
      spec: { ...spec, ...(minReadySeconds === 0 ? {} : { minReadySeconds }) },
    });
    return true;
  }
  const revision = revisionOf(current);
  const isKnown = deployment.metadata.annotations?.[revisionAnnotation] === String(revision);
  const isFound = hasDeadline(deployment) && progressingOf(deployment.status?.conditions) === undefined;
  if (isKnown && !isFound) return false;
  const message = `Found new replica set "${current.metadata.name ?? ""}"`;
  const condition = conditionOf("Progressing", "True", "FoundNewReplicaSet", message, now());
  const conditions = isFound
    ? setCondition(deployment.status?.conditions ?? [], condition)
    : (deployment.status?.conditions ?? []);
  await putStatus(context, withRevision(deployment, revision), { ...deployment.status, conditions });
  return true;
}

function withRevision(deployment: Deployment, revision: number): Deployment {
  const annotations = { ...deployment.metadata.annotations, [revisionAnnotation]: String(revision) };
  return { ...deployment, metadata: { ...deployment.metadata, annotations } };
}

/** True when a ReplicaSet was changed. */
async function scale(
  { api, events }: Context,
  deployment: Deployment,
  scalings: readonly Scaling[],
  { always }: { readonly always: boolean },
): Promise<boolean> {
  let changed = false;
  const sizes = sizeAnnotations(deployment);
  for (const { set, replicas } of scalings) {
    const annotations = { ...set.metadata.annotations, ...sizes };
    const resized = set.spec.replicas !== replicas;
    if (!resized && !(always && !isEqual(annotations, set.metadata.annotations))) continue;
    await api("kube-controller-manager").update({
      ...set,
      metadata: { ...set.metadata, annotations },
      spec: { ...set.spec, replicas },
    });
    changed = true;
    if (!resized) continue;
    const direction = set.spec.replicas < replicas ? "up" : "down";
    const message = `Scaled ${direction} replica set ${set.metadata.name ?? ""} from ${set.spec.replicas} to ${replicas}`;
    await events(source).record(deployment, { type: "Normal", reason: "ScalingReplicaSet", message });
  }
  return changed;
}

/** Says in the conditions that the rollout is paused, or goes on. */
async function notePause(context: Context, deployment: Deployment): Promise<Deployment> {
  if (!hasDeadline(deployment)) return deployment;
  const progress = progressingOf(deployment.status?.conditions);
  if (progress?.reason === "ProgressDeadlineExceeded") return deployment;
  const isNoted = progress?.reason === "DeploymentPaused";
  const isPaused = deployment.spec.paused === true;
  if (isPaused === isNoted) return deployment;
  const condition = isPaused
    ? conditionOf("Progressing", "Unknown", "DeploymentPaused", "Deployment is paused", context.now())
    : conditionOf("Progressing", "Unknown", "DeploymentResumed", "Deployment is resumed", context.now());
  const conditions = setCondition(deployment.status?.conditions ?? [], condition);
  return await putStatus(context, deployment, { ...deployment.status, conditions });
}

/** Removes the ReplicaSets of templates that are too old to go back to. */
async function cleanUp({ api }: Context, deployment: Deployment, old: readonly ReplicaSet[]): Promise<void> {
  const { revisionHistoryLimit: limit } = deployment.spec;
  if (limit === undefined || limit === 2 ** 31 - 1) return;
  const kept = old.filter((set) => !isDeleted(set)).sort((a, b) => revisionOf(a) - revisionOf(b));
  for (const set of kept.slice(0, Math.max(0, kept.length - limit))) {
    const { spec, status = {}, metadata } = set;
    const isSeen = (metadata.generation ?? 0) <= (status.observedGeneration ?? 0);
    if (spec.replicas === 0 && (status.replicas ?? 0) === 0 && isSeen) {
      await api("kube-controller-manager").remove(set, { propagation: "Background" });
    }
  }
}

async function writeStatus(
  context: Context,
  deployment: Deployment,
  found: Sets,
  { rollout }: { readonly rollout: boolean },
): Promise<number | undefined> {
  const status = deploymentStatus(deployment, found, { now: context.now(), rollout });
  if (!isEqual(status, deployment.status)) await putStatus(context, deployment, status);
  return rollout ? untilDeadline(deployment, status, context.now()) : undefined;
}

async function putStatus({ api }: Context, deployment: Deployment, status: DeploymentStatus): Promise<Deployment> {
  return await api("kube-controller-manager").updateStatus({ ...deployment, status });
}
