import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { messageOf } from "../../base/errors.ts";
import { parseYaml } from "../../base/yaml/index.ts";
import type { Value, Values } from "../../base/value.ts";
import { parseMetadata } from "../load/metadata.ts";
import { validateMetadata } from "../load/validate.ts";
import { parseValues } from "../load/values-file.ts";
import type { Chart } from "../types.ts";
import { coalesceValues, mergeValues } from "../values/coalesce.ts";
import { processDependencies } from "./process.ts";

// Recorded from Helm 4.2.4: MergeValues, ProcessDependencies, and CoalesceValues after it.
interface Node {
  readonly name: string;
  readonly version?: string;
  readonly values?: string;
  readonly requires?: string;
  readonly dependencies?: readonly Node[];
}

interface Recorded {
  readonly name: string;
  readonly chart: Node;
  readonly values?: string;
  readonly merged?: unknown;
  readonly coalesced?: unknown;
  readonly stored?: unknown;
  readonly enabled?: readonly string[];
  readonly metadata?: unknown;
  readonly error?: string;
}

const recorded = JSON.parse(
  readFileSync(new URL("../testdata/values.json", import.meta.url), "utf8"),
) as readonly Recorded[];

for (const { name, chart: node, values: text = "", ...want } of recorded) {
  const values = (text === "" ? {} : parseYaml(text)) as Values;
  test(`processDependencies() and coalesceValues() give what Helm gives: ${name}`, () => {
    const chart = build(node);
    const before = JSON.stringify(chart);
    let processed: Chart;
    let coalesced: Values;
    try {
      processed = processDependencies(chart, values);
      coalesced = coalesceValues(processed, values);
    } catch (error) {
      assert.equal(messageOf(error), want.error);
      return;
    }
    assert.equal(want.error, undefined);
    assert.deepEqual(plain(coalesced), plain(want.coalesced));
    assert.deepEqual(pathsOf(processed).toSorted(), (want.enabled ?? []).toSorted());
    assert.deepEqual(plain(processed.metadata.dependencies ?? null), plain(want.metadata ?? null));
    if (want.stored !== undefined) assert.deepEqual(plain(processed.values), plain(want.stored));
    assert.equal(JSON.stringify(chart), before, "the loaded chart must stay as it is");
  });
  if (want.error === undefined)
    test(`mergeValues() keeps nulls as Helm does: ${name}`, () => {
      assert.deepEqual(plain(mergeValues(build(node), values)), plain(want.merged));
    });
}

test("coalesceValues() refuses values that nest without end instead of running out of stack", () => {
  let values: Values = {};
  for (let depth = 0; depth < 100_000; depth += 1) values = { a: values };
  assert.throws(() => coalesceValues(build({ name: "a" }), values), { code: "InvalidValues" });
  let list: Value = [];
  for (let depth = 0; depth < 100_000; depth += 1) list = [list];
  assert.throws(() => coalesceValues(build({ name: "a" }), { list }), { code: "InvalidValues" });
});

function build(node: Node): Chart {
  const yaml = [`apiVersion: v2`, `name: ${node.name}`, `version: ${node.version ?? "1.0.0"}`];
  if (node.requires !== undefined) yaml.push(`dependencies: ${node.requires}`);
  return {
    metadata: validateMetadata(parseMetadata(yaml.join("\n"))),
    lock: null,
    templates: [],
    values: node.values === undefined ? null : parseValues(node.values),
    schema: null,
    files: [],
    dependencies: (node.dependencies ?? []).map(build),
    raw: [],
  };
}

function pathsOf(chart: Chart, prefix = ""): string[] {
  return chart.dependencies.flatMap((subchart) => {
    const path = prefix + subchart.metadata.name;
    return [path, ...pathsOf(subchart, `${path}.`)];
  });
}

function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
