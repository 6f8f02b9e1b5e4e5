import { type Condition, findCondition, type HelmRelease } from "../../../src/api/index.ts";
import { webChart } from "../../world.ts";
import { chartKind, type Ground, releaseKind } from "./ground.ts";

/** What a person does, step by step; each step is done when its goal holds. Controllers may die at any time meanwhile. */
export interface ControllerScenario {
  readonly name: string;
  readonly chart?: Readonly<Record<string, string>>;
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly steps: readonly Step[];
  /** How it may end, too, when controllers died: as Flux's would end. */
  readonly orElse?: readonly { readonly ready: string; readonly last: string }[];
}

export interface Step {
  readonly act: (ground: Ground) => Promise<unknown>;
  readonly goal: (release: HelmRelease | undefined, ground: Ground) => boolean | Promise<boolean>;
}

export const nameOf = ({ namespace }: Ground) => ({ ...releaseKind, namespace, name: "web" }) as const;

/** Changes the HelmRelease. */
export const change = (patch: unknown) => (ground: Ground) =>
  ground.client.patch(nameOf(ground), patch, { type: "merge", fieldManager: "person" });
export const changeSpec = (spec: unknown) => change({ spec });
/** What `flux reconcile` does. */
export const request = (token: string) =>
  change({ metadata: { annotations: { "reconcile.fluxcd.io/requestedAt": token } } });
export const nothing = async (): Promise<void> => {};

export const conditionOf = (release: HelmRelease | undefined, type: string): Condition | undefined =>
  findCondition(release?.status?.conditions as readonly Condition[] | undefined, type);
export const isSettled = (release: HelmRelease | undefined): release is HelmRelease =>
  release !== undefined && release.status?.observedGeneration === release.metadata.generation;
export const isReady = (release: HelmRelease | undefined): boolean =>
  isSettled(release) && conditionOf(release, "Ready")?.status === "True";
export const isStalled = (release: HelmRelease | undefined): boolean =>
  isSettled(release) && conditionOf(release, "Stalled")?.status === "True";
const isAnswered =
  (token: string) =>
  (release: HelmRelease | undefined): boolean =>
    isReady(release) && release?.status?.lastHandledReconcileAt === token;

export const installed: Step = { act: nothing, goal: isReady };
/** Something that happens without the controllers, and the look that is asked for then. */
export const lookedAtAfter = (act: Step["act"], token: string): Step => ({
  act: async (ground) => {
    await act(ground);
    await request(token)(ground);
  },
  goal: isAnswered(token),
});
export const deleted: Step = {
  act: (ground) => ground.client.delete(nameOf(ground)),
  goal: async (release, { client, namespace }) =>
    release === undefined && (await client.list(chartKind, { namespace })).items.length === 0,
};

/** Publishes the chart, and asks for the release. */
export async function prepare({ chart = webChart, spec = {} }: ControllerScenario, ground: Ground): Promise<void> {
  const { client, repositoryUrl, publish, namespace } = ground;
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
    spec: { interval: "10m", timeout: "60s", chart: { spec: { chart: "web", version: "*", sourceRef } }, ...spec },
  });
}

/** Asks for one more look, by whoever lives, so that nobody is in the middle of one when it is all over. */
const rest: Step = {
  act: async (ground) => {
    if ((await ground.client.tryGet(nameOf(ground))) !== undefined) await request("rest")(ground);
  },
  goal: (release) => release === undefined || (isSettled(release) && release.status?.lastHandledReconcileAt === "rest"),
};

// The real one is shared with everything else on the machine.
const real = process.env.COX_TEST_KUBECONFIG !== undefined;
const patience = real ? 120_000 : 60_000;
const pause = real ? 100 : 15;

/** Does the steps one after another. Throws with the status when a goal is not reached. */
export async function play({ steps }: ControllerScenario, ground: Ground, where: string): Promise<void> {
  for (const [number, { act, goal }] of [...steps, rest].entries()) {
    await act(ground);
    const until = performance.now() + patience;
    for (;;) {
      const release = await ground.client.tryGet<HelmRelease>(nameOf(ground));
      if (await goal(release, ground)) break;
      if (performance.now() > until)
        throw new Error(
          `${where}: waited in vain for step ${number + 1}: ${JSON.stringify(release?.status, undefined, 1)}`,
        );
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
}
