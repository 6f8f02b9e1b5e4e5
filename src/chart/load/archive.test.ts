import assert from "node:assert/strict";
import { test } from "node:test";
import { gunzip, type NewTarEntry, readTar, writeTarGz } from "../../base/node/tar.ts";
import { packageChart } from "../package/package.ts";
import { loadChartArchive } from "./archive.ts";

const chartYaml = "apiVersion: v2\nname: web\nversion: 1.0.0\n";
const entry = (path: string, content = ""): NewTarEntry => ({ path, content });
const pack = (...entries: readonly NewTarEntry[]): Uint8Array => writeTarGz(entries);

// The texts are Helm's: archive.LoadArchiveFiles and loader.LoadFiles.
const refused: readonly { readonly name: string; readonly bytes: Uint8Array; readonly text: string | RegExp }[] = [
  { name: "nothing", bytes: new Uint8Array(), text: "EOF" },
  { name: "what is not gzip", bytes: new TextEncoder().encode("a: 1"), text: "gzip: invalid header" },
  { name: "an archive without files", bytes: pack(), text: "no files in chart archive" },
  { name: "a missing Chart.yaml", bytes: pack(entry("web/values.yaml", "a: 1")), text: "Chart.yaml file is missing" },
  {
    name: "Chart.yaml outside of a folder",
    bytes: pack(entry("Chart.yaml", chartYaml)),
    text: /outside the base directory: "Chart.yaml"/,
  },
  {
    name: "a file that leaves the folder",
    bytes: pack(entry("web/../../evil", "x")),
    text: "chart illegally references parent directory",
  },
  {
    name: "an absolute path",
    bytes: pack(entry("web//etc/passwd", "x")),
    text: "chart illegally contains absolute paths",
  },
  { name: "a path of a drive", bytes: pack(entry("web/c:/evil", "x")), text: "chart contains illegally named files" },
  {
    name: "a parent by backslashes",
    bytes: pack(entry("web\\..\\..\\evil", "x")),
    text: "chart illegally references parent directory",
  },
  {
    name: "a Chart.yaml that is no map",
    bytes: pack(entry("web/Chart.yaml", "- a")),
    text: "cannot load Chart.yaml: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal array into Go value of type v2.Metadata",
  },
  {
    name: "values that are no map",
    bytes: pack(entry("web/Chart.yaml", chartYaml), entry("web/values.yaml", "- a")),
    text: "cannot load values.yaml: cannot unmarshal yaml document: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal array into Go value of type map[string]interface {}",
  },
  {
    name: "a chart without a version",
    bytes: pack(entry("web/Chart.yaml", "apiVersion: v2\nname: web\n")),
    text: "validation: chart.metadata.version is required",
  },
  {
    name: "a version that is none",
    bytes: pack(entry("web/Chart.yaml", "apiVersion: v2\nname: web\nversion: one\n")),
    text: 'validation: chart.metadata.version "one" is invalid',
  },
  {
    name: "a name that is a path",
    bytes: pack(entry("web/Chart.yaml", "apiVersion: v2\nname: ../web\nversion: 1.0.0\n")),
    text: 'validation: chart.metadata.name "../web" is invalid',
  },
  {
    name: "an unknown type",
    bytes: pack(entry("web/Chart.yaml", `${chartYaml}type: plugin\n`)),
    text: "validation: chart.metadata.type must be application or library",
  },
  {
    name: "an alias with a slash",
    bytes: pack(entry("web/Chart.yaml", `${chartYaml}dependencies: [{name: a, alias: b/c}]\n`)),
    text: 'validation: dependency "a" has disallowed characters in the alias',
  },
  {
    name: "two dependencies of one name",
    bytes: pack(entry("web/Chart.yaml", `${chartYaml}dependencies: [{name: a}, {name: b, alias: a}]\n`)),
    text: 'validation: more than one dependency with name or alias "a"',
  },
  {
    name: "an empty dependency",
    bytes: pack(entry("web/Chart.yaml", `${chartYaml}dependencies: [null]\n`)),
    text: "validation: dependencies must not contain empty or null nodes",
  },
  {
    name: "a broken subchart",
    bytes: pack(entry("web/Chart.yaml", chartYaml), entry("web/charts/db/x.txt", "x")),
    text: "error unpacking subchart db in web: Chart.yaml file is missing",
  },
  {
    name: "a packed subchart that is none",
    bytes: pack(entry("web/Chart.yaml", chartYaml), entry("web/charts/db.tgz", "x")),
    text: "error unpacking subchart db.tgz in web: gzip: invalid header",
  },
];

for (const { name, bytes, text } of refused)
  test(`loadChartArchive() refuses ${name}`, async () => {
    await assert.rejects(loadChartArchive(bytes), { name: "ChartError", message: text });
  });

test("loadChartArchive() counts bytes and files, those of packed subcharts too", async () => {
  const big = "x".repeat(3000);
  const inner = pack(entry("db/Chart.yaml", "apiVersion: v2\nname: db\nversion: 1.0.0\n"), entry("db/data", big));
  const chart = [entry("web/Chart.yaml", chartYaml), { path: "web/charts/db.tgz", content: inner }];
  await assert.rejects(
    loadChartArchive(pack(entry("web/Chart.yaml", chartYaml), entry("web/f", big)), { maxFileBytes: 1000 }),
    {
      code: "TooLarge",
      message: 'decompressed chart file "web/f" is larger than the maximum file size 1000',
    },
  );
  await assert.rejects(loadChartArchive(pack(...chart), { maxBytes: 8000 }), {
    code: "TooLarge",
    message: /decompressed chart is larger than the maximum size 8000$/,
  });
  await assert.rejects(loadChartArchive(pack(...chart), { maxFiles: 3 }), { code: "TooLarge" });
  assert.equal((await loadChartArchive(pack(...chart))).dependencies[0]?.files[0]?.data.length, 3000);
});

test("loadChartArchive() ends for packages inside of packages", async () => {
  let bytes = pack(entry("web/Chart.yaml", chartYaml), entry("web/pad", "x".repeat(100_000)));
  for (let depth = 0; depth < 40; depth += 1)
    bytes = pack(entry("web/Chart.yaml", chartYaml), { path: "web/charts/web.tgz", content: bytes });
  await assert.rejects(loadChartArchive(bytes, { maxBytes: 100_000 }), { code: "TooLarge" });
});

test("loadChartArchive() takes a byte order mark from every file and leaves hidden charts alone", async () => {
  const chart = await loadChartArchive(
    pack(
      entry("web/Chart.yaml", `\ufeff${chartYaml}`),
      entry("web/values.yaml", "\ufeffa: 1"),
      entry("web/charts/_off/Chart.yaml", "nothing"),
      entry("web/charts/.git/Chart.yaml", "nothing"),
      entry("web/charts/db.tgz.prov", "signature"),
      entry("web/notes.txt", "\ufefftext"),
    ),
  );
  assert.deepEqual(chart.values, { a: 1 });
  assert.deepEqual(chart.dependencies, []);
  assert.deepEqual(
    chart.files.map(({ name, data }) => `${name}: ${new TextDecoder("utf-8", { ignoreBOM: true }).decode(data)}`),
    ["charts/db.tgz.prov: signature", "notes.txt: text"],
  );
});

test("loadChartArchive() takes a plain file in charts/ for a chart, as Helm does", async () => {
  await assert.rejects(
    loadChartArchive(pack(entry("web/Chart.yaml", chartYaml), entry("web/charts/README.md", "text"))),
    {
      message: "error unpacking subchart README.md in web: Chart.yaml file is missing",
    },
  );
});

test("loadChartArchive() sorts files into their places", async () => {
  const chart = await loadChartArchive(
    pack(
      entry("web/Chart.yaml", `${chartYaml}appVersion: 1.10\nannotations: {a: 1, b: true}\n`),
      entry("web/values.yaml", "a: 1\n---\nb: {c: 2}\n--- # last\nb: {d: 3}\n"),
      entry("web/values.schema.json", "{}"),
      entry("web/Chart.lock", "dependencies: []\ndigest: sha256:0\ngenerated: '2026-01-02T03:04:05.6Z'\n"),
      entry("web/templates/a.yaml", "x"),
      entry("web/crds/c.yaml", "y"),
      entry("web/README.md", "z"),
    ),
  );
  assert.deepEqual(chart.values, { a: 1, b: { c: 2, d: 3 } });
  assert.deepEqual(chart.metadata, {
    name: "web",
    version: "1.0.0",
    apiVersion: "v2",
    appVersion: "1.1",
    annotations: { a: "1", b: "true" },
  });
  assert.deepEqual(chart.lock, { generated: "2026-01-02T03:04:05.6Z", digest: "sha256:0", dependencies: [] });
  assert.deepEqual(
    chart.templates.map(({ name }) => name),
    ["templates/a.yaml"],
  );
  assert.deepEqual(
    chart.files.map(({ name }) => name),
    ["crds/c.yaml", "README.md"],
  );
  assert.equal(chart.modTime, "1970-01-01T00:00:00Z");
});

test("loadChartArchive() reads a v1 chart's dependencies from requirements.yaml", async () => {
  const chart = await loadChartArchive(
    pack(
      entry("web/Chart.yaml", "name: web\nversion: 1.0.0\n"),
      entry("web/requirements.yaml", "dependencies: [{name: db, version: 1.x, repository: 'https://x'}]"),
      entry("web/requirements.lock", "digest: sha256:1"),
    ),
  );
  assert.deepEqual(chart.metadata.dependencies, [{ name: "db", version: "1.x", repository: "https://x" }]);
  assert.equal(chart.metadata.apiVersion, "v1");
  assert.deepEqual(
    chart.files.map(({ name }) => name),
    ["requirements.yaml", "requirements.lock"],
  );
});

test("packageChart() gives equal bytes for equal charts, which load as the same chart", async () => {
  const bytes = pack(
    entry("web/Chart.yaml", `${chartYaml}dependencies: [{name: db, version: '*', repository: ''}]\n`),
    entry("web/values.yaml", "# kept\na: 1\n"),
    entry("web/templates/a.yaml", "x"),
    entry("web/charts/db/Chart.yaml", "apiVersion: v2\nname: db\nversion: 2.0.0\n"),
  );
  const chart = await loadChartArchive(bytes);
  const packed = packageChart(chart);
  assert.deepEqual(packageChart(await loadChartArchive(bytes)), packed);
  assert.deepEqual(
    readTar(gunzip(packed, 1_000_000)).map(({ path }) => path),
    ["web/Chart.yaml", "web/values.yaml", "web/templates/a.yaml", "web/charts/db/Chart.yaml"],
  );
  const again = await loadChartArchive(packed);
  assert.deepEqual(again.metadata, chart.metadata);
  assert.deepEqual(packageChart(again), packed);
});
