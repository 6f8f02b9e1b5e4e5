import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { isValues, type Value } from "../base/value.ts";
import { parseYaml } from "../base/yaml/index.ts";
import { compile, TemplateError, withType } from "./index.ts";

/** What helm 4.2.4 made of a template: its output, or its error. */
interface Recording {
  /** Of a difference that was found once. */
  readonly name?: string;
  readonly helpers?: string;
  readonly template: string;
  readonly strict?: boolean;
  readonly lint?: boolean;
  readonly output?: string;
  readonly error?: string;
}

const folder = new URL("testdata/", import.meta.url);
const file = "probe/templates/t.yaml";
const valuesType = { name: "common.Values", kind: "map" } as const;

function render({ helpers, template, strict, lint }: Recording, values: string): { output?: string; error?: string } {
  const sources = [{ name: file, text: template }];
  if (helpers !== undefined) sources.push({ name: "probe/templates/_helpers.tpl", text: helpers });
  const data = {
    Values: withType(withoutNulls(parseYaml(values)), valuesType),
    Release: { Name: "rel" },
    Template: withType({ Name: file }, valuesType),
  };
  try {
    const set = compile(sources, strict === true ? { missingKey: "error" } : {});
    const output = set.render(file, withType(data, valuesType), { timeZone: "UTC", lint: lint === true });
    return { output: output.toWellFormed() };
  } catch (error) {
    assert.ok(error instanceof TemplateError, `not a TemplateError: ${String(error)}`);
    return { error: error.message.toWellFormed() };
  }
}

// As helm does with values before templates see them.
function withoutNulls(value: Value): object {
  assert.ok(isValues(value));
  const kept = Object.entries(value).filter(([, item]) => item !== null);
  return Object.fromEntries(kept.map(([key, item]) => [key, isValues(item) ? withoutNulls(item) : item]));
}

const found = JSON.parse(readFileSync(new URL("found.json", folder), "utf8")) as {
  values: string;
  cases: readonly Recording[];
};
for (const recording of found.cases) {
  test(`as in helm, ${recording.name}`, () => {
    const { output, error } = recording;
    assert.deepEqual(render(recording, found.values), error === undefined ? { output } : { error });
  });
}

for (const name of readdirSync(folder).filter((entry) => entry.endsWith(".json") && entry !== "found.json")) {
  const { values, cases } = JSON.parse(readFileSync(new URL(name, folder), "utf8")) as {
    values: string;
    cases: readonly Recording[];
  };
  test(`render() answers as helm did in the ${cases.length} recordings of ${name}`, () => {
    for (const recording of cases) {
      const { output, error } = recording;
      const wanted = error === undefined ? { output } : { error };
      assert.deepEqual(render(recording, values), wanted, recording.template);
    }
  });
}
