import type { Controller } from "../runtime.ts";
import type { Pod } from "../kinds.ts";
import { nodeName } from "../node.ts";
import { isDeleted, isFinished, keyOf, timestamp, withCondition } from "../objects.ts";
import { createWaits } from "../waits.ts";

/** Gives each Pod the node; one that asks for another kind of node waits, and an event says so. */
export function createScheduler(): Controller {
  const waits = createWaits();
  return {
    name: "scheduler",
    watches: [{ bucket: "/pods", keys: (pod) => [keyOf(pod)] }],
    async reconcile(key, { store, now, pace, events }) {
      const pod = store.get("/pods", key)?.object as Pod | undefined;
      if (pod === undefined || isWaiting(pod) !== true) return waits.forget(key);
      const wait = waits.until(key, { of: pod.metadata.uid ?? "", after: pace.schedule, now: now() });
      if (wait > 0) return wait;
      waits.forget(key);
      const problem = misfit(pod, store.get("/nodes", nodeName)?.object.metadata.labels ?? {});
      const transition = { type: "PodScheduled", lastTransitionTime: timestamp(now()) } as const;
      if (problem !== undefined) {
        const known = pod.status?.conditions?.find(({ type }) => type === "PodScheduled");
        if (known?.status === "False") return undefined;
        await write({ ...transition, status: "False", reason: "Unschedulable", message: problem });
        await events("default-scheduler").record(pod, {
          type: "Warning",
          reason: "FailedScheduling",
          message: problem,
        });
        return undefined;
      }
      await write({ ...transition, status: "True" }, nodeName);
      const message = `Successfully assigned ${key} to ${nodeName}`;
      await events("default-scheduler").record(pod, { type: "Normal", reason: "Scheduled", message });
      return undefined;

      // A binding is a write of its own kind: the node of a Pod cannot be changed otherwise.
      async function write(condition: Parameters<typeof withCondition>[1], node?: string): Promise<void> {
        await store.guaranteedUpdate("/pods", key, (current) => {
          const latest = current?.object as Pod | undefined;
          if (latest === undefined || isWaiting(latest) !== true) return latest;
          const conditions = withCondition(latest.status?.conditions, condition as never);
          return {
            ...latest,
            spec: node === undefined ? latest.spec : { ...latest.spec, nodeName: node },
            status: { phase: "Pending", ...latest.status, conditions },
          };
        });
      }
    },
  };
}

function isWaiting(pod: Pod): boolean {
  const { nodeName: node, schedulingGates = [] } = pod.spec;
  return (node === undefined || node === "") && schedulingGates.length === 0 && !isDeleted(pod) && !isFinished(pod);
}

function misfit({ spec }: Pod, labels: Readonly<Record<string, string>>): string | undefined {
  if (Object.entries(spec.nodeSelector ?? {}).every(([name, value]) => labels[name] === value)) return undefined;
  const why = "1 node(s) didn't match Pod's node affinity/selector.";
  return `0/1 nodes are available: ${why} no new claims to deallocate, preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.`;
}
