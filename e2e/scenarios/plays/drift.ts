import { answered, at, begin, change, chart, isReady, request } from "../release.ts";
import type { Scenario } from "../scenario.ts";

/** What drifts, and what is done about it. */
export const drift: readonly Scenario[] = [
  {
    name: "drift-is-corrected",
    async play(actor) {
      await begin(actor, { driftDetection: { mode: "enabled" } });
      await actor.until("the install", at(1));
      await actor.mark("installed");
      await actor.patch("v1", "ConfigMap", "web", { data: { setting: "by hand" } });
      await actor.remove("apps/v1", "Deployment", "web");
      await actor.untilGone("apps/v1", "Deployment", "web");
      await request(actor, "1");
      await actor.until(
        "the handled request",
        (object) => object.status?.lastHandledReconcileAt === "1" && isReady(object),
      );
      await actor.mark("corrected");
    },
  },
  {
    name: "drift-is-reported",
    async play(actor) {
      await begin(actor, { driftDetection: { mode: "warn" } });
      await actor.until("the install", at(1));
      await actor.patch("v1", "ConfigMap", "web", { data: { setting: "by hand", more: "by hand" } });
      await request(actor, "1");
      await actor.until("the handled request", (object) => object.status?.lastHandledReconcileAt === "1");
      await actor.mark("reported");
    },
  },
  {
    name: "drift-is-ignored",
    async play(actor) {
      await begin(
        actor,
        {
          driftDetection: {
            mode: "enabled",
            ignore: [
              { paths: ["/data/setting"], target: { kind: "ConfigMap", name: "web" } },
              { paths: [""], target: { labelSelector: "keep=yes" } },
              { paths: ["/spec/replicas"], target: { kind: "Deployment", annotationSelector: "scaled in (a, b)" } },
            ],
          },
        },
        chart({
          "templates/kept.yaml":
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: kept, labels: {keep: 'yes'}}\ndata: {a: b}\n",
          "templates/scaled.yaml": `apiVersion: apps/v1
kind: Deployment
metadata: {name: scaled, annotations: {scaled: a}}
spec:
  replicas: 1
  selector: {matchLabels: {app: scaled}}
  template: {metadata: {labels: {app: scaled}}, spec: {containers: [{name: web, image: "registry.example.com/web:1.0.0"}]}}
`,
        }),
      );
      await actor.until("the install", at(1));
      await actor.patch("v1", "ConfigMap", "web", { data: { setting: "by hand" } });
      await actor.patch("v1", "ConfigMap", "kept", { data: { a: "by hand" } });
      await actor.patch("apps/v1", "Deployment", "scaled", { spec: { replicas: 2 } });
      await request(actor, "1");
      await actor.until("the answer", answered("1"));
      await actor.mark("ignored");
      await actor.patch("v1", "ConfigMap", "web", { data: { setting: "by hand", number: "5" } });
      await actor.patch("apps/v1", "Deployment", "scaled", { spec: { paused: true } });
      await request(actor, "2");
      await actor.until("the answer", answered("2"));
      await actor.mark("corrected beside what is ignored");
    },
  },
  {
    name: "drift-of-metadata",
    async play(actor) {
      await begin(actor, { driftDetection: { mode: "enabled" }, commonMetadata: { labels: { team: "school" } } });
      await actor.until("the install", at(1));
      await actor.patch("v1", "ConfigMap", "web", {
        metadata: { labels: { team: "other", more: "by-hand" }, annotations: { note: "by hand" } },
      });
      await actor.patch("apps/v1", "Deployment", "web", { metadata: { labels: { team: null } } });
      await request(actor, "1");
      await actor.until("the answer", answered("1"));
      await actor.mark("corrected");
    },
  },
  {
    name: "drift-detection-is-disabled-for-an-object",
    async play(actor) {
      await begin(
        actor,
        { driftDetection: { mode: "enabled" } },
        chart({
          "templates/free.yaml": `apiVersion: v1
kind: ConfigMap
metadata: {name: free, annotations: {helm.toolkit.fluxcd.io/driftDetection: disabled}}
data: {a: b}
`,
        }),
      );
      await actor.until("the install", at(1));
      await actor.patch("v1", "ConfigMap", "free", { data: { a: "by hand" } });
      await actor.patch("v1", "ConfigMap", "web", {
        metadata: { labels: { "helm.toolkit.fluxcd.io/driftDetection": "disabled" } },
        data: { setting: "by hand" },
      });
      await actor.patch("apps/v1", "Deployment", "web", { spec: { replicas: 4 } });
      await request(actor, "1");
      await actor.until("the answer", answered("1"));
      await actor.mark("corrected");
    },
  },
  {
    name: "drift-when-detection-begins",
    async play(actor) {
      await begin(actor);
      await actor.until("the install", at(1));
      await actor.patch("apps/v1", "Deployment", "web", { spec: { template: { spec: { hostname: "by-hand" } } } });
      await change(actor, { driftDetection: { mode: "warn" } });
      await actor.until("the answer", (object) => object.status?.observedGeneration === object.metadata.generation);
      await actor.mark("reported");
      await change(actor, { driftDetection: { mode: "enabled" } });
      await actor.until("the answer", (object) => object.status?.observedGeneration === object.metadata.generation);
      await actor.mark("corrected");
    },
  },
];
