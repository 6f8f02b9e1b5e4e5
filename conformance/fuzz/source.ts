import { readFileSync, statSync } from "node:fs";
import type { Value } from "../../src/base/value.ts";
import { parseYaml } from "../../src/base/yaml/index.ts";
import { type Chart, coalesceValues, loadChartArchive } from "../../src/chart/index.ts";
import { loadChartDirectory } from "../../src/chart/node/index.ts";
import type { ValuesSource } from "./values.ts";

/** What values files for a chart can be drawn from; nothing but what there is where the chart does not load. */
export async function loadSource(path: string): Promise<ValuesSource> {
  let chart: Chart;
  try {
    chart = statSync(path).isDirectory() ? await loadChartDirectory(path) : await loadChartArchive(readFileSync(path));
  } catch {
    return { values: {}, schema: null, mentioned: [] };
  }
  return { values: coalesceValues(chart, {}), schema: schemaOf(chart), mentioned: mentionedIn(chart, []) };
}

function schemaOf({ schema }: Chart): Value {
  if (schema === null) return null;
  try {
    return parseYaml(new TextDecoder().decode(schema));
  } catch {
    return null;
  }
}

const mention = /\.Values\.([A-Za-z0-9_]+(?:\.[A-Za-z0-9_]+)*)/g;

function mentionedIn(chart: Chart, before: readonly string[]): string[][] {
  const found = new Set<string>();
  for (const { data } of chart.templates)
    for (const [, path = ""] of new TextDecoder().decode(data).matchAll(mention)) found.add(path);
  return [
    ...Array.from(found, (path) => [...before, ...path.split(".")]),
    ...chart.dependencies.flatMap((subchart) => mentionedIn(subchart, [...before, subchart.metadata.name])),
  ];
}
