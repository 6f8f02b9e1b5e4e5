import type { Condition, HelmRelease } from "../../src/api/index.ts";
import { decodeRecord, type ReleaseRecord } from "../../src/release/index.ts";
import type { Actor } from "./scenario.ts";

export const release = "helm.toolkit.fluxcd.io/v2";
export const source = "source.toolkit.fluxcd.io/v1";

/** A chart of a Deployment and a ConfigMap, with more files where a scenario needs them. */
export const chart = (extra: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> => ({
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

/** One more ConfigMap for a chart. */
export const extraMap = {
  "templates/extra.yaml":
    "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}-extra\ndata: {a: b}\n",
};

export const testHook = (image: string): Readonly<Record<string, string>> => ({
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

/** An image that no node can pull. */
export const missing = "registry.example.com/web:does-not-exist";

export const condition = (object: HelmRelease, type: string): Condition | undefined =>
  (object.status?.conditions as readonly Condition[] | undefined)?.find((one) => one.type === type);
export const isObserved = (object: HelmRelease): boolean =>
  object.status?.observedGeneration === object.metadata.generation;
export const isReady = (object: HelmRelease): boolean =>
  isObserved(object) && condition(object, "Ready")?.status === "True" && condition(object, "Reconciling") === undefined;
export const isStalled = (object: HelmRelease): boolean =>
  isObserved(object) && condition(object, "Stalled")?.status === "True";
export const hasReason =
  (type: string, reason: string) =>
  (object: HelmRelease): boolean =>
    condition(object, type)?.reason === reason;
export const newest = (object: HelmRelease): number =>
  Math.max(0, ...(object.status?.history ?? []).map(({ version }) => version));
/** Ready, with this revision. */
export const at =
  (version: number) =>
  (object: HelmRelease): boolean =>
    isReady(object) && newest(object) === version;
/** Ready, and a request by annotation was answered. */
export const answered =
  (token: string) =>
  (object: HelmRelease): boolean =>
    object.status?.lastHandledReconcileAt === token && isReady(object);

/** The spec of a release of the chart `web`. */
export function releaseSpec(more: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return {
    interval: "1h",
    timeout: "30s",
    chart: {
      spec: { chart: "web", version: "1.0.0", interval: "1h", sourceRef: { kind: "HelmRepository", name: "charts" } },
    },
    ...more,
  };
}

/** Publishes the chart and makes its repository. */
export async function beginSource(actor: Actor, files = chart(), more: { readonly namespace?: string } = {}) {
  await actor.publish("web", "1.0.0", files);
  await actor.create({
    apiVersion: source,
    kind: "HelmRepository",
    metadata: { name: "charts", ...more },
    spec: { interval: "1h", url: actor.repositoryUrl },
  });
}

/** Publishes the chart, makes its repository and a release of it. */
export async function begin(
  actor: Actor,
  spec: Readonly<Record<string, unknown>> = {},
  files = chart(),
): Promise<void> {
  await beginSource(actor, files);
  await actor.create({ apiVersion: release, kind: "HelmRelease", metadata: { name: "web" }, spec: releaseSpec(spec) });
}

export const change = (actor: Actor, spec: unknown): Promise<void> =>
  actor.patch(release, "HelmRelease", "web", { spec });

/** What `flux reconcile` does, with more annotations where they are named. */
export const request = (actor: Actor, token: string, ...more: readonly ("forceAt" | "resetAt")[]): Promise<void> =>
  actor.patch(release, "HelmRelease", "web", {
    metadata: {
      annotations: Object.fromEntries(
        ["requestedAt", ...more].map((name) => [`reconcile.fluxcd.io/${name}`, token] as const),
      ),
    },
  });

/** What `flux reconcile source` does. */
export const requestSource = (actor: Actor, kind: string, name: string): Promise<void> =>
  actor.patch(source, kind, name, {
    metadata: { annotations: { "reconcile.fluxcd.io/requestedAt": crypto.randomUUID() } },
  });

export const secondRevision = { kind: "Secret", name: "sh.helm.release.v1.web.v2" } as const;

/** A stored revision of the release, and the Secret that holds it. */
export async function readRecord(actor: Actor, version: number): Promise<ReleaseRecord> {
  const stored = await actor.client.get({
    apiVersion: "v1",
    kind: "Secret",
    namespace: actor.namespace,
    name: `sh.helm.release.v1.web.v${version}`,
  });
  return decodeRecord(atob((stored.data as { readonly release: string }).release));
}

/** Stores another revision as another program would: the labels of the first one, with other words where they are given. */
export function storeRecord(actor: Actor, encoded: string, labels: Readonly<Record<string, string>>): Promise<void> {
  return actor.create({
    apiVersion: "v1",
    kind: "Secret",
    type: "helm.sh/release.v1",
    metadata: {
      name: `sh.helm.release.v1.web.v${labels.version}`,
      labels: { modifiedAt: "1790000000", name: "web", owner: "helm", status: "deployed", ...labels },
    },
    data: { release: btoa(encoded) },
  });
}
