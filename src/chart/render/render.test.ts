import assert from "node:assert/strict";
import { test } from "node:test";
import { parseYaml } from "../../base/yaml/index.ts";
import type { Values } from "../../base/value.ts";
import { offlineCapabilities } from "../capabilities.ts";
import type { Chart, LookupQuestion, RenderOptions } from "../types.ts";
import { compiledTemplates } from "./compiled.ts";
import { renderChart } from "./render.ts";
import { renderables } from "./scopes.ts";

const encoder = new TextEncoder();

function chartOf(templates: Readonly<Record<string, string>>, values: Values = {}): Chart {
  return {
    metadata: { name: "web", version: "1.0.0", apiVersion: "v2" },
    lock: null,
    templates: Object.entries(templates).map(([name, text]) => ({
      name: `templates/${name}`,
      data: encoder.encode(text),
    })),
    values,
    schema: null,
    files: [],
    dependencies: [],
    raw: [],
  };
}

function options(chart: Chart, more: Partial<RenderOptions> = {}): RenderOptions {
  return {
    chart,
    values: {},
    release: { name: "r", namespace: "ns", revision: 1, isInstall: true, isUpgrade: false },
    capabilities: offlineCapabilities(),
    ...more,
  };
}

const configMap = (name: string, more = ""): string =>
  `kind: ConfigMap\napiVersion: v1\nmetadata: {name: ${name}${more}}\n`;

test("renderChart() fetches each lookup once and renders again", async () => {
  const chart = chartOf({
    "a.yaml": `{{ $s := lookup "v1" "Secret" "ns" "s" }}a: {{ $s.data.x }}{{ $_ := set $s.data "x" "changed" }}`,
    "b.yaml": `b: {{ (lookup "v1" "Secret" "ns" "s").data.x }} {{ lookup "v1" "Node" "" "" | toJson }}`,
    "c.yaml": `c: {{ .Values.n }}{{ $_ := set .Values "n" "changed" }}`,
  });
  const asked: LookupQuestion[] = [];
  const rendered = await renderChart(
    options(chart, {
      values: { n: "first" },
      lookup: async (question) => {
        asked.push(question);
        return question.kind === "Secret" ? { data: { x: "1" } } : {};
      },
    }),
  );
  assert.deepEqual(asked.map(({ kind, name }) => `${kind}/${name}`).toSorted(), ["Node/", "Secret/s"]);
  assert.match(rendered.manifest, /a: 1\n/);
  assert.match(rendered.manifest, /b: 1 \{\}/);
  assert.match(rendered.manifest, /c: first/, "what a template changes must not reach the next attempt");
});

const looksAtVersions = [
  { name: "does not ask for the API versions when no template looks at them", text: "a: 1", want: 0 },
  {
    name: "asks once however many look",
    text: `{{ range until 3 }}{{ $.Capabilities.APIVersions.Has "x/v1" }}{{ end }}`,
    want: 1,
  },
  { name: "asks when all capabilities are printed", text: "{{ .Capabilities | toJson }}", want: 1 },
  { name: "asks from a text in values", text: `{{ tpl "{{ .Capabilities.APIVersions | len }}" . }}`, want: 1 },
  { name: "knows the version of the cluster without", text: "a: {{ .Capabilities.KubeVersion.Major }}", want: 0 },
];
for (const { name, text, want } of looksAtVersions) {
  test(`renderChart() ${name}`, async () => {
    let asked = 0;
    const readApiVersions = async (): Promise<readonly string[]> => {
      asked += 1;
      return ["x/v1"];
    };
    const chart = chartOf({ "NOTES.txt": text, "b.yaml": configMap("b") });
    const rendered = await renderChart(options(chart, { readApiVersions }));
    assert.equal(asked, want);
    const capabilities = { ...offlineCapabilities(), apiVersions: ["x/v1"] };
    assert.equal(rendered.notes, (await renderChart(options(chart, { capabilities }))).notes);
  });
}

test("renderChart() resolves hosts only where that is allowed, each once", async () => {
  const chart = chartOf({
    "a.yaml": `a: {{ getHostByName "one" }} {{ getHostByName "one" }} {{ getHostByName "two" }}`,
  });
  const asked: string[] = [];
  const resolveHost = async (name: string): Promise<string | undefined> => {
    asked.push(name);
    return name === "none" ? undefined : `address-of-${name}`;
  };
  const { manifest } = await renderChart(options(chart, { resolveHost }));
  assert.match(manifest, /^a: address-of-one address-of-one address-of-two$/m);
  assert.deepEqual(asked, ["one", "two"]);
  assert.match((await renderChart(options(chart))).manifest, /^a:\s*$/m);
  await assert.rejects(renderChart(options(chartOf({ "a.yaml": `{{ getHostByName "none" }}` }), { resolveHost })), {
    message: /error calling getHostByName: invalid argument to Intn$/,
  });
});

test("renderChart() fails with what a lookup throws", async () => {
  const lookup = (): Promise<Values> => Promise.reject(new Error("forbidden"));
  await assert.rejects(
    renderChart(options(chartOf({ "a.yaml": `{{ lookup "v1" "Pod" "" "" }}` }), { lookup })),
    /forbidden/,
  );
});

test("renderChart() answers lookups with nothing when there is no cluster", async () => {
  const { manifest } = await renderChart(options(chartOf({ "a.yaml": `a: {{ lookup "v1" "Pod" "" "p" | toJson }}` })));
  assert.match(manifest, /a: \{\}/);
});

test("renderChart() keeps the chart and the values as they were", async () => {
  const chart = chartOf(
    { "a.yaml": `{{ $_ := set .Values.m "x" 2 }}{{ $_ := set .Values.d "y" 2 }}a: 1` },
    { d: { y: 1 } },
  );
  const values = { m: { x: 1 } };
  const { values: merged } = await renderChart(options(chart, { values }));
  assert.deepEqual(values, { m: { x: 1 } });
  assert.deepEqual(chart.values, { d: { y: 1 } });
  assert.deepEqual(merged, { m: { x: 1 }, d: { y: 1 } });
});

test("renderChart() gives the root chart's notes, and the subcharts' when asked", async () => {
  const below = chartOf({ "NOTES.txt": "sub" });
  const chart: Chart = {
    ...chartOf({ "NOTES.txt": "root {{ .Release.Name }}" }),
    dependencies: [{ ...below, metadata: { ...below.metadata, name: "db" } }],
  };
  assert.equal((await renderChart(options(chart))).notes, "root r");
  assert.equal((await renderChart(options(chart, { subNotes: true }))).notes, "root r\nsub");
});

test("renderChart() says which template fails", async () => {
  const failing: readonly { readonly text: string; readonly code: string; readonly message: string }[] = [
    { text: `{{ fail "no" }}`, code: "RenderFailed", message: "execution error at (web/templates/a.yaml:1:3): no" },
    {
      text: "{{ nope }}",
      code: "RenderFailed",
      message: 'parse error at (web/templates/a.yaml:1): function "nope" not defined',
    },
    {
      text: "a: b: c",
      code: "InvalidManifest",
      message:
        "YAML parse error on web/templates/a.yaml: error converting YAML to JSON: yaml: mapping values are not allowed in this context",
    },
  ];
  for (const { text, code, message } of failing)
    await assert.rejects(renderChart(options(chartOf({ "a.yaml": text }))), { code, message });
});

test("compiledTemplates() compiles a chart once for each set of subcharts", () => {
  const below = chartOf({ "b.yaml": "b: 1" });
  const chart = {
    ...chartOf({ "a.yaml": "a: 1" }),
    dependencies: [{ ...below, metadata: { ...below.metadata, name: "db" } }],
  };
  const release = { name: "r", namespace: "ns", revision: 1, isInstall: true, isUpgrade: false };
  const capabilities = offlineCapabilities();
  const compiled = (enabled: Chart) =>
    compiledTemplates(chart, {
      templates: renderables({ chart: enabled, values: {}, release, capabilities }),
      strict: false,
    });
  assert.equal(compiled(chart), compiled({ ...chart }));
  assert.notEqual(compiled(chart), compiled({ ...chart, dependencies: [] }));
});

const hook = configMap("before", ", annotations: {helm.sh/hook: pre-install}");
const twoFiles = chartOf({
  "b.yaml": `# gone\n${configMap("one")}data: {z: "1", a: "2"}\n---\n${hook}`,
  "a.yaml": configMap("two"),
});

const strategies: readonly {
  readonly strategy: RenderOptions["postRenderStrategy"] & string;
  readonly calls: readonly (readonly string[])[];
  readonly hooked: boolean;
}[] = [
  { strategy: "combined", calls: [["two", "one", "before"]], hooked: true },
  { strategy: "separate", calls: [["before"], ["two", "one"]], hooked: true },
  { strategy: "nohooks", calls: [["two", "one"]], hooked: false },
];

for (const { strategy, calls, hooked } of strategies)
  test(`renderChart() post-renders ${strategy}`, async () => {
    const seen: string[][] = [];
    const rendered = await renderChart(
      options(twoFiles, {
        postRenderStrategy: strategy,
        postRender: async (objects) => {
          seen.push(objects.map((object) => (object.metadata as Values).name as string));
          return objects.map((object) => ({
            ...object,
            metadata: { ...(object.metadata as Values), labels: { by: "renderer" } },
          }));
        },
      }),
    );
    assert.deepEqual(seen, calls);
    assert.equal(rendered.hooks[0]?.manifest.includes("by: renderer"), hooked);
    // Recorded from Flux: sorted keys, no comments, a blank line after each document.
    assert.equal(
      rendered.manifest,
      [
        "---\n# Source: web/templates/a.yaml\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  labels:\n    by: renderer\n  name: two\n\n",
        '---\n# Source: web/templates/b.yaml\napiVersion: v1\ndata:\n  a: "2"\n  z: "1"\nkind: ConfigMap\nmetadata:\n  labels:\n    by: renderer\n  name: one\n\n',
      ].join(""),
    );
  });

test("renderChart() names what a post renderer adds, and passes its failure on", async () => {
  const added = parseYaml("{apiVersion: v1, kind: Secret, metadata: {name: new}}") as Values;
  const { manifests } = await renderChart(options(twoFiles, { postRender: async (objects) => [...objects, added] }));
  assert.equal(manifests.find(({ kind }) => kind === "Secret")?.path, "generated-by-postrender-3.yaml");
  const failing = renderChart(options(twoFiles, { postRender: () => Promise.reject(new Error("no such target")) }));
  await assert.rejects(failing, {
    code: "PostRenderFailed",
    message: "error while running post render on files: no such target",
  });
});

test("renderChart() gives a post renderer what is in a List, as helm does", async () => {
  const chart = chartOf({
    "a.yaml": `kind: List\napiVersion: v1\nitems:\n- ${configMap("one").replaceAll("\n", "\n  ")}\n- ${configMap("two").replaceAll("\n", "\n  ")}`,
  });
  const seen: string[] = [];
  const { manifests } = await renderChart(
    options(chart, {
      postRender: (objects) => {
        for (const { kind, metadata } of objects) seen.push(`${String(kind)} ${String((metadata as Values).name)}`);
        return Promise.resolve(objects);
      },
    }),
  );
  assert.deepEqual(seen, ["ConfigMap one", "ConfigMap two"]);
  assert.deepEqual(
    manifests.map(({ kind, name }) => `${kind} ${name}`),
    ["ConfigMap one", "ConfigMap two"],
  );
});
