import type { KubeObject } from "../../../api/index.ts";
import { ageColumn, ageOf, type Column, nameColumn } from "../columns.ts";
import { type Part, partOf, partsOf, specOf } from "../kinds/object.ts";
import { column, numberAt, statusOf, textAt, wide } from "./column.ts";

/** kubectl's printPod: what state a Pod is in, in one word. */
export function podStatus(pod: KubeObject): string {
  const status = statusOf(pod);
  let reason = textAt(status, "reason") || textAt(status, "phase");
  const gated = partsOf(status["conditions"]).find(
    ({ type, reason }) => type === "PodScheduled" && reason === "SchedulingGated",
  );
  if (gated !== undefined) reason = "SchedulingGated";
  const init = initReason(pod);
  if (init !== undefined) reason = init;
  else reason = containerReason(status, reason);
  if (pod.metadata.deletionTimestamp === undefined) return reason;
  if (textAt(status, "reason") === "NodeLost") return "Unknown";
  return textAt(status, "phase") === "Failed" || textAt(status, "phase") === "Succeeded" ? reason : "Terminating";
}

function initReason(pod: KubeObject): string | undefined {
  const containers = partsOf(specOf(pod)["initContainers"]);
  for (const [index, status] of partsOf(statusOf(pod)["initContainerStatuses"]).entries()) {
    const state = partOf(status["state"]);
    const terminated = partOf(state["terminated"]);
    const waiting = partOf(state["waiting"]);
    if (state["terminated"] !== undefined && numberAt(terminated, "exitCode") === 0) continue;
    const isSidecar = containers.find(({ name }) => name === status["name"])?.["restartPolicy"] === "Always";
    if (isSidecar && status["started"] === true) continue;
    if (state["terminated"] !== undefined) return `Init:${ended(terminated)}`;
    const why = textAt(waiting, "reason");
    return why === "" || why === "PodInitializing" ? `Init:${index}/${containers.length}` : `Init:${why}`;
  }
  return undefined;
}

function ended(terminated: Part): string {
  const reason = textAt(terminated, "reason");
  if (reason !== "") return reason;
  const signal = numberAt(terminated, "signal");
  return signal === 0 ? `ExitCode:${numberAt(terminated, "exitCode")}` : `Signal:${signal}`;
}

function containerReason(status: Part, otherwise: string): string {
  let reason = otherwise;
  let isRunning = false;
  for (const container of partsOf(status["containerStatuses"]).toReversed()) {
    const state = partOf(container["state"]);
    const waiting = textAt(partOf(state["waiting"]), "reason");
    if (waiting !== "") reason = waiting;
    else if (state["terminated"] !== undefined) reason = ended(partOf(state["terminated"]));
    else if (container["ready"] === true && state["running"] !== undefined) isRunning = true;
  }
  if (reason !== "Completed" || !isRunning) return reason;
  const isReady = partsOf(status["conditions"]).some(
    (condition) => condition["type"] === "Ready" && condition["status"] === "True",
  );
  return isReady ? "Running" : "NotReady";
}

function restarts(pod: KubeObject, now: Date): string {
  const statuses = partsOf(statusOf(pod)["containerStatuses"]);
  const count = statuses.reduce((sum, status) => sum + numberAt(status, "restartCount"), 0);
  const last = statuses
    .map((status) => textAt(partOf(partOf(status["lastState"])["terminated"]), "finishedAt"))
    .filter((time) => time !== "")
    .sort()
    .at(-1);
  return count > 0 && last !== undefined ? `${count} (${ageOf(last, now)} ago)` : String(count);
}

function readiness(pod: KubeObject): string {
  const sidecars = partsOf(specOf(pod)["initContainers"]).filter(({ restartPolicy }) => restartPolicy === "Always");
  const names = new Set(sidecars.map(({ name }) => name));
  const status = statusOf(pod);
  const statuses = [
    ...partsOf(status["containerStatuses"]),
    ...partsOf(status["initContainerStatuses"]).filter(({ name }) => names.has(name)),
  ];
  const ready = statuses.filter((container) => container["ready"] === true).length;
  return `${ready}/${partsOf(specOf(pod)["containers"]).length + sidecars.length}`;
}

function gates(pod: KubeObject): string {
  const wanted = partsOf(specOf(pod)["readinessGates"]);
  if (wanted.length === 0) return "<none>";
  const conditions = partsOf(statusOf(pod)["conditions"]);
  const met = wanted.filter(({ conditionType }) =>
    conditions.some(({ type, status }) => type === conditionType && status === "True"),
  );
  return `${met.length}/${wanted.length}`;
}

export const podColumns: readonly Column[] = [
  nameColumn,
  column("Ready", readiness),
  column("Status", podStatus),
  column("Restarts", restarts),
  ageColumn,
  wide("IP", (pod) => textAt(statusOf(pod), "podIP", "<none>")),
  wide("Node", (pod) => textAt(specOf(pod), "nodeName", "<none>")),
  wide("Nominated Node", (pod) => textAt(statusOf(pod), "nominatedNodeName", "<none>")),
  wide("Readiness Gates", gates),
];
