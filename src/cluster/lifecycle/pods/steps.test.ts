import assert from "node:assert/strict";
import { test } from "node:test";
import type { Container, Pod } from "../kinds.ts";
import { defaultPace } from "../pace.ts";
import { nextStep } from "./steps.ts";

const start = new Date("2026-01-01T00:00:00Z");

function pod(spec: Partial<Pod["spec"]> & { readonly containers: readonly Container[] }): Pod {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "p", namespace: "n", uid: "u" },
    spec: { restartPolicy: "Always", nodeName: "node-0", ...spec },
  };
}

/** The row of steps that a Pod goes through: name, time from the step before, phase, and the state of each container. */
function life(from: Pod, limit: number): string[] {
  const rows: string[] = [];
  let current = from;
  let now = start.getTime();
  for (let i = 0; i < limit; i += 1) {
    const step = nextStep(current, defaultPace);
    if (step === undefined) break;
    now += step.after;
    const { status } = step.next(new Date(now), () => "10.244.0.2");
    current = { ...current, status };
    const states = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])].map(
      ({ name, state, ready }) => {
        if ("waiting" in state) return `${name}:${state.waiting.reason}`;
        return "running" in state ? `${name}:${ready ? "ready" : "running"}` : `${name}:${state.terminated.exitCode}`;
      },
    );
    rows.push(`${step.name} +${step.after} ${status.phase ?? ""} ${states.join(" ")}`);
  }
  return rows;
}

const web: Container = { name: "web", image: "nginx:1" };
const lost: Container = { name: "lost", image: "does-not-exist" };

const cases: readonly {
  readonly name: string;
  readonly pod: Pod;
  readonly limit?: number;
  readonly rows: readonly string[];
}[] = [
  {
    name: "starts and stays",
    pod: pod({ containers: [web] }),
    rows: ["admit +0 Pending web:ContainerCreating", "start +120 Running web:ready"],
  },
  {
    name: "waits for a readiness probe",
    pod: pod({ containers: [{ ...web, readinessProbe: {} }] }),
    rows: [
      "admit +0 Pending web:ContainerCreating",
      "start +120 Running web:running",
      "become ready +80 Running web:ready",
    ],
  },
  {
    name: "never gets an image that does not exist",
    pod: pod({ containers: [lost] }),
    rows: [
      "admit +0 Pending lost:ContainerCreating",
      "start +120 Pending lost:ErrImagePull",
      "back off +400 Pending lost:ImagePullBackOff",
    ],
  },
  {
    name: "starts what it can and stays pending",
    pod: pod({ containers: [web, lost] }),
    rows: [
      "admit +0 Pending web:ContainerCreating lost:ContainerCreating",
      "start +120 Pending web:ready lost:ErrImagePull",
      "back off +400 Pending web:ready lost:ImagePullBackOff",
    ],
  },
  {
    name: "runs once when it is not restarted",
    pod: pod({ restartPolicy: "Never", containers: [web] }),
    rows: ["admit +0 Pending web:ContainerCreating", "start +120 Running web:ready", "end +200 Succeeded web:0"],
  },
  {
    name: "fails once when it is not restarted",
    pod: pod({ restartPolicy: "Never", containers: [{ ...web, command: ["false"] }] }),
    rows: ["admit +0 Pending web:ContainerCreating", "start +120 Running web:ready", "end +200 Failed web:1"],
  },
  {
    name: "crashes again and again",
    pod: pod({ containers: [{ ...web, command: ["false"] }] }),
    limit: 8,
    rows: [
      "admit +0 Pending web:ContainerCreating",
      "start +120 Running web:ready",
      "end +200 Running web:1",
      "crash loop +0 Running web:CrashLoopBackOff",
      "restart +400 Running web:ready",
      "end +200 Running web:1",
      "crash loop +0 Running web:CrashLoopBackOff",
      "restart +800 Running web:ready",
    ],
  },
  {
    name: "takes as long as its sleeps",
    pod: pod({ restartPolicy: "Never", containers: [{ ...web, command: ["sleep", "5"] }] }),
    rows: ["admit +0 Pending web:ContainerCreating", "start +120 Running web:ready", "end +5200 Succeeded web:0"],
  },
  {
    name: "runs init containers in order, then the rest",
    pod: pod({
      initContainers: [
        { name: "one", image: "a" },
        { name: "two", image: "b" },
      ],
      containers: [web],
    }),
    rows: [
      "admit +0 Pending one:PodInitializing two:PodInitializing web:PodInitializing",
      "start one +120 Pending one:ready two:PodInitializing web:PodInitializing",
      "end +200 Pending one:0 two:PodInitializing web:PodInitializing",
      "start two +120 Pending one:0 two:ready web:PodInitializing",
      "end +200 Pending one:0 two:0 web:PodInitializing",
      "start +120 Running one:0 two:0 web:ready",
    ],
  },
  {
    name: "fails with its init container",
    pod: pod({
      restartPolicy: "Never",
      initContainers: [{ name: "one", image: "a", command: ["false"] }],
      containers: [web],
    }),
    rows: [
      "admit +0 Pending one:PodInitializing web:PodInitializing",
      "start one +120 Pending one:ready web:PodInitializing",
      "end +200 Failed one:1 web:PodInitializing",
    ],
  },
  {
    name: "starts a sidecar and does not wait for its end",
    pod: pod({ initContainers: [{ name: "proxy", image: "a", restartPolicy: "Always" }], containers: [web] }),
    rows: [
      "admit +0 Pending proxy:PodInitializing web:PodInitializing",
      "start proxy +120 Pending proxy:ready web:PodInitializing",
      "start +120 Running proxy:ready web:ready",
    ],
  },
  {
    name: "has an image name that is none",
    pod: pod({ containers: [{ name: "web", image: "Bad Name" }] }),
    rows: ["admit +0 Pending web:ContainerCreating", "start +120 Pending web:InvalidImageName"],
  },
];

for (const { name, pod: from, limit = 20, rows } of cases) {
  test(`nextStep(): a Pod ${name}`, () => assert.deepEqual(life(from, limit), rows));
}

test("nextStep() tells what kubelet tells", () => {
  let current = pod({ containers: [web] });
  const told: string[] = [];
  for (let step = nextStep(current, defaultPace); step !== undefined; step = nextStep(current, defaultPace)) {
    const { status, events } = step.next(start, () => "10.244.0.2");
    told.push(
      ...events.map(({ type, reason, message, fieldPath = "" }) => `${type} ${reason} ${fieldPath} ${message}`),
    );
    current = { ...current, status };
  }
  assert.deepEqual(told, [
    'Normal Pulling spec.containers{web} Pulling image "nginx:1"',
    'Normal Pulled spec.containers{web} Successfully pulled image "nginx:1" in 100ms (100ms including waiting). Image size: 10000000 bytes.',
    "Normal Created spec.containers{web} Container created",
    "Normal Started spec.containers{web} Container started",
  ]);
});

test("nextStep() leaves a Pod that is deleted or finished alone", () => {
  const deleted = pod({ containers: [web] });
  const metadata = { ...deleted.metadata, deletionTimestamp: "2026-01-01T00:00:00Z" };
  assert.equal(nextStep({ ...deleted, metadata }, defaultPace), undefined);
  assert.equal(nextStep({ ...deleted, status: { phase: "Succeeded" } }, defaultPace), undefined);
});
