import {
  at,
  begin,
  change,
  chart,
  extraMap,
  isObserved,
  isReady,
  missing,
  release,
  requestSource,
  source,
} from "../release.ts";
import type { Scenario } from "../scenario.ts";

/** What people do with releases that work. */
export const life: readonly Scenario[] = [
  {
    name: "install-and-upgrade",
    async play(actor) {
      await begin(actor);
      await actor.until("the install", at(1));
      await actor.mark("installed");
      await change(actor, { values: { replicas: 2 } });
      await actor.until("the upgrade", at(2));
      await actor.mark("upgraded by values");
      await actor.publish("web", "1.1.0", chart(extraMap));
      await requestSource(actor, "HelmRepository", "charts");
      await change(actor, { chart: { spec: { version: ">=1.0.0" } } });
      await actor.until("the upgrade to the new chart", at(3));
      await actor.mark("upgraded by chart");
    },
  },
  {
    name: "suspended-and-resumed",
    async play(actor) {
      await begin(actor);
      await actor.until("the install", at(1));
      await change(actor, { suspend: true, values: { replicas: 3 } });
      await actor.until("the suspension", isObserved);
      await actor.mark("suspended");
      await change(actor, { suspend: null });
      await actor.until("the upgrade", at(2));
      await actor.mark("resumed");
    },
  },
  {
    name: "deleted",
    async play(actor) {
      await begin(actor);
      await actor.until("the install", at(1));
      await actor.remove(release, "HelmRelease", "web");
      await actor.untilGone(release, "HelmRelease", "web");
      await actor.untilGone(source, "HelmChart", `${actor.namespace}-web`);
      await actor.mark("gone");
    },
  },
  {
    name: "chart-renamed",
    async play(actor) {
      await begin(actor);
      await actor.until("the install", at(1));
      await actor.publish("shop", "1.0.0", chart());
      await requestSource(actor, "HelmRepository", "charts");
      await change(actor, { chart: { spec: { chart: "shop" } } });
      await actor.until(
        "the reinstall",
        (object) => isReady(object) && object.status?.history?.[0]?.chartName === "shop",
      );
      await actor.mark("reinstalled");
    },
  },
  {
    name: "release-renamed",
    async play(actor) {
      await begin(actor);
      await actor.until("the install", at(1));
      await change(actor, { releaseName: "shop" });
      await actor.until("the reinstall", (object) => isReady(object) && object.status?.history?.[0]?.name === "shop");
      await actor.mark("reinstalled");
    },
  },
  {
    name: "forced-upgrade",
    async play(actor) {
      await begin(actor);
      await actor.until("the install", at(1));
      await actor.patch(release, "HelmRelease", "web", {
        metadata: { annotations: { "reconcile.fluxcd.io/requestedAt": "1", "reconcile.fluxcd.io/forceAt": "1" } },
      });
      await actor.until("the upgrade", at(2));
      await actor.mark("upgraded");
    },
  },
  {
    name: "post-renderers-and-metadata",
    async play(actor) {
      await begin(actor, {
        commonMetadata: { labels: { team: "school" }, annotations: { note: "a & b" } },
        postRenderers: [
          {
            kustomize: {
              patches: [
                { target: { kind: "ConfigMap" }, patch: "- op: add\n  path: /data/patched\n  value: yes-it-is\n" },
              ],
              images: [{ name: "registry.example.com/web", newTag: "2.0.0" }],
            },
          },
        ],
      });
      await actor.until("the install", at(1));
      await actor.mark("installed");
      await change(actor, { postRenderers: null });
      await actor.until("the upgrade", at(2));
      await actor.mark("upgraded");
    },
  },
  {
    name: "target-namespace-changed",
    async play(actor) {
      await begin(actor, { install: { createNamespace: true } });
      await actor.until("the install", at(1));
      await change(actor, { targetNamespace: actor.otherNamespace });
      await actor.until(
        "the reinstall",
        (object) => isReady(object) && object.status?.history?.[0]?.namespace === actor.otherNamespace,
      );
      await actor.mark("moved");
      await actor.remove(release, "HelmRelease", "web");
      await actor.untilGone(release, "HelmRelease", "web");
      await actor.mark("gone");
    },
  },
  {
    name: "storage-namespace-changed",
    async play(actor) {
      await actor.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: actor.otherNamespace } });
      await begin(actor, { releaseName: "shop" });
      await actor.until("the install", at(1));
      await change(actor, { storageNamespace: actor.otherNamespace });
      await actor.until(
        "the reinstall",
        (object) => isReady(object) && object.status?.storageNamespace === actor.otherNamespace,
      );
      await actor.mark("moved");
    },
  },
  {
    name: "chart-renamed-in-place",
    async play(actor) {
      await begin(actor, { upgrade: { chartNameChangeStrategy: "InPlaceUpdate" } });
      await actor.until("the install", at(1));
      await actor.publish("shop", "1.0.0", chart());
      await requestSource(actor, "HelmRepository", "charts");
      await change(actor, { chart: { spec: { chart: "shop" } } });
      await actor.until("the upgrade", at(2));
      await actor.mark("upgraded");
    },
  },
  {
    name: "history-is-kept",
    async play(actor) {
      await begin(actor, { maxHistory: 2, uninstall: { keepHistory: true } });
      await actor.until("the install", at(1));
      await change(actor, { values: { replicas: 2 } });
      await actor.until("the upgrade", at(2));
      await change(actor, { values: { replicas: 3 } });
      await actor.until("the next upgrade", at(3));
      await actor.mark("upgraded twice");
      await actor.remove(release, "HelmRelease", "web");
      await actor.untilGone(release, "HelmRelease", "web");
      await actor.mark("gone");
    },
  },
  {
    name: "suspended-and-deleted",
    async play(actor) {
      await begin(actor);
      await actor.until("the install", at(1));
      await change(actor, { suspend: true });
      await actor.until("the suspension", isObserved);
      await actor.remove(release, "HelmRelease", "web");
      await actor.untilGone(release, "HelmRelease", "web");
      await actor.mark("gone");
    },
  },
  {
    name: "waiting-is-disabled",
    async play(actor) {
      await begin(actor, { install: { disableWait: true }, values: { image: missing } });
      await actor.until("the install", at(1));
      await actor.mark("installed");
    },
  },
  {
    name: "values-are-preserved",
    async play(actor) {
      await begin(actor, { upgrade: { preserveValues: true }, values: { setting: "two" } });
      await actor.until("the install", at(1));
      await change(actor, { values: { replicas: 2 } });
      await actor.until("the upgrade", at(2));
      await actor.mark("upgraded");
    },
  },
];
