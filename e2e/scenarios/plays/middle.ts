import {
  at,
  begin,
  change,
  hasReason,
  isObserved,
  isReady,
  isStalled,
  missing,
  newest,
  release,
  request,
} from "../release.ts";
import type { Actor, Scenario } from "../scenario.ts";

/** What happens while an action waits. */
export const middle: readonly Scenario[] = [
  {
    name: "suspended-in-the-middle",
    async play(actor) {
      await beginUpgrade(actor);
      await change(actor, { suspend: true });
      await actor.until(
        "the end of the wait",
        (object) => isObserved(object) && object.status?.history?.[0]?.status === "failed",
      );
      await actor.mark("suspended");
      await change(actor, { suspend: null, values: { image: null } });
      await actor.until("the release", isReady);
      await actor.mark("resumed");
    },
  },
  {
    name: "deleted-in-the-middle",
    async play(actor) {
      await beginUpgrade(actor);
      await actor.remove(release, "HelmRelease", "web");
      await actor.untilGone(release, "HelmRelease", "web");
      await actor.mark("gone");
    },
  },
  {
    name: "new-revision-in-the-middle",
    async play(actor) {
      await beginUpgrade(actor);
      await change(actor, { values: { image: "registry.example.com/web:1.0.1" } });
      await actor.until("the release", isReady);
      await actor.mark("upgraded");
    },
  },
  {
    name: "requested-in-the-middle",
    async play(actor) {
      await beginUpgrade(actor);
      await request(actor, "1");
      await actor.until("the end", (object) => object.status?.lastHandledReconcileAt === "1" && isStalled(object));
      await actor.mark("stalled");
    },
  },
  {
    name: "mended-in-the-middle",
    async play(actor) {
      await beginUpgrade(actor, "20s");
      await actor.patch("apps/v1", "Deployment", "web", {
        spec: { template: { spec: { containers: [{ name: "web", image: "registry.example.com/web:1.0.1" }] } } },
      });
      await actor.until("the upgrade", at(2));
      await actor.mark("upgraded");
    },
  },
];

/** A release whose upgrade waits for Pods that will never be ready. */
export async function beginUpgrade(
  actor: Actor,
  timeout = "8s",
  spec: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  await begin(actor, { timeout, ...spec });
  await actor.until("the install", at(1));
  await change(actor, { values: { image: missing } });
  await waitBegins(actor, 2);
}

/** Until a revision waits for Pods that will never be ready. */
export async function waitBegins(actor: Actor, version: number): Promise<void> {
  await actor.untilThere("v1", "Secret", `sh.helm.release.v1.web.v${version}`);
  await actor.until(
    "the wait",
    (object) => hasReason("Ready", "Progressing")(object) && newest(object) === version - 1,
  );
  await actor.untilThere("apps/v1", "Deployment", "web", (object) => JSON.stringify(object.spec).includes(missing));
}
