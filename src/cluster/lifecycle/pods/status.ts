import type { Container, ContainerState, ContainerStatus, Pod, PodCondition, PodStatus } from "../kinds.ts";
import { timestamp } from "../objects.ts";
import { normalize } from "./images.ts";

/** A sidecar starts with the init containers and runs as long as the Pod. */
export function isSidecar(container: Container): boolean {
  return container.restartPolicy === "Always";
}

export function statusOf(statuses: readonly ContainerStatus[] | undefined, name: string): ContainerStatus | undefined {
  return statuses?.find((status) => status.name === name);
}

export function waitingStatus(container: Container, reason: string, message?: string): ContainerStatus {
  return {
    name: container.name,
    image: container.image ?? "",
    imageID: "",
    ready: false,
    started: false,
    restartCount: 0,
    state: { waiting: { reason, ...(message === undefined ? {} : { message }) } },
    lastState: {},
  };
}

export function runningStatus(
  container: Container,
  now: Date,
  { ready, previous }: { readonly ready: boolean; readonly previous?: ContainerStatus },
): ContainerStatus {
  const image = normalize(container.image ?? "");
  return {
    ...(previous ?? waitingStatus(container, "")),
    containerID: `containerd://${crypto.randomUUID().replaceAll("-", "")}`,
    image,
    imageID: image.includes("@") ? image : `${image.replace(/:[^:/]*$/, "")}@sha256:${digestLike(image)}`,
    ready,
    started: true,
    state: { running: { startedAt: timestamp(now) } },
  };
}

export function terminatedStatus(status: ContainerStatus, exitCode: number, now: Date): ContainerStatus {
  return {
    ...status,
    ready: false,
    started: false,
    state: {
      terminated: {
        exitCode,
        reason: exitCode === 0 ? "Completed" : "Error",
        startedAt: "running" in status.state ? status.state.running.startedAt : timestamp(now),
        finishedAt: timestamp(now),
      },
    },
  };
}

export function isRunning({ state }: ContainerStatus): boolean {
  return "running" in state;
}

export function reasonOf({ state }: ContainerStatus): string | undefined {
  return "waiting" in state ? state.waiting.reason : undefined;
}

export function exitCodeOf(state: ContainerState | Record<string, never>): number | undefined {
  return "terminated" in state && state.terminated !== undefined ? state.terminated.exitCode : undefined;
}

/** The status of a Pod whose containers are as given: its phase and its conditions follow from them. */
export function withContainers(
  pod: Pod,
  containers: {
    readonly containerStatuses: readonly ContainerStatus[];
    readonly initContainerStatuses?: readonly ContainerStatus[];
  },
  now: Date,
): PodStatus {
  const { spec, status = {} } = pod;
  const { containerStatuses, initContainerStatuses = [] } = containers;
  const phase = phaseOf(pod, containers);
  const isOver = phase === "Succeeded" || phase === "Failed";
  const initialized = isOver
    ? phase === "Succeeded" || initDone(pod, initContainerStatuses)
    : initDone(pod, initContainerStatuses);
  const unready = containerStatuses.filter(({ ready }) => !ready).map(({ name }) => name);
  const ready = !isOver && unready.length === 0 && initialized;
  const why = isOver
    ? phase === "Succeeded"
      ? { reason: "PodCompleted" }
      : { reason: "PodFailed" }
    : { reason: "ContainersNotReady", message: `containers with unready status: [${unready.join(" ")}]` };
  const conditions: { readonly type: string; readonly is: boolean; readonly why?: object }[] = [
    { type: "PodReadyToStartContainers", is: !isOver && status.podIP !== undefined },
    {
      type: "Initialized",
      is: initialized,
      why: {
        reason: "ContainersNotInitialized",
        message: `containers with incomplete status: [${incomplete(pod, initContainerStatuses).join(" ")}]`,
      },
    },
    { type: "Ready", is: ready, why },
    { type: "ContainersReady", is: ready, why },
    ...(spec.readinessGates ?? []).map(({ conditionType }) => ({ type: conditionType, is: ready })),
  ];
  let next = status.conditions ?? [];
  for (const { type, is, why: because } of conditions) {
    next = setCondition(next, {
      type,
      status: is ? "True" : "False",
      lastTransitionTime: timestamp(now),
      ...(type === "Initialized" && isOver && is ? { reason: "PodCompleted" } : is ? {} : because),
    });
  }
  return {
    ...status,
    phase,
    conditions: next,
    containerStatuses,
    ...(initContainerStatuses.length === 0 ? {} : { initContainerStatuses }),
  };
}

function setCondition(conditions: readonly PodCondition[], condition: PodCondition): readonly PodCondition[] {
  const old = conditions.find(({ type }) => type === condition.type);
  if (old === undefined) return [...conditions, condition];
  const next =
    old.status === condition.status ? { ...condition, lastTransitionTime: old.lastTransitionTime } : condition;
  return conditions.map((other) => (other === old ? next : other));
}

function initDone(pod: Pod, statuses: readonly ContainerStatus[]): boolean {
  return incomplete(pod, statuses).length === 0;
}

function incomplete({ spec }: Pod, statuses: readonly ContainerStatus[]): string[] {
  return (spec.initContainers ?? [])
    .filter((container) => {
      const status = statusOf(statuses, container.name);
      if (status === undefined) return true;
      return isSidecar(container) ? !status.started : exitCodeOf(status.state) !== 0;
    })
    .map(({ name }) => name);
}

function phaseOf(
  { spec, status }: Pod,
  containers: {
    readonly containerStatuses: readonly ContainerStatus[];
    readonly initContainerStatuses?: readonly ContainerStatus[];
  },
): NonNullable<PodStatus["phase"]> {
  const { containerStatuses, initContainerStatuses = [] } = containers;
  const { restartPolicy = "Always" } = spec;
  const never = restartPolicy === "Never";
  const failedInit = initContainerStatuses.some(({ state }) => (exitCodeOf(state) ?? 0) !== 0);
  if (failedInit && never) return "Failed";
  const codes = containerStatuses.map(({ state }) => exitCodeOf(state));
  if (codes.length > 0 && codes.every((code) => code !== undefined) && restartPolicy !== "Always") {
    if (codes.every((code) => code === 0)) return "Succeeded";
    if (never) return "Failed";
  }
  const hasStarted = containerStatuses.some(
    ({ state, restartCount }) => "running" in state || "terminated" in state || restartCount > 0,
  );
  const isHeld = containerStatuses.some((container) => "waiting" in container.state && container.restartCount === 0);
  return status?.phase === "Running" || (hasStarted && !isHeld) ? "Running" : "Pending";
}

// Nothing was pulled: an identity that is always the same for a reference, and looks like one.
function digestLike(image: string): string {
  let state = 0x9e3779b9;
  let text = "";
  for (let i = 0; text.length < 64; i += 1) {
    state = Math.imul(state ^ (image.charCodeAt(i % image.length) || 1), 0x85ebca6b) >>> 0;
    state = (state ^ (state >>> 13)) >>> 0;
    text += state.toString(16).padStart(8, "0");
  }
  return text.slice(0, 64);
}
