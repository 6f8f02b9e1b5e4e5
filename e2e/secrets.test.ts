import assert from "node:assert/strict";
import { test } from "node:test";
import type { Condition, HelmRelease, KubeObject } from "../src/api/index.ts";
import { openChartFolder } from "./scenarios/chart-folder.ts";
import { openTestStage } from "./scenarios/open-stage.ts";

const release = { apiVersion: "helm.toolkit.fluxcd.io/v2", kind: "HelmRelease" } as const;
const source = "source.toolkit.fluxcd.io/v1";
/** Told apart by where it was planted; long enough not to stand anywhere by chance. */
const marker = (place: string): string => `planted-${place}-5f3a9c1e`;
const secretManifest = (data: string): string => `apiVersion: v1
kind: Secret
metadata: {name: {{ .Release.Name }}}
${data}
`;

interface Case {
  readonly name: string;
  /** Values that come from a Secret. */
  readonly values?: string;
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly files: Readonly<Record<string, string>>;
}

const cases: readonly Case[] = [
  {
    name: "broken-values",
    values: `password: ${marker("broken")}\n  nested: [${marker("broken2")}\n`,
    files: {},
  },
  {
    name: "list-of-values",
    values: `- ${marker("list")}\n`,
    files: {},
  },
  {
    name: "fail-prints-values",
    values: `password: ${marker("fail")}\n`,
    files: { "templates/fail.yaml": '{{ fail (printf "bad password %s" .Values.password) }}\n' },
  },
  {
    name: "a-template-error-prints-values",
    values: `password: ${marker("index")}\n`,
    files: { "templates/fail.yaml": "{{ index .Values.password 1 2 3 }}{{ atoi .Values.password | div 1 0 }}\n" },
  },
  {
    name: "yaml-of-a-template-is-broken",
    values: `password: ${marker("yaml")}\n`,
    files: { "templates/bad.yaml": "kind: ConfigMap\n  data: {{ .Values.password }}: [\n" },
  },
  {
    name: "schema-quotes-values",
    values: `password: ${marker("schema")}\n`,
    files: {
      "values.schema.json": `{"type": "object", "properties": {"password": {"enum": ["a", "b"], "pattern": "^x$"}}}`,
    },
  },
  {
    name: "target-path",
    values: `x,${marker("target")}`,
    spec: { valuesFrom: [{ kind: "Secret", name: "target-path", targetPath: "nested[0].password" }] },
    files: {},
  },
  {
    name: "secret-is-refused",
    values: `password: ${marker("manifest")}\n`,
    files: { "templates/secret.yaml": secretManifest('data: {"bad key": {{ .Values.password | quote }}}') },
  },
  {
    name: "secret-in-the-chart-is-refused",
    files: { "templates/secret.yaml": secretManifest(`stringData: {"bad key": "${marker("chart")}"}`) },
  },
  {
    name: "hook-fails",
    values: `password: ${marker("hook")}\n`,
    spec: { timeout: "2s" },
    files: {
      "templates/hook.yaml": `apiVersion: v1
kind: Pod
metadata: {name: {{ .Release.Name }}-hook, annotations: {"helm.sh/hook": pre-install}}
spec:
  restartPolicy: Never
  containers: [{name: main, image: "registry.example.com/{{ .Values.password }}:does-not-exist", args: [{{ .Values.password }}]}]
`,
    },
  },
  {
    name: "pods-are-not-ready",
    values: `password: ${marker("pod")}\n`,
    spec: { timeout: "2s" },
    files: {
      "templates/pod.yaml": `apiVersion: v1
kind: Pod
metadata: {name: {{ .Release.Name }}}
spec: {containers: [{name: main, image: "registry.example.com/{{ .Values.password }}:does-not-exist"}]}
`,
    },
  },
  {
    name: "kubeconfig-is-broken",
    values: `clusters: [{name: a, cluster: {server: "https://${marker("kubeconfig")}"\n`,
    spec: { valuesFrom: [], kubeConfig: { secretRef: { name: "kubeconfig-is-broken", key: "values.yaml" } } },
    files: {},
  },
  {
    name: "kubeconfig-leads-nowhere",
    values: `apiVersion: v1
kind: Config
current-context: a
contexts: [{name: a, context: {cluster: a, user: a}}]
clusters: [{name: a, cluster: {server: "https://127.0.0.1:1"}}]
users: [{name: a, user: {token: ${marker("token")}}}]
`,
    spec: { valuesFrom: [], kubeConfig: { secretRef: { name: "kubeconfig-leads-nowhere", key: "values.yaml" } } },
    files: {},
  },
];

const readyOf = (object: KubeObject): Condition | undefined =>
  ((object.status as HelmRelease["status"])?.conditions as readonly Condition[] | undefined)?.find(
    ({ type }) => type === "Ready",
  );

test("nothing that a person reads has what Secrets hold", { timeout: 120_000 }, async (t) => {
  const said: string[] = [];
  const say = (message: string, fields?: unknown): void => void said.push(`${message} ${JSON.stringify(fields)}`);
  const stage = await openTestStage(t, { log: { info: say, error: say } });
  await using charts = await openChartFolder();
  const { client } = stage;
  const namespace = stage.namespaceOf("secrets");
  const create = (object: KubeObject): Promise<unknown> =>
    client.create({ ...object, metadata: { namespace, ...object.metadata } });
  await client.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
  for (const { name, files } of cases) await charts.publish(name, "1.0.0", files);
  const credentials = { username: btoa(marker("username")), password: btoa(marker("password")) };
  await create({ apiVersion: "v1", kind: "Secret", metadata: { name: "credentials" }, data: credentials });
  for (const [name, url] of [
    ["charts", charts.repositoryUrl],
    ["gone", "http://127.0.0.1:1/charts"],
    ["missing", `${charts.repositoryUrl}/no-such-folder`],
  ] as const) {
    const spec = { interval: "1h", timeout: "5s", url, secretRef: { name: "credentials" } };
    await create({ apiVersion: source, kind: "HelmRepository", metadata: { name }, spec });
  }
  for (const { name, values, spec } of cases) {
    if (values !== undefined)
      await create({ apiVersion: "v1", kind: "Secret", metadata: { name }, data: { "values.yaml": btoa(values) } });
    const sourceRef = { kind: "HelmRepository", name: "charts" };
    const valuesFrom = values === undefined ? [] : [{ kind: "Secret", name }];
    const chart = { spec: { chart: name, version: "1.0.0", interval: "1h", sourceRef } };
    await create({ ...release, metadata: { name }, spec: { interval: "1h", chart, valuesFrom, ...spec } });
  }
  const until = performance.now() + 60_000;
  for (const { name } of cases) {
    for (;;) {
      const object = await client.get({ ...release, namespace, name });
      const ready = readyOf(object);
      if (ready?.status === "False" && ready.reason !== "SourceNotReady") break;
      assert.ok(performance.now() < until, `${name} does not fail: ${JSON.stringify(object.status)}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  const shown: string[] = [...said];
  for (const kind of ["HelmRelease", "HelmRepository", "HelmChart"]) {
    const apiVersion = kind === "HelmRelease" ? release.apiVersion : source;
    const { items } = await client.list({ apiVersion, kind }, { namespace });
    shown.push(...items.map(({ metadata, status }) => `${kind}/${metadata.name} ${JSON.stringify(status)}`));
  }
  const { items: events } = await client.list({ apiVersion: "v1", kind: "Event" }, { namespace });
  // What a kubelet says of a Pod's image is not ours.
  const ours = events.filter(({ involvedObject }) => (involvedObject as KubeObject).kind !== "Pod");
  shown.push(...ours.map((event) => `${event.reason} ${event.message} ${JSON.stringify(event.metadata.annotations)}`));
  assert.ok(ours.length >= cases.length);
  const leaks = shown.filter((line) => line.includes("planted-") || line.includes(btoa("planted-").slice(0, 10)));
  assert.deepEqual(leaks, []);
});
