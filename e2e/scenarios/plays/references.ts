import type { Actor, Scenario } from "../scenario.ts";
import {
  at,
  begin,
  beginSource,
  change,
  chart,
  condition,
  hasReason,
  isReady,
  isStalled,
  release,
  releaseSpec,
  request,
  source,
} from "../release.ts";

/** What a release refers to: sources, other releases, values, other identities. */
export const references: readonly Scenario[] = [
  {
    name: "cross-namespace",
    async play(actor) {
      await beginElsewhere(actor);
      await actor.until("the install", at(1));
      await actor.mark("installed");
      await actor.remove(release, "HelmRelease", "web");
      await actor.untilGone(release, "HelmRelease", "web");
      await actor.mark("gone");
    },
  },
  {
    name: "cross-namespace-chart-ref",
    async play(actor) {
      await beginElsewhere(actor, "other");
      await actor.create({
        apiVersion: release,
        kind: "HelmRelease",
        metadata: { name: "web" },
        spec: {
          interval: "1h",
          chartRef: { kind: "HelmChart", name: `${actor.namespace}-other`, namespace: actor.otherNamespace },
        },
      });
      await actor.until("the install", at(1));
      await actor.mark("installed");
    },
  },
  {
    name: "cross-namespace-refused",
    flags: ["--no-cross-namespace-refs"],
    async play(actor) {
      await beginElsewhere(actor);
      // Nothing but the log tells of it.
      await actor.until("the finalizer", (object) => (object.metadata.finalizers ?? []).length > 0);
      await actor.mark("refused");
    },
  },
  {
    name: "cross-namespace-chart-ref-refused",
    flags: ["--no-cross-namespace-refs"],
    async play(actor) {
      await actor.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: actor.otherNamespace } });
      await actor.create({
        apiVersion: release,
        kind: "HelmRelease",
        metadata: { name: "web" },
        spec: { interval: "1h", chartRef: { kind: "HelmChart", name: "web", namespace: actor.otherNamespace } },
      });
      await actor.until("the refusal", isStalled);
      await actor.mark("refused");
    },
  },
  {
    name: "switched-to-chart-ref",
    async play(actor) {
      await begin(actor);
      await actor.until("the install", at(1));
      await actor.create({
        apiVersion: source,
        kind: "HelmChart",
        metadata: { name: "mine" },
        spec: { interval: "1h", chart: "web", version: "1.0.0", sourceRef: { kind: "HelmRepository", name: "charts" } },
      });
      await change(actor, { chart: null, chartRef: { kind: "HelmChart", name: "mine" }, values: { replicas: 2 } });
      await actor.until("the upgrade", at(2));
      await actor.untilGone(source, "HelmChart", `${actor.namespace}-web`);
      await actor.mark("switched");
    },
  },
  {
    name: "dependency-is-ready",
    async play(actor) {
      await beginOther(actor);
      await actor.create({
        apiVersion: release,
        kind: "HelmRelease",
        metadata: { name: "web" },
        spec: releaseSpec({
          dependsOn: [{ name: "base", readyExpr: "dep.status.history[0].version == 1 && self.metadata.name == 'web'" }],
        }),
      });
      await actor.until("the install", at(1));
      await actor.mark("installed");
    },
  },
  {
    name: "dependency-is-not-ready-by-expression",
    async play(actor) {
      await beginOther(actor);
      await actor.create({
        apiVersion: release,
        kind: "HelmRelease",
        metadata: { name: "web" },
        spec: releaseSpec({ dependsOn: [{ name: "base", readyExpr: "dep.metadata.name == 'other'" }] }),
      });
      await actor.until("the failure", hasReason("Ready", "DependencyNotReady"));
      await actor.mark("waiting");
    },
  },
  {
    name: "dependency-expression-is-bad",
    async play(actor) {
      await beginOther(actor);
      await actor.create({
        apiVersion: release,
        kind: "HelmRelease",
        metadata: { name: "web" },
        spec: releaseSpec({ dependsOn: [{ name: "base", readyExpr: "dep.metadata.name ==" }] }),
      });
      await actor.until("the refusal", isStalled);
      await actor.mark("stalled");
    },
  },
  {
    name: "dependency-expression-fails",
    async play(actor) {
      await beginOther(actor);
      await actor.create({
        apiVersion: release,
        kind: "HelmRelease",
        metadata: { name: "web" },
        spec: releaseSpec({ dependsOn: [{ name: "base", readyExpr: "dep.status.absent == 'x'" }] }),
      });
      await actor.until("the failure", (object) => condition(object, "Ready")?.status === "False");
      await actor.mark("failed");
    },
  },
  {
    name: "values-from",
    async play(actor) {
      await actor.create({
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: "defaults" },
        data: {
          "values.yaml": "setting: from-map\nreplicas: 2\nnested: {a: 1, list: [1, 2]}\n",
          extra: "nested: {b: yes}\n",
        },
      });
      await actor.create({
        apiVersion: "v1",
        kind: "Secret",
        metadata: { name: "secret" },
        data: { password: btoa("s3cret,x=y"), setting: btoa("from-secret") },
      });
      await begin(actor, {
        valuesFrom: [
          { kind: "ConfigMap", name: "defaults" },
          { kind: "ConfigMap", name: "defaults", valuesKey: "extra" },
          { kind: "Secret", name: "secret", valuesKey: "setting", targetPath: "nested.setting" },
          { kind: "Secret", name: "secret", valuesKey: "password", targetPath: "nested.password", literal: true },
          { kind: "Secret", name: "absent", optional: true },
        ],
        values: { nested: { c: [1.5, 1000000, "x"] } },
      });
      await actor.until("the install", at(1));
      await actor.mark("installed");
    },
  },
  {
    name: "service-account",
    async play(actor) {
      await actor.create({ apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "deployer" } });
      await actor.create({
        apiVersion: "rbac.authorization.k8s.io/v1",
        kind: "RoleBinding",
        metadata: { name: "deployer" },
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "cluster-admin" },
        subjects: [{ kind: "ServiceAccount", name: "deployer", namespace: actor.namespace }],
      });
      await begin(actor, { serviceAccountName: "deployer" });
      await actor.until("the install", at(1));
      await actor.mark("installed");
      await actor.remove("v1", "ServiceAccount", "deployer");
      await actor.remove(release, "HelmRelease", "web");
      await actor.untilGone(release, "HelmRelease", "web");
      await actor.mark("gone without its account");
    },
  },
  {
    name: "kubeconfig-is-missing",
    async play(actor) {
      await begin(actor, { kubeConfig: { secretRef: { name: "remote" } } });
      await actor.until(
        "the failure",
        (object) =>
          condition(object, "Ready")?.status === "False" && condition(object, "Ready")?.reason !== "SourceNotReady",
      );
      await actor.mark("missing");
      await actor.create({
        apiVersion: "v1",
        kind: "Secret",
        metadata: { name: "remote" },
        data: { other: btoa("x") },
      });
      await request(actor, "1");
      await actor.until("the answer", (object) => object.status?.lastHandledReconcileAt === "1");
      await actor.mark("without its key");
      await actor.patch("v1", "Secret", "remote", { data: { value: btoa("not: [a kubeconfig") } });
      await request(actor, "2");
      await actor.until("the answer", (object) => object.status?.lastHandledReconcileAt === "2");
      await actor.mark("unreadable");
      await actor.remove(release, "HelmRelease", "web");
      await actor.untilGone(release, "HelmRelease", "web");
    },
  },
  {
    name: "kubeconfig",
    async play(actor) {
      await actor.create({
        apiVersion: "v1",
        kind: "Secret",
        metadata: { name: "remote" },
        data: { value: btoa(actor.kubeconfig) },
      });
      await begin(actor, {
        kubeConfig: { secretRef: { name: "remote" } },
        targetNamespace: actor.otherNamespace,
        install: { createNamespace: true },
      });
      await actor.until("the install", at(1));
      await actor.mark("installed");
    },
  },
];

/** A release whose chart's source lives in another namespace. */
async function beginElsewhere(actor: Actor, name = "web"): Promise<void> {
  await actor.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: actor.otherNamespace } });
  await beginSource(actor, chart(), { namespace: actor.otherNamespace });
  const sourceRef = { kind: "HelmRepository", name: "charts", namespace: actor.otherNamespace };
  const spec = { chart: "web", version: "1.0.0", interval: "1h", sourceRef };
  await actor.create({
    apiVersion: release,
    kind: "HelmRelease",
    metadata: { name },
    spec: releaseSpec({ chart: { spec } }),
  });
}

/** Another release, which is ready. */
async function beginOther(actor: Actor): Promise<void> {
  await beginSource(actor);
  await actor.create({
    apiVersion: release,
    kind: "HelmRelease",
    metadata: { name: "base" },
    spec: releaseSpec({ releaseName: "base" }),
  });
  await actor.until("the other release", isReady, "base");
}
