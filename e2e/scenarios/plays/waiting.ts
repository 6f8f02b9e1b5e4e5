import { at, begin, change, chart, condition, hasReason, isReady, isStalled, missing, testHook } from "../release.ts";
import type { Actor, Scenario } from "../scenario.ts";
import { definitionFiles } from "./hooks.ts";

/** How releases wait, and for what. */
export const waiting: readonly Scenario[] = [
  ...(["legacy", "poller"] as const).map(
    (name): Scenario => ({
      name: `wait-strategy-${name}`,
      async play(actor) {
        await begin(
          actor,
          { timeout: "6s", waitStrategy: { name }, test: { enable: true }, upgrade: { remediation: { retries: 1 } } },
          chart(testHook("busybox:1.37")),
        );
        await actor.until("the install", (object) => at(1)(object) && isTested(object));
        await actor.mark("installed");
        await change(actor, { values: { image: missing } });
        await actor.until("retries to be exhausted", isStalled);
        await actor.mark("stalled");
        await change(actor, { values: { image: null } });
        await actor.until("the release", (object) => isReady(object) && isTested(object));
        await actor.mark("mended");
      },
    }),
  ),
  {
    name: "wait-strategy-legacy-of-a-failed-install",
    async play(actor) {
      await begin(actor, {
        timeout: "6s",
        waitStrategy: { name: "legacy" },
        install: { remediation: { retries: 0, remediateLastFailure: true } },
        values: { image: missing },
      });
      await actor.until("retries to be exhausted", isStalled);
      await actor.mark("stalled");
    },
  },
  {
    name: "health-checks-do-not-count-with-legacy",
    async play(actor) {
      await beginGadget(actor, { waitStrategy: { name: "legacy" } }, { current: "spec.size > 100" });
      await actor.until("the install", at(1));
      await actor.mark("installed");
    },
  },
  {
    name: "health-checks-of-several-kinds",
    async play(actor) {
      const { group } = groupOf(actor);
      await beginGadget(actor, { timeout: "20s" }, { current: "spec.size > 2", inProgress: "spec.size == 1" }, [
        { apiVersion: "apps/v1", kind: "Deployment", current: "status.availableReplicas > 0", failed: "false" },
        { apiVersion: "v1", kind: "ConfigMap", current: "data.setting == 'one'" },
      ]);
      await actor.until("the wait", hasReason("Reconciling", "Progressing"));
      await actor.untilThere(group, "Gadget", "web");
      await actor.patch(group, "Gadget", "web", { spec: { size: 3 } });
      await actor.until("the install", at(1));
      await actor.mark("installed");
      await change(actor, { timeout: "6s", values: { setting: "two", size: 3 } });
      await actor.until("the failed upgrade", isStalled);
      await actor.mark("a map that is never current");
    },
  },
  {
    name: "health-check-fails-to-evaluate",
    async play(actor) {
      await beginGadget(actor, { timeout: "6s" }, { current: "spec.absent > 2" });
      await actor.until("the failed install", isStalled);
      await actor.mark("failed");
    },
  },
  {
    name: "health-check-without-a-bool",
    async play(actor) {
      await beginGadget(actor, { timeout: "6s" }, { current: "spec.size" });
      await actor.until("an end", isStalled);
      await actor.mark("stalled");
    },
  },
];

const isTested = (object: Parameters<typeof isReady>[0]): boolean =>
  condition(object, "TestSuccess")?.status === "True";

const groupOf = ({ namespace }: Actor) => ({
  name: `${namespace}.example.com`,
  group: `${namespace}.example.com/v1`,
});

/** A release with an object of a kind of its own, and how its health is told. */
async function beginGadget(
  actor: Actor,
  spec: Readonly<Record<string, unknown>>,
  check: Readonly<Record<string, string>>,
  others: readonly Readonly<Record<string, string>>[] = [],
): Promise<void> {
  const { name, group } = groupOf(actor);
  const healthCheckExprs = [{ apiVersion: group, kind: "Gadget", ...check }, ...others];
  await begin(actor, { ...spec, healthCheckExprs }, chart(definitionFiles(name, "one")));
}
