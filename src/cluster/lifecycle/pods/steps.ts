import type { EventText } from "../events.ts";
import type { Container, ContainerStatus, Pod, PodStatus } from "../kinds.ts";
import { controllerOf, isDeleted, isFinished, timestamp } from "../objects.ts";
import type { Pace } from "../pace.ts";
import { outcomeOf } from "./commands.ts";
import { imageProblem } from "./images.ts";
import {
  exitCodeOf,
  isRunning,
  isSidecar,
  reasonOf,
  runningStatus,
  statusOf,
  terminatedStatus,
  waitingStatus,
  withContainers,
} from "./status.ts";

/** What happens to a Pod on its node next, and when. Pure: `next` gives the status and the events of the step. */
export interface Step {
  readonly name: string;
  readonly after: number;
  readonly next: (
    now: Date,
    podIP: () => string,
  ) => { readonly status: PodStatus; readonly events: readonly EventText[] };
}

/** The next step of a Pod that has a node; undefined when it rests. */
export function nextStep(pod: Pod, pace: Pace): Step | undefined {
  if (isDeleted(pod) || isFinished(pod)) return undefined;
  if (pod.status?.containerStatuses === undefined) return admission(pod);
  const steps = [
    pulling(pod, pace),
    backingOff(pod, pace),
    readiness(pod, pace),
    ending(pod, pace),
    restart(pod, pace),
  ];
  return steps.filter((step) => step !== undefined).sort((a, b) => a.after - b.after)[0];
}

/** The node takes the Pod on. */
function admission(pod: Pod): Step {
  const { containers, initContainers = [] } = pod.spec;
  return {
    name: "admit",
    after: 0,
    next: (now) => {
      const reason = initContainers.length === 0 ? "ContainerCreating" : "PodInitializing";
      const status = withContainers(
        pod,
        {
          containerStatuses: containers.map((container) => waitingStatus(container, reason)),
          initContainerStatuses: initContainers.map((container) => waitingStatus(container, "PodInitializing")),
        },
        now,
      );
      const images = new Set([...initContainers, ...containers].map(({ image = "" }) => image));
      return {
        status: { ...status, hostIP: nodeIP, hostIPs: [{ ip: nodeIP }], startTime: timestamp(now) },
        events: [...initContainers, ...containers]
          .filter(({ image = "" }) => images.delete(image) && imageProblem(image)?.reason !== "InvalidImageName")
          .map((container) => about(pod, container, "Normal", "Pulling", `Pulling image "${container.image ?? ""}"`)),
      };
    },
  };
}

/** Images arrive, or not; what has its image starts. Init containers come first and run to their end. */
function pulling(pod: Pod, pace: Pace): Step | undefined {
  const statuses = pod.status?.containerStatuses ?? [];
  const isNew = (status: ContainerStatus) => ["ContainerCreating", "PodInitializing"].includes(reasonOf(status) ?? "");
  const inits = pod.spec.initContainers ?? [];
  const initStatuses = pod.status?.initContainerStatuses ?? [];
  const current = inits.find((container) => {
    const status = statusOf(initStatuses, container.name);
    return status === undefined || !(isSidecar(container) ? status.started : exitCodeOf(status.state) === 0);
  });
  if (current !== undefined) {
    const status = statusOf(initStatuses, current.name) ?? waitingStatus(current, "PodInitializing");
    if (!isNew(status)) return undefined;
    return {
      name: `start ${current.name}`,
      after: pace.pull,
      next: (now, podIP) => {
        const { status: started, events } = startOne(pod, current, status, now);
        const next = withContainers(
          withAddress(pod, podIP),
          {
            containerStatuses: statuses,
            initContainerStatuses: initStatuses.map((other) => (other.name === current.name ? started : other)),
          },
          now,
        );
        return { status: next, events };
      },
    };
  }
  if (!statuses.some(isNew)) return undefined;
  return {
    name: "start",
    after: pace.pull,
    next: (now, podIP) => {
      const events: EventText[] = [];
      const containerStatuses = statuses.map((status) => {
        const container = pod.spec.containers.find(({ name }) => name === status.name);
        if (container === undefined || !isNew(status)) return status;
        const started = startOne(pod, container, status, now);
        events.push(...started.events);
        return started.status;
      });
      const next = { containerStatuses, initContainerStatuses: initStatuses };
      return { status: withContainers(withAddress(pod, podIP), next, now), events };
    },
  };
}

function startOne(
  pod: Pod,
  container: Container,
  previous: ContainerStatus,
  now: Date,
): { readonly status: ContainerStatus; readonly events: readonly EventText[] } {
  const { image = "" } = container;
  const problem = imageProblem(image);
  const event = (type: EventText["type"], reason: string, message: string) =>
    about(pod, container, type, reason, message);
  if (problem?.reason === "InvalidImageName") {
    return {
      status: { ...previous, state: { waiting: problem } },
      events: [
        event("Warning", "InspectFailed", problem.message),
        event("Warning", "Failed", "Error: InvalidImageName"),
      ],
    };
  }
  if (problem !== undefined) {
    return {
      status: { ...previous, state: { waiting: problem } },
      events: [
        event("Warning", "Failed", `Failed to pull image "${image}": ${problem.message}`),
        event("Warning", "Failed", "Error: ErrImagePull"),
      ],
    };
  }
  return {
    status: runningStatus(container, now, { ready: container.readinessProbe === undefined, previous }),
    events: [
      event(
        "Normal",
        "Pulled",
        `Successfully pulled image "${image}" in 100ms (100ms including waiting). Image size: 10000000 bytes.`,
      ),
      event("Normal", "Created", "Container created"),
      event("Normal", "Started", "Container started"),
    ],
  };
}

/** kubelet tries an image again only after a while. */
function backingOff(pod: Pod, pace: Pace): Step | undefined {
  return eachContainer(pod, {
    name: "back off",
    after: pace.backOff,
    concerns: (status) => reasonOf(status) === "ErrImagePull",
    change: (status, container) => {
      const { image = "" } = container;
      const why = "waiting" in status.state ? (status.state.waiting.message ?? "") : "";
      const message = `Back-off pulling image "${image}": ErrImagePull: ${why}`;
      return {
        status: { ...status, state: { waiting: { reason: "ImagePullBackOff", message } } },
        events: [
          about(pod, container, "Normal", "BackOff", `Back-off pulling image "${image}"`),
          about(pod, container, "Warning", "Failed", "Error: ImagePullBackOff"),
        ],
      };
    },
  });
}

/** Probes succeed. */
function readiness(pod: Pod, pace: Pace): Step | undefined {
  return eachContainer(pod, {
    name: "become ready",
    after: pace.ready,
    concerns: (status, container) => isRunning(status) && !status.ready && container.readinessProbe !== undefined,
    change: (status) => ({ status: { ...status, ready: true }, events: [] }),
  });
}

/** Commands that end do so. */
function ending(pod: Pod, pace: Pace): Step | undefined {
  const ends = new Map<string, number>();
  const inits = new Set(pod.spec.initContainers?.map(({ name }) => name));
  for (const container of [...(pod.spec.initContainers ?? []), ...pod.spec.containers]) {
    if (isSidecar(container) && inits.has(container.name)) continue;
    const end = endOf(pod, container, { isInit: inits.has(container.name), pace });
    if (end !== undefined) ends.set(container.name, end);
  }
  const running = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])].filter(
    (status) => isRunning(status) && ends.has(status.name),
  );
  const after = Math.min(...running.map(({ name }) => ends.get(name) ?? Number.POSITIVE_INFINITY));
  if (!Number.isFinite(after)) return undefined;
  return eachContainer(pod, {
    name: "end",
    after,
    concerns: (status) => isRunning(status) && (ends.get(status.name) ?? Number.POSITIVE_INFINITY) <= after,
    change: (status, container, now) => ({
      status: terminatedStatus(status, outcomeOf(container).exitCode ?? 0, now),
      events: [],
    }),
  });
}

/** Milliseconds until a running container ends; undefined when it does not. */
function endOf(
  pod: Pod,
  container: Container,
  { isInit, pace }: { readonly isInit: boolean; readonly pace: Pace },
): number | undefined {
  const { exitCode, seconds } = outcomeOf(container);
  const runsOnce =
    isInit ||
    (pod.spec.restartPolicy ?? "Always") !== "Always" ||
    pod.metadata.annotations?.["helm.sh/hook"] !== undefined ||
    controllerOf(pod)?.kind === "Job";
  if (exitCode === undefined && !runsOnce) return undefined;
  return Number.isFinite(seconds) ? pace.run + seconds * 1000 : undefined;
}

/** kubelet starts again what must not end, after a pause that doubles each time. */
function restart(pod: Pod, pace: Pace): Step | undefined {
  const { restartPolicy = "Always" } = pod.spec;
  const mayRestart = (code: number | undefined): boolean =>
    code !== undefined && (restartPolicy === "Always" || (restartPolicy === "OnFailure" && code !== 0));
  const crashed = eachContainer(pod, {
    name: "crash loop",
    after: 0,
    concerns: (status, _container, isInit) => {
      const code = exitCodeOf(status.state);
      return isInit ? code !== undefined && code !== 0 && restartPolicy !== "Never" : mayRestart(code);
    },
    change: (status, container) => {
      const { name, namespace = "", uid = "" } = pod.metadata;
      const pause = `back-off ${Math.min(300, 10 * 2 ** status.restartCount)}s restarting failed container=${container.name} pod=${name}_${namespace}(${uid})`;
      return {
        status: {
          ...status,
          lastState: status.state,
          state: { waiting: { reason: "CrashLoopBackOff", message: pause } },
        },
        events: [
          about(
            pod,
            container,
            "Warning",
            "BackOff",
            `Back-off restarting failed container ${container.name} in pod ${name}_${namespace}(${uid})`,
          ),
        ],
      };
    },
  });
  if (crashed !== undefined) return crashed;
  const waiting = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])].filter(
    (status) => reasonOf(status) === "CrashLoopBackOff",
  );
  const pauseOf = (status: ContainerStatus): number => Math.min(300_000, pace.backOff * 2 ** status.restartCount);
  return eachContainer(pod, {
    name: "restart",
    after: Math.min(...waiting.map(pauseOf)),
    concerns: (status) => reasonOf(status) === "CrashLoopBackOff",
    change: (status, container, now) => ({
      status: {
        ...runningStatus(container, now, { ready: container.readinessProbe === undefined, previous: status }),
        restartCount: status.restartCount + 1,
      },
      events: [
        about(pod, container, "Normal", "Created", "Container created"),
        about(pod, container, "Normal", "Started", "Container started"),
      ],
    }),
  });
}

interface Change {
  readonly name: string;
  readonly after: number;
  readonly concerns: (status: ContainerStatus, container: Container, isInit: boolean) => boolean;
  readonly change: (
    status: ContainerStatus,
    container: Container,
    now: Date,
  ) => { readonly status: ContainerStatus; readonly events: readonly EventText[] };
}

/** A step that changes every container it concerns; undefined when it concerns none. */
function eachContainer(pod: Pod, { name, after, concerns, change }: Change): Step | undefined {
  const containers = new Map(
    [...(pod.spec.initContainers ?? []), ...pod.spec.containers].map((container) => [container.name, container]),
  );
  const concerned = (status: ContainerStatus, isInit: boolean): boolean => {
    const container = containers.get(status.name);
    return container !== undefined && concerns(status, container, isInit);
  };
  const { initContainerStatuses = [], containerStatuses = [] } = pod.status ?? {};
  const isAny =
    initContainerStatuses.some((status) => concerned(status, true)) ||
    containerStatuses.some((status) => concerned(status, false));
  if (!isAny) return undefined;
  return {
    name,
    after,
    next: (now) => {
      const events: EventText[] = [];
      const apply = (isInit: boolean) => (status: ContainerStatus) => {
        if (!concerned(status, isInit)) return status;
        const changed = change(status, containers.get(status.name)!, now);
        events.push(...changed.events);
        return changed.status;
      };
      const next = {
        containerStatuses: containerStatuses.map(apply(false)),
        initContainerStatuses: initContainerStatuses.map(apply(true)),
      };
      return { status: withContainers(pod, next, now), events };
    },
  };
}

function withAddress(pod: Pod, podIP: () => string): Pod {
  if (pod.status?.podIP !== undefined) return pod;
  const ip = pod.spec.hostNetwork === true ? nodeIP : podIP();
  return { ...pod, status: { ...pod.status, podIP: ip, podIPs: [{ ip }] } };
}

function about(pod: Pod, container: Container, type: EventText["type"], reason: string, message: string): EventText {
  const isInit = pod.spec.initContainers?.some(({ name }) => name === container.name) ?? false;
  return { type, reason, message, fieldPath: `spec.${isInit ? "initContainers" : "containers"}{${container.name}}` };
}

/** The address of the one node. */
export const nodeIP = "192.168.0.10";
