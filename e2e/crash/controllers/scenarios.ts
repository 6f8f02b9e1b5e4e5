import { missing } from "../../scenarios/release.ts";
import { webChart } from "../../world.ts";
import { changes } from "./changes.ts";
import { middle } from "./middle.ts";
import {
  changeSpec,
  conditionOf,
  type ControllerScenario,
  deleted,
  installed,
  isReady,
  isStalled,
  lookedAtAfter,
  nothing,
} from "./scenario.ts";

const testPod = (image: string): string => `apiVersion: v1
kind: Pod
metadata:
  name: {{ .Release.Name }}-test
  annotations: {"helm.sh/hook": test}
spec:
  restartPolicy: Never
  containers: [{name: test, image: ${image}}]
`;

// Flux: a failed revision that the status does not tell of is not known to be the object's own, which clears its history.
const unknownFailure = { ready: "Stalled=True MissingRollbackTarget, Ready=False Failed", last: "failed" };

export const controllerScenarios: readonly ControllerScenario[] = [
  { name: "install", steps: [installed] },
  { name: "upgrade", steps: [installed, { act: changeSpec({ values: { setting: "two" } }), goal: isReady }] },
  {
    name: "an install fails",
    spec: { timeout: "1s", values: { image: missing } },
    steps: [{ act: nothing, goal: isStalled }],
  },
  {
    name: "an install fails, is removed, and mended",
    spec: {
      timeout: "1s",
      values: { image: missing },
      install: { remediation: { retries: 0, remediateLastFailure: true } },
    },
    steps: [
      { act: nothing, goal: isStalled },
      { act: changeSpec({ timeout: "60s", values: { image: null } }), goal: isReady },
    ],
  },
  {
    name: "an upgrade fails and is rolled back",
    spec: { upgrade: { timeout: "1s", remediation: { retries: 0, remediateLastFailure: true } } },
    orElse: [unknownFailure],
    steps: [installed, { act: changeSpec({ values: { image: missing } }), goal: isStalled }],
  },
  {
    name: "retries are exhausted, and a change mends it",
    spec: { upgrade: { timeout: "1s", remediation: { retries: 1 } } },
    steps: [
      installed,
      { act: changeSpec({ values: { image: missing } }), goal: isStalled },
      {
        act: changeSpec({ upgrade: { timeout: "60s" }, values: { image: "registry.example.com/web:1.0.1" } }),
        goal: isReady,
      },
    ],
  },
  {
    name: "uninstall",
    steps: [installed, deleted],
  },
  {
    name: "test",
    chart: { ...webChart, "templates/test.yaml": testPod("registry.example.com/test:1") },
    spec: { test: { enable: true } },
    steps: [
      {
        act: nothing,
        goal: (release) => isReady(release) && conditionOf(release, "TestSuccess")?.status === "True",
      },
    ],
  },
  {
    name: "a test fails",
    chart: { ...webChart, "templates/test.yaml": testPod(missing) },
    spec: { test: { enable: true, timeout: "1s" } },
    steps: [{ act: nothing, goal: isStalled }],
  },
  ...drifts(),
  ...changes,
  ...middle,
];

/** What drifts: content, an object that is gone, labels; corrected, and only told of. */
function drifts(): readonly ControllerScenario[] {
  const map = { apiVersion: "v1", kind: "ConfigMap", name: "web" } as const;
  const deployment = { apiVersion: "apps/v1", kind: "Deployment", name: "web" } as const;
  return (["enabled", "warn"] as const).map((mode) => ({
    name: `drift with mode ${mode}`,
    spec: { driftDetection: { mode }, commonMetadata: { labels: { team: "school" } } },
    steps: [
      installed,
      lookedAtAfter(async ({ client, namespace }) => {
        const patch = { data: { setting: "drifted" }, metadata: { labels: { team: "other" } } };
        await client.patch({ ...map, namespace }, patch, { type: "merge", fieldManager: "person" });
        await client.delete({ ...deployment, namespace });
      }, "now"),
    ],
  }));
}
