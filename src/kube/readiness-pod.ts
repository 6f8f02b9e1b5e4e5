import type { KubeObject } from "../api/index.ts";
import { conditionsOf, type Readiness, valueAt } from "./readiness.ts";

/** How long kstatus lets a Pod look for a node before it calls that a failure. */
const scheduleWindow = 15_000;

/** A Pod by kstatus' rules: it has ended, or it runs and is Ready. */
export function podReadiness(pod: KubeObject, now: Date): Readiness {
  const phase = valueAt(pod, "status", "phase");
  switch (phase) {
    case "Succeeded":
      return { status: "Current", message: "Pod has completed successfully" };
    case "Failed":
      // kstatus: "Failed" is where the Pod was brought, so it is Current.
      return { status: "Current", message: "Pod has completed, but not successfully" };
    case "Running":
      return runningReadiness(pod);
    case "Pending":
      return pendingReadiness(pod, now);
    case undefined:
    case "":
      return { status: "InProgress", message: "Pod phase not available" };
    default:
      return { status: "Unknown", message: `unknown phase ${String(phase)}` };
  }
}

function runningReadiness(pod: KubeObject): Readiness {
  if (conditionsOf(pod).some(({ type, status }) => type === "Ready" && status === "True")) {
    return { status: "Current", message: "Pod is Ready" };
  }
  const looping = crashLooping(pod);
  return looping.length > 0
    ? { status: "Failed", message: `Containers in CrashLoop state: ${looping.join(",")}` }
    : { status: "InProgress", message: "Pod is running but is not Ready" };
}

function pendingReadiness(pod: KubeObject, now: Date): Readiness {
  const unschedulable = conditionsOf(pod).some(
    ({ type, status, reason }) => type === "PodScheduled" && status === "False" && reason === "Unschedulable",
  );
  if (!unschedulable) return { status: "InProgress", message: "Pod is in the Pending phase" };
  const created = Date.parse(pod.metadata.creationTimestamp ?? "");
  return now.getTime() - scheduleWindow < created
    ? { status: "InProgress", message: "Pod has not been scheduled" }
    : { status: "Failed", message: "Pod could not be scheduled" };
}

function crashLooping(pod: KubeObject): readonly string[] {
  const statuses = valueAt(pod, "status", "containerStatuses");
  if (!Array.isArray(statuses)) return [];
  return statuses
    .filter((status) => valueAt(status, "state", "waiting", "reason") === "CrashLoopBackOff")
    .map((status) => String(valueAt(status, "name") ?? ""));
}
