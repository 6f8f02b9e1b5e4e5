import { missing } from "../../scenarios/release.ts";
import type { Ground } from "./ground.ts";
import { readRevisions } from "./remains.ts";
import { changeSpec, type ControllerScenario, deleted, installed, isReady, isSettled, type Step } from "./scenario.ts";

const good = { timeout: "60s", values: { image: "registry.example.com/web:1.0.1" } };

/** An upgrade has begun, and its Pods will never be ready. */
const waiting: Step = {
  act: changeSpec({ timeout: "1s", values: { image: missing } }),
  goal: async (_, ground) => (await readRevisions(ground)).length > 1 && (await isApplied(ground)),
};

/** What happens while an upgrade waits. */
export const middle: readonly ControllerScenario[] = [
  {
    name: "suspended in the middle of a wait, and resumed",
    steps: [
      installed,
      waiting,
      { act: changeSpec({ suspend: true }), goal: () => true },
      { act: changeSpec({ suspend: null, ...good }), goal: isReady },
    ],
  },
  {
    name: "deleted in the middle of a wait",
    steps: [installed, waiting, deleted],
  },
  {
    name: "a new revision in the middle of a wait",
    steps: [installed, waiting, { act: changeSpec(good), goal: (release) => isSettled(release) && isReady(release) }],
  },
];

async function isApplied({ client, namespace }: Ground): Promise<boolean> {
  const deployment = await client.tryGet({ apiVersion: "apps/v1", kind: "Deployment", namespace, name: "web" });
  return JSON.stringify(deployment?.spec).includes(missing);
}
