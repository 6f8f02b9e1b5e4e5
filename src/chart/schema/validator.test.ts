import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { messageOf } from "../../base/errors.ts";
import type { Values } from "../../base/value.ts";
import { parseYaml } from "../../base/yaml/index.ts";
import type { Chart } from "../types.ts";
import { validateValues } from "./validate-values.ts";

// Recorded from Helm 4.2.4's ValidateAgainstSchema, for a chart that is called web.
const recorded = JSON.parse(readFileSync(new URL("../testdata/schema.json", import.meta.url), "utf8")) as readonly {
  readonly schema: string;
  readonly values: string;
  readonly error?: string;
}[];

const heading = "values don't meet the specifications of the schema(s) in the following chart(s):\n";

for (const { schema, values, error } of recorded) {
  test(`validateValues() ${error === undefined ? "takes" : "refuses"} ${values} by ${schema}`, () => {
    const found = complaint(chartWith(schema), parseYaml(values) as Values);
    assert.equal(found, error === undefined ? undefined : heading + error);
  });
}

test("validateValues() checks subcharts with their own values", () => {
  const below = { ...chartWith('{"required":["port"]}'), metadata: { name: "db", version: "1.0.0", apiVersion: "v2" } };
  const chart = { ...chartWith("true"), dependencies: [below] };
  assert.equal(complaint(chart, { db: {} }), `${heading}db:\n- at '': missing property 'port'\n`);
  assert.equal(complaint(chart, { db: { port: 1 } }), undefined);
});

test("validateValues() does not fetch references to other documents", () => {
  const chart = chartWith('{"properties":{"a":{"$ref":"https://example.com/schema.json"}}}');
  assert.match(complaint(chart, {}) ?? "", /failing loading "https:\/\/example.com\/schema.json"/);
});

test("validateValues() ends for schemas that refer to themselves", () => {
  const chart = chartWith('{"$ref":"#/$defs/a","$defs":{"a":{"$ref":"#/$defs/b"},"b":{"$ref":"#/$defs/a"}}}');
  assert.match(complaint(chart, {}) ?? "", /reference cycle/);
});

function chartWith(schema: string): Chart {
  return {
    metadata: { name: "web", version: "1.0.0", apiVersion: "v2" },
    lock: null,
    templates: [],
    values: null,
    schema: new TextEncoder().encode(schema),
    files: [],
    dependencies: [],
    raw: [],
  };
}

function complaint(chart: Chart, values: Values): string | undefined {
  try {
    validateValues(chart, values);
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}
