import { encodeRecord, type ReleaseRecord, withStatus } from "../../../src/release/index.ts";
import {
  answered,
  at,
  begin,
  change,
  condition,
  hasReason,
  isObserved,
  isReady,
  newest,
  readRecord,
  request,
  secondRevision,
  storeRecord,
} from "../release.ts";
import type { Scenario } from "../scenario.ts";

/** What other programs and people do to a release behind our back. */
export const outside: readonly Scenario[] = [
  {
    name: "changed-behind-our-back",
    async play(actor) {
      await begin(actor);
      await actor.until("the install", at(1));
      // Another revision by somebody else, as `helm upgrade` would leave it: the same release under the next number.
      const record = await readRecord(actor, 1);
      const next = { ...record, version: 2, config: { setting: "by hand" } };
      await storeRecord(actor, encodeRecord(next, secondRevision), { version: "2" });
      await request(actor, "1");
      await actor.until("the upgrade", at(3));
      await actor.mark("upgraded");
    },
  },
  {
    name: "locked-by-a-dead-process",
    async play(actor) {
      await begin(actor);
      await actor.until("the install", at(1));
      const record = await readRecord(actor, 1);
      const next = withStatus({ ...record, version: 2 }, "pending-upgrade", "Preparing upgrade");
      const labels = { version: "2", status: "pending-upgrade" };
      await storeRecord(actor, encodeRecord(next, secondRevision), labels);
      await request(actor, "1");
      await actor.until("the upgrade", (object) => isReady(object) && newest(object) >= 3);
      await actor.mark("unlocked and upgraded");
    },
  },
  {
    name: "uninstalled-behind-our-back",
    async play(actor) {
      await begin(actor);
      await actor.until("the install", at(1));
      await actor.remove("v1", "Secret", "sh.helm.release.v1.web.v1");
      await actor.remove("apps/v1", "Deployment", "web");
      await actor.remove("v1", "ConfigMap", "web");
      await actor.untilGone("apps/v1", "Deployment", "web");
      await request(actor, "1");
      await actor.until(
        "the handled request",
        (object) => object.status?.lastHandledReconcileAt === "1" && isReady(object),
      );
      await actor.mark("installed again");
    },
  },
  {
    name: "stored-release-is-unreadable",
    async play(actor) {
      await begin(actor);
      await actor.until("the install", at(1));
      await actor.patch("v1", "Secret", "sh.helm.release.v1.web.v1", { data: { release: btoa("not a release") } });
      await request(actor, "1");
      await actor.until("the answer", (object) => object.status?.lastHandledReconcileAt === "1");
      await actor.mark("answered");
    },
  },
  {
    name: "stored-release-was-changed",
    async play(actor) {
      await begin(actor);
      await actor.until("the install", at(1));
      const record = await readRecord(actor, 1);
      const changed = encodeRecord(
        { ...record, config: { setting: "by hand" } },
        { kind: "Secret", name: "sh.helm.release.v1.web.v1" },
      );
      await actor.patch("v1", "Secret", "sh.helm.release.v1.web.v1", { data: { release: btoa(changed) } });
      await request(actor, "1");
      await actor.until("the upgrade", (object) => answered("1")(object) && newest(object) === 2);
      await actor.mark("upgraded");
    },
  },
  {
    name: "rollback-target-was-removed",
    async play(actor) {
      await begin(actor, { timeout: "6s", upgrade: { remediation: { retries: 1 } } });
      await actor.until("the install", at(1));
      await change(actor, { values: { image: "registry.example.com/web:does-not-exist" } });
      await actor.until("the wait", (object) => hasReason("Reconciling", "Progressing")(object) && !isReady(object));
      await actor.untilThere("v1", "Secret", "sh.helm.release.v1.web.v2");
      await actor.remove("v1", "Secret", "sh.helm.release.v1.web.v1");
      await actor.until(
        "an end",
        (object) =>
          object.status?.failures === 2 && isObserved(object) && condition(object, "Reconciling") === undefined,
      );
      await actor.mark("given up");
    },
  },
  {
    name: "existing-release-is-adopted",
    async play(actor) {
      await begin(actor, { suspend: true });
      await actor.until("the suspension", isObserved);
      await storeRecord(
        actor,
        encodeRecord(foreignRecord(actor.namespace), { kind: "Secret", name: "sh.helm.release.v1.web.v1" }),
        { version: "1" },
      );
      await change(actor, { suspend: null });
      await actor.until("the upgrade", at(2));
      await actor.mark("adopted");
    },
  },
  {
    name: "uninstalled-release-is-found",
    async play(actor) {
      await begin(actor, { suspend: true });
      await actor.until("the suspension", isObserved);
      await storeRecord(
        actor,
        encodeRecord(withStatus(foreignRecord(actor.namespace), "uninstalled", "Uninstallation complete"), {
          kind: "Secret",
          name: "sh.helm.release.v1.web.v1",
        }),
        { version: "1", status: "uninstalled" },
      );
      await change(actor, { suspend: null });
      await actor.until("the refusal", hasReason("Ready", "InstallFailed"));
      await change(actor, { install: { replace: true } });
      await actor.until("the install", isReady);
      await actor.mark("installed");
    },
  },
  {
    name: "helm-rollback-while-suspended",
    async play(actor) {
      await begin(actor);
      await actor.until("the install", at(1));
      await change(actor, { values: { replicas: 2 } });
      await actor.until("the upgrade", at(2));
      await change(actor, { suspend: true });
      await actor.until("the suspension", isObserved);
      await actor.helm("rollback", "web", "1", "--force-conflicts");
      await actor.mark("rolled back by helm");
      await change(actor, { suspend: null });
      await actor.until("the upgrade", at(4));
      await actor.mark("resumed");
    },
  },
  {
    name: "helm-uninstall-while-suspended",
    async play(actor) {
      await begin(actor);
      await actor.until("the install", at(1));
      await change(actor, { values: { replicas: 2 } });
      await actor.until("the upgrade", at(2));
      await change(actor, { suspend: true });
      await actor.until("the suspension", isObserved);
      await actor.helm("uninstall", "web");
      await actor.mark("uninstalled by helm");
      await change(actor, { suspend: null });
      await actor.until("the install", at(1));
      await actor.mark("resumed");
    },
  },
];

/** A release that somebody installed with helm before. */
function foreignRecord(namespace: string): ReleaseRecord {
  const time = "2026-11-01T10:00:00Z";
  return {
    name: "web",
    info: { first_deployed: time, last_deployed: time, description: "Install complete", status: "deployed" },
    chart: {
      metadata: { name: "web", version: "0.9.0", apiVersion: "v2" },
      lock: null,
      templates: [],
      values: {},
      schema: null,
      schemamodtime: "0001-01-01T00:00:00Z",
      files: [],
    },
    manifest: "",
    hooks: [],
    version: 1,
    namespace,
    labels: {},
  };
}
