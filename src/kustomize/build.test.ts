import assert from "node:assert/strict";
import { test } from "node:test";
import { formatYaml } from "../base/yaml/index.ts";
import { build, KustomizeError } from "./index.ts";
import recorded from "./testdata/builds.json" with { type: "json" };

interface Row {
  readonly files: Readonly<Record<string, string>>;
  readonly out?: string;
  readonly error?: string;
}

function filesOf(files: Readonly<Record<string, string>>): ReadonlyMap<string, Uint8Array> {
  return new Map(Object.entries(files).map(([path, text]) => [path, new TextEncoder().encode(text)]));
}

for (const [i, { files, out, error }] of (recorded as unknown as readonly Row[]).entries()) {
  const title = (files["d/kustomization.yaml"] ?? "").replaceAll(/\s+/g, " ").slice(0, 100);
  test(`build() does recording ${i} as kustomize 5.8.1 does: ${title}`, async () => {
    const result = build({ files: filesOf(files), path: "d" });
    if (error === undefined) assert.equal((await result).map((object) => formatYaml(object)).join("---\n"), out);
    else await assert.rejects(result, { message: error });
  });
}

const refused = [
  { name: "a field it does not follow", text: "replacements: [{source: {kind: X}}]", field: "replacements" },
  { name: "variables", text: "vars: [{name: x}]", field: "vars" },
  { name: "helm charts", text: "helmCharts: [{name: x}]", field: "helmCharts" },
  { name: "a remote resource", text: "resources: ['https://example.com/x.yaml']", field: "remote resource" },
];
for (const { name, text, field } of refused) {
  test(`build() refuses ${name} and names it`, async () => {
    await assert.rejects(build({ files: filesOf({ "kustomization.yaml": text }), path: "." }), (error: unknown) => {
      assert.ok(error instanceof KustomizeError);
      assert.equal(error.code, "unsupported");
      assert.match(error.message, new RegExp(field));
      return true;
    });
  });
}

test("build() does not leave the tree", async () => {
  const files = filesOf({ "kustomization.yaml": "resources: [../../etc/passwd]" });
  await assert.rejects(build({ files, path: "." }), { code: "invalid" });
});

test("build() makes __proto__ a plain key", async () => {
  const files = filesOf({
    "kustomization.yaml": "resources: [a.yaml]\ncommonLabels: {__proto__: x}",
    "a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {__proto__: y}\n",
  });
  const [object] = (await build({ files, path: "." })) as [{ data: object; metadata: { labels: object } }];
  assert.deepEqual(Object.keys(object.data), ["__proto__"]);
  assert.deepEqual(Object.keys(object.metadata.labels), ["__proto__"]);
});

test("build() answers hostile patterns at once", async () => {
  const files = filesOf({
    "kustomization.yaml": `resources: [a.yaml]\npatches: [{target: {name: "(a+)+$"}, patch: '[{"op": "remove", "path": "/x"}]'}]`,
    "a.yaml": `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${"a".repeat(200)}!}\n`,
  });
  const began = performance.now();
  await build({ files, path: "." });
  assert.ok(performance.now() - began < 1000);
});
