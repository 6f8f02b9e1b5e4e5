import { type Condition, findCondition, type HelmRelease } from "../../../src/api/index.ts";
import type { Client } from "../../../src/kube/index.ts";
import { webChart } from "../../world.ts";
import { type Ground, namespace, releaseKind } from "./ground.ts";

/** What a person does, step by step; each step is done when its goal holds. Controllers may die at any time meanwhile. */
export interface ControllerScenario {
  readonly name: string;
  readonly chart?: Readonly<Record<string, string>>;
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly steps: readonly Step[];
  /** How it may end, too, when controllers died: as Flux's would end. */
  readonly orElse?: { readonly ready: string; readonly last: string };
}

interface Step {
  readonly act: (client: Client) => Promise<unknown>;
  readonly goal: (release: HelmRelease | undefined, client: Client) => boolean | Promise<boolean>;
}

const chartKind = { apiVersion: "source.toolkit.fluxcd.io/v1", kind: "HelmChart" } as const;
const web = { ...releaseKind, namespace, name: "web" };
const change = (patch: unknown) => (client: Client) =>
  client.patch(web, patch, { type: "merge", fieldManager: "person" });
const settled = (release: HelmRelease | undefined): boolean =>
  release !== undefined && release.status?.observedGeneration === release.metadata.generation;
const isReady = (release: HelmRelease | undefined): boolean =>
  settled(release) && conditionOf(release, "Ready")?.status === "True";
const nothing = async (): Promise<void> => {};
const installed: Step = { act: nothing, goal: isReady };

function conditionOf(release: HelmRelease | undefined, type: string): Condition | undefined {
  return findCondition(release?.status?.conditions as readonly Condition[] | undefined, type);
}

const testPod = `apiVersion: v1
kind: Pod
metadata:
  name: {{ .Release.Name }}-test
  annotations: {"helm.sh/hook": test}
spec:
  restartPolicy: Never
  containers: [{name: test, image: registry.example.com/test:1}]
`;

export const controllerScenarios: readonly ControllerScenario[] = [
  { name: "install", steps: [installed] },
  { name: "upgrade", steps: [installed, { act: change({ spec: { values: { setting: "two" } } }), goal: isReady }] },
  {
    name: "failed upgrade with rollback",
    spec: { timeout: "1s", upgrade: { remediation: { retries: 0, remediateLastFailure: true } } },
    // Flux: a failed revision that the status does not tell of is not known to be the object's own, which clears its history.
    orElse: { ready: "Stalled=True MissingRollbackTarget, Ready=False UpgradeFailed", last: "failed" },
    steps: [
      installed,
      {
        act: change({ spec: { values: { image: "registry.example.com/does-not-exist:1" } } }),
        goal: (release) => settled(release) && conditionOf(release, "Stalled")?.status === "True",
      },
    ],
  },
  {
    name: "uninstall",
    steps: [
      installed,
      {
        act: (client) => client.delete(web),
        goal: async (release, client) =>
          release === undefined && (await client.list(chartKind, { namespace })).items.length === 0,
      },
    ],
  },
  {
    name: "drift",
    spec: { driftDetection: { mode: "enabled" } },
    steps: [
      installed,
      {
        act: async (client) => {
          const map = { apiVersion: "v1", kind: "ConfigMap", namespace, name: "web" };
          await client.patch(map, { data: { setting: "drifted" } }, { type: "merge", fieldManager: "person" });
          await change({ metadata: { annotations: { "reconcile.fluxcd.io/requestedAt": "now" } } })(client);
        },
        goal: (release) => isReady(release) && release?.status?.lastHandledReconcileAt === "now",
      },
    ],
  },
  {
    name: "test",
    chart: { ...webChart, "templates/test.yaml": testPod },
    spec: { test: { enable: true } },
    steps: [
      {
        act: nothing,
        goal: (release) => isReady(release) && conditionOf(release, "TestSuccess")?.status === "True",
      },
    ],
  },
];

/** Publishes the chart, and asks for the release. */
export async function prepare({ chart = webChart, spec = {} }: ControllerScenario, ground: Ground): Promise<void> {
  const { client, repositoryUrl, publish } = ground;
  await publish("web", "1.0.0", chart);
  await client.create({
    apiVersion: "source.toolkit.fluxcd.io/v1",
    kind: "HelmRepository",
    metadata: { name: "charts", namespace },
    spec: { interval: "10m", url: repositoryUrl },
  });
  const sourceRef = { kind: "HelmRepository", name: "charts" };
  await client.create({
    ...releaseKind,
    metadata: { name: "web", namespace },
    spec: { interval: "10m", timeout: "10s", chart: { spec: { chart: "web", version: "*", sourceRef } }, ...spec },
  });
}

/** Asks for one more look, by whoever lives, so that nobody is in the middle of one when it is all over. */
const rest: Step = {
  act: async (client) => {
    if ((await client.tryGet(web)) === undefined) return;
    await change({ metadata: { annotations: { "reconcile.fluxcd.io/requestedAt": "rest" } } })(client);
  },
  goal: (release) => release === undefined || (settled(release) && release.status?.lastHandledReconcileAt === "rest"),
};

const patience = 30_000;

/** Does the steps one after another. Throws with the status when a goal is not reached. */
export async function play({ steps }: ControllerScenario, { client }: Ground, where: string): Promise<void> {
  for (const { act, goal } of [...steps, rest]) {
    await act(client);
    const until = performance.now() + patience;
    for (;;) {
      const release = await client.tryGet<HelmRelease>(web);
      if (await goal(release, client)) break;
      if (performance.now() > until)
        throw new Error(`${where}: waited in vain: ${JSON.stringify(release?.status, undefined, 1)}`);
      await new Promise((resolve) => setTimeout(resolve, 15));
    }
  }
}
