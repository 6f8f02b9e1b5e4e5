import {
  at,
  begin,
  change,
  chart,
  condition,
  isObserved,
  isReady,
  isStalled,
  missing,
  release,
  releaseSpec,
  request,
} from "../release.ts";
import type { Scenario } from "../scenario.ts";

/** What goes wrong, and what is done about it. */
export const failures: readonly Scenario[] = [
  {
    name: "install-fails",
    async play(actor) {
      await begin(actor, { timeout: "6s", install: { remediation: { retries: 1 } }, values: { image: missing } });
      await actor.until("retries to be exhausted", isStalled);
      await actor.mark("stalled");
      await change(actor, { values: { image: null } });
      await actor.until("the release", isReady);
      await actor.mark("mended");
    },
  },
  {
    name: "upgrade-fails-and-rolls-back",
    async play(actor) {
      await begin(actor, { timeout: "6s", upgrade: { remediation: { retries: 1 } } });
      await actor.until("the install", at(1));
      await change(actor, { values: { image: missing } });
      await actor.until("retries to be exhausted", isStalled);
      await actor.mark("stalled");
      await change(actor, { values: { image: "registry.example.com/web:1.0.1" } });
      await actor.until("the release", isReady);
      await actor.mark("mended");
    },
  },
  {
    name: "upgrade-fails-and-uninstalls",
    async play(actor) {
      await begin(actor, {
        timeout: "6s",
        upgrade: { remediation: { retries: 0, strategy: "uninstall", remediateLastFailure: true } },
      });
      await actor.until("the install", at(1));
      await change(actor, { values: { setting: "two", image: missing } });
      await actor.until("an end", (object) => isStalled(object) || (object.status?.installFailures ?? 0) > 0);
      await actor.until("retries to be exhausted", isStalled);
      await actor.mark("stalled");
    },
  },
  {
    name: "template-error",
    repeats: true,
    async play(actor) {
      await begin(
        actor,
        {},
        chart({ "templates/broken.yaml": '{{ required "a needed value is missing" .Values.absent }}\n' }),
      );
      await actor.until("the failure", (object) => condition(object, "Ready")?.reason === "InstallFailed");
      await actor.patch(release, "HelmRelease", "web", { spec: { suspend: true } });
      await actor.until("the suspension", isObserved);
      await actor.mark("failed");
    },
  },
  {
    name: "missing-values",
    async play(actor) {
      await begin(actor, { valuesFrom: [{ kind: "ConfigMap", name: "absent" }] });
      await actor.until("the failure", (object) => condition(object, "Ready")?.reason === "ValuesError");
      await actor.mark("failed");
      await actor.create({
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: "absent" },
        data: { "values.yaml": "setting: found\n" },
      });
      await request(actor, "1");
      await actor.until("the install", isReady);
      await actor.mark("installed");
    },
  },
  {
    name: "missing-source",
    async play(actor) {
      await actor.create({
        apiVersion: release,
        kind: "HelmRelease",
        metadata: { name: "web" },
        spec: releaseSpec({}),
      });
      await actor.until("the failure", (object) => condition(object, "Ready")?.reason === "SourceNotReady");
      await actor.mark("not ready");
    },
  },
  {
    name: "dependency",
    async play(actor) {
      await begin(actor, { dependsOn: [{ name: "absent" }] });
      await actor.until("the failure", (object) => condition(object, "Ready")?.reason === "DependencyNotReady");
      await actor.mark("waiting");
    },
  },
  {
    name: "retry-on-failure",
    async play(actor) {
      await begin(actor, {
        timeout: "6s",
        install: { strategy: { name: "RetryOnFailure", retryInterval: "1h" } },
        values: { image: missing },
      });
      await actor.until("the pause", (object) => condition(object, "Reconciling")?.reason === "ProgressingWithRetry");
      await actor.mark("pausing");
      await change(actor, { values: { image: null } });
      await actor.until("the release", isReady);
      await actor.mark("mended");
    },
  },
  {
    name: "retries-reset",
    async play(actor) {
      await begin(actor, { timeout: "6s", upgrade: { remediation: { retries: 0, remediateLastFailure: false } } });
      await actor.until("the install", at(1));
      await change(actor, { values: { image: missing } });
      await actor.until("retries to be exhausted", isStalled);
      await actor.mark("stalled");
      await request(actor, "1");
      await actor.until("the request to be handled", (object) => object.status?.lastHandledReconcileAt === "1");
      await actor.until("the same end", isStalled);
      await actor.mark("requested in vain");
      await request(actor, "2", "resetAt");
      await actor.until("the request to be handled", (object) => object.status?.lastHandledReconcileAt === "2");
      await actor.until("another end", isStalled);
      await actor.mark("reset");
    },
  },
  {
    name: "forced-after-retries",
    async play(actor) {
      await begin(actor, { timeout: "6s", upgrade: { remediation: { retries: 0, remediateLastFailure: false } } });
      await actor.until("the install", at(1));
      await change(actor, { values: { image: missing } });
      await actor.until("retries to be exhausted", isStalled);
      await request(actor, "1", "forceAt");
      await actor.until(
        "the request to be handled",
        (object) => object.status?.lastHandledReconcileAt === "1" && isStalled(object),
      );
      await actor.mark("forced");
    },
  },
  {
    name: "missing-rollback-target",
    async play(actor) {
      await begin(actor, {
        timeout: "6s",
        values: { image: missing },
        upgrade: { remediation: { retries: 1, strategy: "rollback" } },
      });
      await actor.until("the failed install", isStalled);
      await change(actor, { values: { setting: "two" } });
      await actor.until(
        "the failed upgrade",
        (object) => isStalled(object) && condition(object, "Stalled")?.reason === "MissingRollbackTarget",
      );
      await actor.mark("stalled");
    },
  },
  {
    name: "last-failure-remediated",
    async play(actor) {
      await begin(actor, {
        timeout: "6s",
        install: { remediation: { retries: 0, remediateLastFailure: true } },
        values: { image: missing },
      });
      await actor.until("retries to be exhausted", isStalled);
      await actor.mark("stalled");
    },
  },
  {
    name: "values-do-not-fit-the-schema",
    repeats: true,
    async play(actor) {
      await begin(
        actor,
        { values: { replicas: "many" } },
        chart({ "values.schema.json": '{"type": "object", "properties": {"replicas": {"type": "integer"}}}' }),
      );
      await actor.until("the failure", (object) => condition(object, "Ready")?.reason === "InstallFailed");
      await actor.patch(release, "HelmRelease", "web", { spec: { suspend: true } });
      await actor.until("the suspension", isObserved);
      await actor.mark("failed");
    },
  },
  {
    name: "object-is-refused",
    async play(actor) {
      await begin(
        actor,
        { install: { remediation: { retries: 0 } } },
        chart({
          "templates/bad.yaml": `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: Bad_Name}
spec: {defaultBackend: {service: {name: web, port: {number: 80}}}}
`,
        }),
      );
      await actor.until("retries to be exhausted", isStalled);
      await actor.mark("stalled");
    },
  },
  {
    name: "retry-on-failure-of-an-upgrade",
    async play(actor) {
      await begin(actor, { timeout: "6s", upgrade: { strategy: { name: "RetryOnFailure", retryInterval: "5s" } } });
      await actor.until("the install", at(1));
      await change(actor, { values: { image: missing } });
      await actor.until("a second attempt", (object) => (object.status?.history?.[0]?.version ?? 0) >= 3);
      await change(actor, { suspend: true });
      await actor.until("the suspension", isObserved);
      await change(actor, { suspend: null, values: { image: null } });
      await actor.until("the release", isReady);
      await actor.mark("mended");
    },
  },
];
