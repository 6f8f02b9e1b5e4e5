import assert from "node:assert/strict";
import { test } from "node:test";
import type { HelmRelease, KubeObject } from "../../api/index.ts";
import type { Values } from "../../base/value.ts";
import { configDigest } from "../../release/index.ts";
import { composeValues, type Referenced } from "./values.ts";

type Reference = NonNullable<HelmRelease["spec"]["valuesFrom"]>[number];

function release(values: Values | undefined, valuesFrom: readonly Reference[]): HelmRelease {
  return {
    apiVersion: "helm.toolkit.fluxcd.io/v2",
    kind: "HelmRelease",
    metadata: { name: "web", namespace: "apps" },
    spec: { interval: "5m", valuesFrom, ...(values === undefined ? {} : { values }) },
  };
}

function map(kind: "ConfigMap" | "Secret", name: string, data: Readonly<Record<string, string>>): [string, Referenced] {
  const encoded =
    kind === "Secret" ? Object.fromEntries(Object.entries(data).map(([key, text]) => [key, btoa(text)])) : data;
  const found: KubeObject = { apiVersion: "v1", kind, metadata: { name, namespace: "apps" }, data: encoded };
  return [`${kind}/${name}`, { found }];
}

const config = (more: Partial<Reference> = {}): Reference => ({ kind: "ConfigMap", name: "a", ...more });

const cases: readonly {
  readonly name: string;
  readonly values?: Values;
  readonly from: readonly Reference[];
  readonly maps: readonly [string, Referenced][];
  readonly want: Values;
}[] = [
  { name: "is the inline values without references", values: { a: 1 }, from: [], maps: [], want: { a: 1 } },
  {
    name: "merges maps and lets inline values win",
    values: { a: { x: 1 } },
    from: [config()],
    maps: [map("ConfigMap", "a", { "values.yaml": "a: {x: 2, z: 3}\nb: [1]" })],
    want: { a: { x: 1, z: 3 }, b: [1] },
  },
  {
    name: "replaces lists as a whole",
    values: { l: [9] },
    from: [config()],
    maps: [map("ConfigMap", "a", { "values.yaml": "l: [1, 2]" })],
    want: { l: [9] },
  },
  {
    name: "keeps nulls",
    values: { a: null },
    from: [config()],
    maps: [map("ConfigMap", "a", { "values.yaml": "a: 1" })],
    want: { a: null },
  },
  {
    name: "lets a later reference win",
    from: [config(), config({ kind: "Secret", name: "b" })],
    maps: [map("ConfigMap", "a", { "values.yaml": "a: 1\nb: 1" }), map("Secret", "b", { "values.yaml": "b: 2" })],
    want: { a: 1, b: 2 },
  },
  {
    name: "reads the key that is named",
    from: [config({ valuesKey: "more.yaml" })],
    maps: [map("ConfigMap", "a", { "more.yaml": "a: 1" })],
    want: { a: 1 },
  },
  {
    name: "reads an empty document as nothing",
    from: [config()],
    maps: [map("ConfigMap", "a", { "values.yaml": "" })],
    want: {},
  },
  {
    name: "goes on without an optional map",
    from: [config({ optional: true })],
    maps: [["ConfigMap/a", { missing: 'configmaps "a" not found' }]],
    want: {},
  },
  {
    name: "goes on without an optional key",
    from: [config({ optional: true })],
    maps: [map("ConfigMap", "a", { other: "a: 1" })],
    want: {},
  },
  // The measured corners of targetPath.
  {
    name: "lets an inline top-level key win over targetPath",
    values: { a: "inline" },
    from: [config({ targetPath: "a", valuesKey: "v" })],
    maps: [map("ConfigMap", "a", { v: "ref" })],
    want: { a: "inline" },
  },
  {
    name: "lets targetPath win over an inline nested key",
    values: { a: { b: "inline" } },
    from: [config({ targetPath: "a.b", valuesKey: "v" })],
    maps: [map("ConfigMap", "a", { v: "ref" })],
    want: { a: { b: "ref" } },
  },
  {
    name: "lets an inline nested key win where an earlier reference made the map too",
    values: { a: { b: "inline" } },
    from: [config(), config({ name: "b", targetPath: "a.b", valuesKey: "v" })],
    maps: [map("ConfigMap", "a", { "values.yaml": "a: {c: 1}" }), map("ConfigMap", "b", { v: "ref" })],
    want: { a: { b: "inline", c: 1 } },
  },
  {
    name: "sets a nested leaf that inline values do not have",
    values: { a: { c: 1 } },
    from: [config({ targetPath: "a.b", valuesKey: "v" })],
    maps: [map("ConfigMap", "a", { v: "ref" })],
    want: { a: { b: "ref", c: 1 } },
  },
  {
    name: "parses what it sets as --set does",
    from: [config({ targetPath: "z", valuesKey: "v" })],
    maps: [map("ConfigMap", "a", { v: "a,b=c" })],
    want: { z: "a", b: "c" },
  },
  {
    name: "sets lists",
    from: [config({ targetPath: "z", valuesKey: "v" })],
    maps: [map("ConfigMap", "a", { v: "{x,y}" })],
    want: { z: ["x", "y"] },
  },
  {
    name: "keeps fractions and leading zeros as text",
    from: [config({ targetPath: "z", valuesKey: "v" })],
    maps: [map("ConfigMap", "a", { v: "1.5" })],
    want: { z: "1.5" },
  },
  {
    name: "takes quoted values as text",
    from: [config({ targetPath: "z", valuesKey: "v" })],
    maps: [map("ConfigMap", "a", { v: '"true"' })],
    want: { z: "true" },
  },
  {
    name: "takes literal values as they are",
    from: [config({ targetPath: "z", valuesKey: "v", literal: true })],
    maps: [map("ConfigMap", "a", { v: "a,b={c}[0]\\" })],
    want: { z: "a,b={c}[0]\\" },
  },
  {
    name: "fills a list up with nulls",
    from: [config({ targetPath: "h[1]", valuesKey: "v" })],
    maps: [map("ConfigMap", "a", { v: "x" })],
    want: { h: [null, "x"] },
  },
  {
    name: "reads an escaped dot in a path",
    from: [config({ targetPath: "i\\.j", valuesKey: "v" })],
    maps: [map("ConfigMap", "a", { v: "x" })],
    want: { "i.j": "x" },
  },
];
for (const row of cases)
  test(`composeValues() ${row.name}`, () => {
    const composed = composeValues(release(row.values, row.from), new Map(row.maps));
    assert.deepEqual(
      JSON.parse(JSON.stringify(composed, (_, value) => (typeof value === "bigint" ? Number(value) : value))),
      row.want,
    );
  });

test("composeValues() leaves the object's own values alone", () => {
  const values = { a: { b: "inline" } };
  composeValues(
    release(values, [config({ targetPath: "a.b", valuesKey: "v" })]),
    new Map([map("ConfigMap", "a", { v: "ref" })]),
  );
  assert.deepEqual(values, { a: { b: "inline" } });
});

test("composeValues() makes whole numbers of targetPath", () => {
  const composed = composeValues(
    release(undefined, [config({ targetPath: "z", valuesKey: "v" })]),
    new Map([map("ConfigMap", "a", { v: "123" })]),
  );
  assert.equal(configDigest(composed), "sha256:95d6d76b447206fedab431da729c52986cb4a60f09588844a1237e54ddcfd83f");
});

const prefix = "could not resolve ConfigMap chart values reference 'apps/a' with key";
const failures: readonly {
  readonly name: string;
  readonly from: readonly Reference[];
  readonly maps: readonly [string, Referenced][];
  readonly want: string | RegExp;
}[] = [
  {
    name: "a missing map",
    from: [config()],
    maps: [["ConfigMap/a", { missing: 'configmaps "a" not found' }]],
    want: `${prefix} 'values.yaml': configmaps "a" not found`,
  },
  {
    name: "a missing key",
    from: [config({ valuesKey: "k" })],
    maps: [map("ConfigMap", "a", {})],
    want: `${prefix} 'k': key not found`,
  },
  {
    name: "a document that is no map",
    from: [config()],
    maps: [map("ConfigMap", "a", { "values.yaml": "[1]" })],
    want: /^could not resolve ConfigMap chart values reference 'apps\/a' with key 'values.yaml': error unmarshaling JSON/,
  },
  {
    name: "text that is no YAML",
    from: [config()],
    maps: [map("ConfigMap", "a", { "values.yaml": "a: [" })],
    want: /with key 'values.yaml': error converting YAML to JSON: yaml:/,
  },
  {
    name: "an API that does not answer",
    from: [config()],
    maps: [["ConfigMap/a", { failed: "connection refused" }]],
    want: "connection refused",
  },
];
for (const row of failures)
  test(`composeValues() names ${row.name}`, () => {
    assert.throws(() => composeValues(release(undefined, row.from), new Map(row.maps)), {
      name: "ValuesError",
      message: row.want,
    });
  });
