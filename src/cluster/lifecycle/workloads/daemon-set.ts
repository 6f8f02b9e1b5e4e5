import { isEqual } from "../../managed-fields/equality.ts";
import type { DaemonSet, Pod } from "../kinds.ts";
import { nodeName } from "../node.ts";
import { count, isActive, isAvailable, isDeleted, isFinished, isReady, keyOf, untilAvailable } from "../objects.ts";
import type { Context, Controller } from "../runtime.ts";
import { adopt } from "./adoption.ts";
import { controllerKey, podFrom, podsOf } from "./pods-of.ts";
import { ensureRevision, pruneRevisions, type Revision, revisionsOf } from "./revisions.ts";

const bucket = "apps/daemonsets";
const source = "daemonset-controller";
const revisionLabel = "controller-revision-hash";

/** Keeps one Pod of a DaemonSet on the node, if the node is of the kind that it asks for. */
export const daemonSetController: Controller = {
  name: source,
  watches: [
    { bucket, keys: (object) => [keyOf(object)] },
    { bucket: "/pods", keys: (pod) => controllerKey(pod, "DaemonSet") },
    { bucket: "apps/controllerrevisions", keys: (object) => controllerKey(object, "DaemonSet") },
  ],
  async reconcile(key, context) {
    const { store, now, api } = context;
    const set = store.get(bucket, key)?.object as DaemonSet | undefined;
    if (set === undefined) return undefined;
    if (await adopt(context, set, "/pods", (pod) => isActive(pod as Pod))) return 0;
    const known = revisionsOf(context, set);
    const revision = await ensureRevision(context, set, { known, hashLabel: revisionLabel });
    if (revision === undefined) return 0;
    if (!isDeleted(set)) await act(context, set, revision);
    const latest = store.get(bucket, key)?.object as DaemonSet | undefined;
    if (latest === undefined) return undefined;
    const pods = podsOf(context, latest);
    const status = daemonSetStatus(latest, pods, { revision, desired: desired(context, latest), now: now() });
    if (!isEqual(status, latest.status)) await api("kube-controller-manager").updateStatus({ ...latest, status });
    const used = new Set(pods.map(({ metadata }) => metadata.labels?.[revisionLabel] ?? ""));
    await pruneRevisions(context, { known, used, limit: 10 });
    return untilAvailable(pods, set.spec.minReadySeconds ?? 0, now());
  },
};

function desired({ store }: Context, set: DaemonSet): number {
  const labels = store.get("/nodes", nodeName)?.object.metadata.labels ?? {};
  const wanted = set.spec.template.spec.nodeSelector ?? {};
  return Object.entries(wanted).every(([name, value]) => labels[name] === value) ? 1 : 0;
}

async function act(context: Context, set: DaemonSet, revision: Revision): Promise<void> {
  const { api, events } = context;
  const { create, remove } = api("kube-controller-manager");
  const pods = podsOf(context, set);
  const spare: Pod[] = [];
  const active = pods.filter(isActive);
  spare.push(...pods.filter((pod) => isFinished(pod) && !isDeleted(pod)));
  const wanted = desired(context, set);
  spare.push(...active.slice(wanted));
  const isManual = set.spec.updateStrategy?.type === "OnDelete";
  const outdated = active.slice(0, wanted).filter(({ metadata }) => metadata.labels?.[revisionLabel] !== revision.hash);
  if (!isManual) spare.push(...outdated);
  for (const pod of spare) {
    await remove(pod);
    const message = `Deleted pod: ${pod.metadata.name ?? ""}`;
    await events(source).record(set, { type: "Normal", reason: "SuccessfulDelete", message });
  }
  // The node has room for one: the next Pod comes when the one before is gone.
  if (pods.length > 0 || wanted === 0) return;
  const labels = { [revisionLabel]: revision.hash, "pod-template-generation": String(set.metadata.generation ?? 1) };
  const term = { matchFields: [{ key: "metadata.name", operator: "In", values: [nodeName] }] };
  const template = {
    ...revision.template,
    spec: {
      ...revision.template.spec,
      affinity: {
        nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [term] } },
      },
    },
  };
  const { metadata } = await create(podFrom(template, set, { generateName: `${set.metadata.name ?? ""}-`, labels }));
  const message = `Created pod: ${metadata.name ?? ""}`;
  await events(source).record(set, { type: "Normal", reason: "SuccessfulCreate", message });
}

export function daemonSetStatus(
  { spec, metadata }: DaemonSet,
  pods: readonly Pod[],
  { revision, desired: wanted, now }: { readonly revision: Revision; readonly desired: number; readonly now: Date },
): NonNullable<DaemonSet["status"]> {
  const active = pods.filter(isActive);
  const ready = active.filter(isReady);
  const available = ready.filter((pod) => isAvailable(pod, spec.minReadySeconds ?? 0, now)).length;
  const updated = active.filter((pod) => pod.metadata.labels?.[revisionLabel] === revision.hash).length;
  return {
    currentNumberScheduled: Math.min(active.length, wanted),
    desiredNumberScheduled: wanted,
    ...count("numberAvailable", available),
    numberMisscheduled: wanted === 0 ? active.length : 0,
    numberReady: ready.length,
    ...count("numberUnavailable", Math.max(0, wanted - available)),
    ...(metadata.generation === undefined ? {} : { observedGeneration: metadata.generation }),
    ...count("updatedNumberScheduled", updated),
  };
}
