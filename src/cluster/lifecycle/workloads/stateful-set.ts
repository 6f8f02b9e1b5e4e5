import { ApiError, type KubeObject } from "../../../api/index.ts";
import { isEqual } from "../../managed-fields/equality.ts";
import type { Pod, PodTemplate, StatefulSet } from "../kinds.ts";
import { count, isAvailable, isDeleted, isFinished, isReady, keyOf, untilAvailable } from "../objects.ts";
import type { Context, Controller } from "../runtime.ts";
import { adopt } from "./adoption.ts";
import { controllerKey, podFrom, podsOf } from "./pods-of.ts";
import { ensureRevision, pruneRevisions, type Revision, revisionsOf } from "./revisions.ts";

const bucket = "apps/statefulsets";
const source = "statefulset-controller";
const revisionLabel = "controller-revision-hash";

/** Keeps the Pods of a StatefulSet: each with its number, one after the other unless it may be all at once. */
export const statefulSetController: Controller = {
  name: source,
  watches: [
    { bucket, keys: (object) => [keyOf(object)] },
    { bucket: "/pods", keys: (pod) => controllerKey(pod, "StatefulSet") },
    { bucket: "apps/controllerrevisions", keys: (object) => controllerKey(object, "StatefulSet") },
  ],
  async reconcile(key, context) {
    const { store, now, api } = context;
    const set = store.get(bucket, key)?.object as StatefulSet | undefined;
    if (set === undefined) return undefined;
    if (await adopt(context, set, "/pods", (pod) => ordinalOf(set, pod) >= 0)) return 0;
    const known = revisionsOf(context, set);
    const update = await ensureRevision(context, set, { known, hashLabel: "controller.kubernetes.io/hash" });
    if (update === undefined) return 0;
    const current = known.find(({ name }) => name === set.status?.currentRevision) ?? update;
    if (!isDeleted(set)) await act(context, set, { current, update });
    const latest = store.get(bucket, key)?.object as StatefulSet | undefined;
    if (latest === undefined) return undefined;
    const pods = podsOf(context, latest);
    const status = statefulSetStatus(latest, pods, { current, update, now: now() });
    if (!isEqual(status, latest.status)) await api("kube-controller-manager").updateStatus({ ...latest, status });
    const used = new Set([...pods.map(revisionOfPod), status["currentRevision"] as string]);
    await pruneRevisions(context, { known, used, limit: set.spec.revisionHistoryLimit ?? 10 });
    return untilAvailable(pods, set.spec.minReadySeconds ?? 0, now());
  },
};

interface Revisions {
  readonly current: Revision;
  readonly update: Revision;
}

/** What to do next with the Pods of a set: one thing at a time unless they are managed in parallel. */
async function act(context: Context, set: StatefulSet, revisions: Revisions): Promise<void> {
  const { api, now } = context;
  const { remove } = api("kube-controller-manager");
  const { spec } = set;
  const start = spec.ordinals?.start ?? 0;
  const end = start + spec.replicas;
  const isParallel = spec.podManagementPolicy === "Parallel";
  const pods = new Map(podsOf(context, set).map((pod) => [ordinalOf(set, pod), pod]));
  const isServing = (pod: Pod | undefined): boolean =>
    pod !== undefined && !isDeleted(pod) && isAvailable(pod, spec.minReadySeconds ?? 0, now());
  const partition = spec.updateStrategy?.rollingUpdate?.partition ?? 0;

  for (let ordinal = start; ordinal < end; ordinal += 1) {
    const pod = pods.get(ordinal);
    if (pod !== undefined && isFinished(pod) && !isDeleted(pod)) {
      await remove(pod);
      await tell(context, set, "delete", pod.metadata.name ?? "");
      if (!isParallel) return;
    } else if (pod === undefined) {
      const revision = ordinal < partition ? revisions.current : revisions.update;
      await createPod(context, set, ordinal, revision);
      if (!isParallel) return;
    } else if (!isParallel && !isServing(pod)) return;
  }
  const condemned = [...pods].filter(([ordinal]) => ordinal < start || ordinal >= end).sort(([a], [b]) => b - a);
  for (const [, pod] of condemned) {
    if (isDeleted(pod)) {
      if (isParallel) continue;
      return;
    }
    await remove(pod);
    await tell(context, set, "delete", pod.metadata.name ?? "");
    if (!isParallel) return;
  }
  if (spec.updateStrategy?.type === "OnDelete") return;
  for (let ordinal = end - 1; ordinal >= Math.max(start, partition); ordinal -= 1) {
    const pod = pods.get(ordinal);
    if (pod === undefined || isDeleted(pod)) return;
    if (revisionOfPod(pod) !== revisions.update.name) {
      await remove(pod);
      await tell(context, set, "delete", pod.metadata.name ?? "");
      return;
    }
    if (!isServing(pod)) return;
  }
}

async function createPod(context: Context, set: StatefulSet, ordinal: number, revision: Revision): Promise<void> {
  const { api, events } = context;
  const setName = set.metadata.name ?? "";
  const name = `${setName}-${ordinal}`;
  const claims = (set.spec.volumeClaimTemplates ?? []).map((template) => claimFrom(set, template, name));
  for (const { claim } of claims) {
    if (context.store.get("/persistentvolumeclaims", keyOf(claim)) !== undefined) continue;
    await api("kube-controller-manager").create(claim);
    const message = `Create Claim ${claim.metadata.name ?? ""} Pod ${name} in StatefulSet ${setName} success`;
    await events(source).record(set, { type: "Normal", reason: "SuccessfulCreate", message });
  }
  const volumes = [
    ...claims.map(({ volume, claim }) => ({
      name: volume,
      persistentVolumeClaim: { claimName: claim.metadata.name ?? "" },
    })),
    ...(revision.template.spec.volumes ?? []).filter(({ name: own }) => !claims.some(({ volume }) => volume === own)),
  ];
  const template: PodTemplate = {
    ...revision.template,
    spec: {
      ...revision.template.spec,
      hostname: name,
      ...(set.spec.serviceName === undefined || set.spec.serviceName === "" ? {} : { subdomain: set.spec.serviceName }),
      ...(volumes.length === 0 ? {} : { volumes }),
    },
  };
  const labels = {
    "apps.kubernetes.io/pod-index": String(ordinal),
    [revisionLabel]: revision.name,
    "statefulset.kubernetes.io/pod-name": name,
  };
  try {
    await api("kube-controller-manager").create(podFrom(template, set, { name, labels }));
  } catch (thrown) {
    if (!(thrown instanceof ApiError) || thrown.code === "AlreadyExists") throw thrown;
    const message = `Create Pod ${name} in StatefulSet ${setName} failed error: ${thrown.message}`;
    await events(source).record(set, { type: "Warning", reason: "FailedCreate", message });
    throw thrown;
  }
  await tell(context, set, "create", name);
}

function claimFrom(
  set: StatefulSet,
  template: KubeObject,
  pod: string,
): { readonly volume: string; readonly claim: KubeObject } {
  const volume = template.metadata.name ?? "";
  const { status: _, ...rest } = template;
  return {
    volume,
    claim: {
      ...rest,
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: {
        ...template.metadata,
        name: `${volume}-${pod}`,
        namespace: set.metadata.namespace ?? "default",
        labels: { ...template.metadata.labels, ...set.spec.selector.matchLabels },
      },
    },
  };
}

async function tell({ events }: Context, set: StatefulSet, verb: "create" | "delete", pod: string): Promise<void> {
  const title = verb === "create" ? "Create" : "Delete";
  const message = `${title} Pod ${pod} in StatefulSet ${set.metadata.name ?? ""} successful`;
  await events(source).record(set, { type: "Normal", reason: `Successful${title}`, message });
}

export function statefulSetStatus(
  set: StatefulSet,
  pods: readonly Pod[],
  { current, update, now }: Revisions & { readonly now: Date },
): NonNullable<StatefulSet["status"]> {
  const { spec, metadata } = set;
  const live = pods.filter((pod) => !isFinished(pod));
  const ready = live.filter(isReady);
  const of = (revision: Revision) =>
    live.filter((pod) => !isDeleted(pod) && revisionOfPod(pod) === revision.name).length;
  const updated = of(update);
  const isDone =
    spec.updateStrategy?.type !== "OnDelete" &&
    updated === spec.replicas &&
    ready.length === spec.replicas &&
    live.length === spec.replicas;
  return {
    ...(metadata.generation === undefined ? {} : { observedGeneration: metadata.generation }),
    replicas: live.length,
    ...count("readyReplicas", ready.length),
    ...count("currentReplicas", isDone ? updated : of(current)),
    ...count("updatedReplicas", updated),
    availableReplicas: ready.filter((pod) => isAvailable(pod, spec.minReadySeconds ?? 0, now)).length,
    currentRevision: isDone ? update.name : current.name,
    updateRevision: update.name,
    collisionCount: 0,
  };
}

function revisionOfPod({ metadata }: Pod): string {
  return metadata.labels?.[revisionLabel] ?? "";
}

function ordinalOf(set: StatefulSet, { metadata }: KubeObject): number {
  if (!(metadata.name ?? "").startsWith(`${set.metadata.name ?? ""}-`)) return -1;
  const text = (metadata.name ?? "").slice((set.metadata.name ?? "").length + 1);
  return /^\d+$/.test(text) ? Number(text) : -1;
}
