import { at, begin, change, isReady, isStalled, missing, request, requestSource } from "../release.ts";
import type { Actor, Scenario } from "../scenario.ts";
import { beginUpgrade, waitBegins } from "./middle.ts";

const flags = ["--feature-gates=CancelHealthCheckOnNewRevision=true"] as const;

/** What ends a wait before its time when the gate is on: anything that asks for another look at the release. */
export const cancellation: readonly Scenario[] = [
  {
    name: "new-spec-cancels-an-upgrade",
    flags,
    async play(actor) {
      await beginUpgrade(actor, "120s");
      await mend(actor);
      await actor.mark("upgraded");
    },
  },
  {
    name: "new-spec-cancels-an-install",
    flags,
    async play(actor) {
      await begin(actor, {
        timeout: "120s",
        values: { image: missing },
        install: { remediation: { retries: 2 } },
      });
      await waitBegins(actor, 1);
      await mend(actor);
      await actor.mark("installed");
    },
  },
  {
    name: "new-spec-cancels-before-a-rollback",
    flags,
    async play(actor) {
      await beginUpgrade(actor, "120s", { upgrade: { remediation: { retries: 2 } } });
      await mend(actor);
      await actor.mark("upgraded");
    },
  },
  {
    name: "request-cancels-an-upgrade",
    flags,
    async play(actor) {
      await beginUpgrade(actor, "120s");
      await request(actor, "1");
      // Flux: the attempt that was canceled counts.
      await actor.until("the end", isStalled);
      await actor.mark("stalled");
    },
  },
  {
    name: "values-cancel-a-retry",
    flags,
    async play(actor) {
      const map = (image: string) => ({ data: { "values.yaml": `image: ${image}\n` } });
      await actor.create({
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: "values", labels: { "reconcile.fluxcd.io/watch": "Enabled" } },
        ...map("registry.example.com/web:1.0.0"),
      });
      const strategy = { name: "RetryOnFailure", retryInterval: "5m" };
      await begin(actor, {
        timeout: "120s",
        upgrade: { strategy },
        valuesFrom: [{ kind: "ConfigMap", name: "values" }],
      });
      await actor.until("the install", at(1));
      await actor.patch("v1", "ConfigMap", "values", map(missing));
      await waitBegins(actor, 2);
      await actor.patch("v1", "ConfigMap", "values", map("registry.example.com/web:1.0.1"));
      await actor.until("the release", isReady);
      await actor.mark("upgraded");
    },
  },
  {
    name: "new-chart-cancels-an-upgrade",
    flags,
    async play(actor) {
      const chart = { spec: { version: "1.x", chart: "web", sourceRef: { kind: "HelmRepository", name: "charts" } } };
      await beginUpgrade(actor, "120s", { chart });
      await actor.publish("web", "1.1.0", {
        "values.yaml": "image: unused\n",
        "templates/configmap.yaml": `apiVersion: v1
kind: ConfigMap
metadata: {name: {{ .Release.Name }}}
data: {setting: two}
`,
      });
      await requestSource(actor, "HelmRepository", "charts");
      await actor.until("the release", (object) => isReady(object) && object.status?.lastAttemptedRevision === "1.1.0");
      await actor.mark("upgraded");
    },
  },
];

async function mend(actor: Actor): Promise<void> {
  await change(actor, { values: { image: "registry.example.com/web:1.0.1" } });
  await actor.until("the release", isReady);
}
