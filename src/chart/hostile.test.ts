import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { type NewTarEntry, writeTar } from "../base/node/tar.ts";
import { parseYaml } from "../base/yaml/index.ts";
import type { Values } from "../base/value.ts";
import { offlineCapabilities } from "./capabilities.ts";
import { loadChartArchive } from "./load/archive.ts";
import { parseValues } from "./load/values-file.ts";
import { loadChartDirectory } from "./node/index.ts";
import { renderChart } from "./render/render.ts";

// What a chart may try. Each ends in an error of ours, soon, and leaves the process as it was.

const encoder = new TextEncoder();
const chartYaml = "apiVersion: v2\nname: web\nversion: 1.0.0\n";

function pack(files: Readonly<Record<string, string | Uint8Array>>): Uint8Array {
  const entries = Object.entries(files).map(
    ([path, content]): NewTarEntry => ({
      path,
      content: typeof content === "string" ? encoder.encode(content) : content,
    }),
  );
  return gzipSync(writeTar(entries), { level: 1 });
}

async function rendered(template: string, values: Values = {}): Promise<string> {
  const chart = await loadChartArchive(pack({ "web/Chart.yaml": chartYaml, "web/templates/a.yaml": template }));
  const release = { name: "r", namespace: "ns", revision: 1, isInstall: true, isUpgrade: false };
  const { manifest } = await renderChart({ chart, values, release, capabilities: offlineCapabilities() });
  return manifest;
}

/** The archive with an entry of it made a symbolic link. */
function linked(tar: Uint8Array, path: string, target: string): Uint8Array {
  const at = Buffer.from(tar).indexOf(path);
  const header = tar.subarray(at, at + 512);
  header[156] = "2".charCodeAt(0);
  header.set(encoder.encode(target), 157);
  header.fill(0x20, 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.set(encoder.encode(`${sum.toString(8).padStart(6, "0")}\0 `), 148);
  return tar;
}

test("loadChartArchive() ends an archive of 200 MiB before it is unpacked", async () => {
  const bytes = gzipSync(new Uint8Array(200 * 1024 * 1024), { level: 1 });
  const before = process.memoryUsage().rss;
  await assert.rejects(loadChartArchive(bytes), {
    code: "TooLarge",
    message: "decompressed chart is larger than the maximum size 104857600",
  });
  assert.ok(process.memoryUsage().rss - before < 300 * 1024 * 1024);
});

test("loadChartArchive() reads a link as an empty file, as helm does, whatever it points at", async () => {
  const entries: NewTarEntry[] = [
    { path: "web/Chart.yaml", content: encoder.encode(chartYaml) },
    { path: "web/passwords", content: new Uint8Array() },
  ];
  const chart = await loadChartArchive(gzipSync(linked(writeTar(entries), "web/passwords", "/etc/passwd")));
  assert.deepEqual(
    chart.files.map(({ name, data }) => [name, data.length]),
    [["passwords", 0]],
  );
});

for (const path of ["web/../../evil", "web/../evil", "web/..\\..\\evil", "web//etc/evil", "web/c:/evil", "web/."])
  test(`loadChartArchive() refuses the path ${JSON.stringify(path)} or keeps it inside of the chart`, async () => {
    const bytes = pack({ "web/Chart.yaml": chartYaml, [path]: "x" });
    try {
      const { files } = await loadChartArchive(bytes);
      for (const { name } of files) assert.doesNotMatch(name, /\.\.|^\/|:/);
    } catch (error) {
      assert.match(String(error), /ChartError: (?:chart )?(?:illegally|contains|archive contains)/);
    }
  });

test("loadChartDirectory() ends a loop of links", async () => {
  const folder = mkdtempSync(join(tmpdir(), "coxswain-loop-"));
  try {
    writeFileSync(join(folder, "Chart.yaml"), chartYaml);
    mkdirSync(join(folder, "a"));
    symlinkSync(folder, join(folder, "a", "b"));
    await assert.rejects(loadChartDirectory(folder), { name: /ChartError|Error/ });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("parseValues() refuses a bomb of aliases, and what nests too deeply", () => {
  const levels = Array.from(
    { length: 12 },
    (_, index) => `l${index + 1}: &l${index + 1} [${Array(10).fill(`*l${index}`).join(",")}]`,
  );
  assert.throws(() => parseValues(`l0: &l0 [${"x,".repeat(9)}x]\n${levels.join("\n")}\n`), /excessive aliasing$/);
  assert.throws(() => parseValues(`a: ${"[".repeat(100_000)}`), /exceeded max depth/);
  assert.throws(
    () => parseValues(`${Array.from({ length: 5000 }, (_, depth) => `${" ".repeat(depth)}a:\n`).join("")}`),
    /exceeded max depth/,
  );
  assert.throws(() => parseYaml("a: &a [*a]"), /anchor 'a' value contains itself/);
});

const escapes = [
  "`${process.exit(1)}`",
  '{{ "`${process.exit(1)}`" }}',
  '{{ print "\\u0027);process.exit(1);//" }}',
  "{{ .constructor.constructor }}",
  '{{ (index . "constructor") }}',
  "{{ .Values.__proto__.polluted }}",
  '{{ get .Values "__proto__" }}',
  '{{ $_ := set .Values "__proto__" (dict "polluted" true) }}{{ (dict).polluted }}',
  '{{ $_ := set (index .Values "x") "constructor" 1 }}{{ (dict).constructor }}',
  '{{ merge (dict) (fromJson "{\\"__proto__\\":{\\"polluted\\":true}}") | toJson }}',
  '{{ (fromYaml "__proto__: {polluted: true}") | toJson }}',
  '{{ (fromToml "[__proto__]\\npolluted = true") | toJson }}',
  '{{ tpl "{{ \\"${process.exit(1)}\\" }}" . }}',
  '{{ define "constructor" }}x{{ end }}{{ include "constructor" . }}',
  '{{ include "__proto__" . }}',
  '{{ template "toString" . }}',
  '{{ regexReplaceAll "a" "a" "$constructor${__proto__}" }}',
  '{{ urlParse "http://x" | toJson }}{{ (urlParse "x").constructor }}',
];
for (const text of escapes)
  test(`renderChart() keeps ${text} text`, async () => {
    try {
      assert.doesNotMatch(await rendered(`a: |\n  ${text}\n`, { x: {} }), /native code|function Object/);
    } catch (error) {
      assert.equal((error as Error).name, "ChartError");
    }
    assert.equal(({} as Record<string, unknown>)["polluted"], undefined);
    assert.equal({}.constructor, Object);
  });
