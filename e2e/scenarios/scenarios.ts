import type { Condition, HelmRelease } from "../../src/api/index.ts";
import { decodeRecord, encodeRecord, withStatus } from "../../src/release/index.ts";
import type { Actor, Scenario } from "./scenario.ts";

const release = "helm.toolkit.fluxcd.io/v2";
const source = "source.toolkit.fluxcd.io/v1";

const chart = (extra: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> => ({
  "values.yaml": "image: registry.example.com/web:1.0.0\nreplicas: 1\nsetting: one\n",
  "templates/deployment.yaml": `# a comment that re-serialising drops
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}
  labels: {app: {{ .Release.Name | quote }}}
spec:
  replicas: {{ .Values.replicas }}
  selector: {matchLabels: {app: {{ .Release.Name }}}}
  template:
    metadata: {labels: {app: {{ .Release.Name }}}}
    spec:
      containers: [{name: web, image: {{ .Values.image | quote }}}]
`,
  "templates/configmap.yaml": `apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}
data:
  setting: {{ .Values.setting | quote }}
  number: "{{ .Values.replicas }}"
`,
  ...extra,
});

const testHook = (image: string): Readonly<Record<string, string>> => ({
  "templates/tests/smoke.yaml": `apiVersion: v1
kind: Pod
metadata:
  name: {{ .Release.Name }}-smoke
  annotations: {"helm.sh/hook": test}
spec:
  restartPolicy: Never
  containers: [{name: smoke, image: ${image}}]
`,
});

const condition = (object: HelmRelease, type: string): Condition | undefined =>
  (object.status?.conditions as readonly Condition[] | undefined)?.find((one) => one.type === type);
const isObserved = (object: HelmRelease): boolean => object.status?.observedGeneration === object.metadata.generation;
const isReady = (object: HelmRelease): boolean =>
  isObserved(object) && condition(object, "Ready")?.status === "True" && condition(object, "Reconciling") === undefined;
const isStalled = (object: HelmRelease): boolean =>
  isObserved(object) && condition(object, "Stalled")?.status === "True";
const newest = (object: HelmRelease): number =>
  Math.max(0, ...(object.status?.history ?? []).map(({ version }) => version));
const at = (version: number) => (object: HelmRelease) => isReady(object) && newest(object) === version;

async function begin(actor: Actor, spec: Readonly<Record<string, unknown>> = {}, files = chart()): Promise<void> {
  await actor.publish("web", "1.0.0", files);
  await actor.create({
    apiVersion: source,
    kind: "HelmRepository",
    metadata: { name: "charts" },
    spec: { interval: "1h", url: actor.repositoryUrl },
  });
  await actor.create({ apiVersion: release, kind: "HelmRelease", metadata: { name: "web" }, spec: releaseSpec(spec) });
}

function releaseSpec(more: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return {
    interval: "1h",
    timeout: "30s",
    chart: {
      spec: { chart: "web", version: "1.0.0", interval: "1h", sourceRef: { kind: "HelmRepository", name: "charts" } },
    },
    ...more,
  };
}

const change = (actor: Actor, spec: unknown): Promise<void> => actor.patch(release, "HelmRelease", "web", { spec });
const secondRevision = { kind: "Secret", name: "sh.helm.release.v1.web.v2" } as const;
const missing = "registry.example.com/web:does-not-exist";

/** What people do with releases, and what may go wrong. */
export const scenarios: readonly Scenario[] = [
  {
    name: "install-and-upgrade",
    async play(actor) {
      await begin(actor);
      await actor.until("the install", at(1));
      await actor.mark("installed");
      await change(actor, { values: { replicas: 2 } });
      await actor.until("the upgrade", at(2));
      await actor.mark("upgraded by values");
      await actor.publish(
        "web",
        "1.1.0",
        chart({
          "templates/extra.yaml":
            "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}-extra\ndata: {a: b}\n",
        }),
      );
      await actor.patch(source, "HelmRepository", "charts", {
        metadata: { annotations: { "reconcile.fluxcd.io/requestedAt": "1" } },
      });
      await change(actor, { chart: { spec: { version: ">=1.0.0" } } });
      await actor.until("the upgrade to the new chart", at(3));
      await actor.mark("upgraded by chart");
    },
  },
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
    name: "tests-succeed",
    async play(actor) {
      await begin(actor, { test: { enable: true } }, chart(testHook("busybox:1.37")));
      await actor.until(
        "the tests",
        (object) => isReady(object) && condition(object, "TestSuccess")?.status === "True",
      );
      await actor.mark("tested");
    },
  },
  {
    name: "no-tests",
    async play(actor) {
      await begin(actor, { test: { enable: true } });
      await actor.until(
        "the tests",
        (object) => isReady(object) && condition(object, "TestSuccess")?.status === "True",
      );
      await actor.mark("tested");
    },
  },
  {
    name: "tests-fail",
    async play(actor) {
      await begin(actor, { timeout: "6s", test: { enable: true } }, chart(testHook(missing)));
      await actor.until("retries to be exhausted", isStalled);
      await actor.mark("stalled");
    },
  },
  {
    name: "template-error",
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
      await actor.patch(release, "HelmRelease", "web", {
        metadata: { annotations: { "reconcile.fluxcd.io/requestedAt": "1" } },
      });
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
    name: "changed-behind-our-back",
    async play(actor) {
      await begin(actor);
      await actor.until("the install", at(1));
      const secret = "sh.helm.release.v1.web.v1";
      const stored = await actor.client.get({
        apiVersion: "v1",
        kind: "Secret",
        namespace: actor.namespace,
        name: secret,
      });
      // Another revision by somebody else, as `helm upgrade` would leave it: the same release under the next number.
      const record = decodeRecord(atob((stored.data as { readonly release: string }).release));
      const next = encodeRecord({ ...record, version: 2, config: { setting: "by hand" } }, secondRevision);
      await actor.create({
        apiVersion: "v1",
        kind: "Secret",
        type: "helm.sh/release.v1",
        metadata: { name: "sh.helm.release.v1.web.v2", labels: { ...stored.metadata.labels, version: "2" } },
        data: { release: btoa(next) },
      });
      await actor.patch(release, "HelmRelease", "web", {
        metadata: { annotations: { "reconcile.fluxcd.io/requestedAt": "1" } },
      });
      await actor.until("the upgrade", at(3));
      await actor.mark("upgraded");
    },
  },
  {
    name: "locked-by-a-dead-process",
    async play(actor) {
      await begin(actor);
      await actor.until("the install", at(1));
      const stored = await actor.client.get({
        apiVersion: "v1",
        kind: "Secret",
        namespace: actor.namespace,
        name: "sh.helm.release.v1.web.v1",
      });
      const record = decodeRecord(atob((stored.data as { readonly release: string }).release));
      const next = encodeRecord(
        withStatus({ ...record, version: 2 }, "pending-upgrade", "Preparing upgrade"),
        secondRevision,
      );
      await actor.create({
        apiVersion: "v1",
        kind: "Secret",
        type: "helm.sh/release.v1",
        metadata: {
          name: "sh.helm.release.v1.web.v2",
          labels: { ...stored.metadata.labels, version: "2", status: "pending-upgrade" },
        },
        data: { release: btoa(next) },
      });
      await actor.patch(release, "HelmRelease", "web", {
        metadata: { annotations: { "reconcile.fluxcd.io/requestedAt": "1" } },
      });
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
      await actor.patch(release, "HelmRelease", "web", {
        metadata: { annotations: { "reconcile.fluxcd.io/requestedAt": "1" } },
      });
      await actor.until(
        "the handled request",
        (object) => object.status?.lastHandledReconcileAt === "1" && isReady(object),
      );
      await actor.mark("installed again");
    },
  },
  {
    name: "drift-is-corrected",
    async play(actor) {
      await begin(actor, { driftDetection: { mode: "enabled" } });
      await actor.until("the install", at(1));
      await actor.mark("installed");
      await actor.patch("v1", "ConfigMap", "web", { data: { setting: "by hand" } });
      await actor.remove("apps/v1", "Deployment", "web");
      await actor.untilGone("apps/v1", "Deployment", "web");
      await actor.patch(release, "HelmRelease", "web", {
        metadata: { annotations: { "reconcile.fluxcd.io/requestedAt": "1" } },
      });
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
      await actor.patch(release, "HelmRelease", "web", {
        metadata: { annotations: { "reconcile.fluxcd.io/requestedAt": "1" } },
      });
      await actor.until("the handled request", (object) => object.status?.lastHandledReconcileAt === "1");
      await actor.mark("reported");
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
    name: "chart-renamed",
    async play(actor) {
      await begin(actor);
      await actor.until("the install", at(1));
      await actor.publish("shop", "1.0.0", chart());
      await actor.patch(source, "HelmRepository", "charts", {
        metadata: { annotations: { "reconcile.fluxcd.io/requestedAt": "1" } },
      });
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
];
