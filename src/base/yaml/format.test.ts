import assert from "node:assert/strict";
import { test } from "node:test";
import type { Value } from "../value.ts";
import recorded from "../testdata/yaml-format.json" with { type: "json" };
import { formatYaml, formatYamlPretty, parseYaml } from "./index.ts";

interface Row {
  /** JSON. */
  readonly value: string;
  readonly yaml?: string;
  readonly error?: string;
  readonly pretty: string;
}

const rows = recorded as readonly Row[];
// A JSON object cannot say 1e6 and mean it, so each row carries its value as text.
const valueOf = (row: Row) => JSON.parse(row.value) as Value;

test(`formatYaml() writes ${rows.length} values as sigs.k8s.io/yaml 1.6.0 does`, () => {
  for (const row of rows) {
    if (row.error === undefined) assert.equal(formatYaml(valueOf(row)), row.yaml, row.value);
    else assert.throws(() => formatYaml(valueOf(row)), { code: "format" }, row.value);
  }
});

test(`formatYamlPretty() writes ${rows.length} values as yaml.v3 3.0.4 does`, () => {
  for (const row of rows) assert.equal(formatYamlPretty(valueOf(row)), row.pretty, row.value);
});

const numbers: readonly [Value, string, string][] = [
  [1000000, "1000000\n", "1e+06\n"],
  [1000000n, "1000000\n", "1000000\n"],
  [9007199254740993n, "9007199254740993\n", "9007199254740993\n"],
  [1e20, "1e+20\n", "1e+20\n"],
  [123456789.5, "1.234567895e+08\n", "1.234567895e+08\n"],
  [-0.000001, "-1e-06\n", "-1e-06\n"],
  [-0, "0\n", "-0\n"],
];
for (const [value, yaml, pretty] of numbers) {
  test(`formatYaml() writes the ${typeof value} ${value}`, () => {
    assert.equal(formatYaml(value), yaml);
    assert.equal(formatYamlPretty(value), pretty);
  });
}

test("formatYaml() refuses what JSON cannot say", () => {
  assert.throws(() => formatYaml(Number.NaN), { code: "format" });
  assert.throws(() => formatYaml("\u007f"), { message: "yaml: control characters are not allowed" });
});

test("formatYaml() folds at 80 columns, or where it is told", () => {
  const text = "word ".repeat(30).trim();
  assert.equal(formatYaml({ text }).split("\n").length, 3);
  assert.equal(formatYaml({ text }, { width: Number.POSITIVE_INFINITY }), `text: ${text}\n`);
});

test("formatYaml() and parseYaml() agree on what they wrote", () => {
  for (const row of rows) {
    // Go writes the key "<<" without quotes, and then reads a merge.
    if (row.yaml === undefined || row.value.includes("<<")) continue;
    assert.equal(formatYaml(parseYaml(row.yaml)), row.yaml, row.value);
  }
});
