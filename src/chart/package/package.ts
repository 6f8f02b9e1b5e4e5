import { type NewTarEntry, writeTarGz } from "../../base/node/tar.ts";
import { tryParseMoment } from "../../base/time.ts";
import type { Value } from "../../base/value.ts";
import { formatYaml } from "../../base/yaml/index.ts";
import { ChartError } from "../errors.ts";
import { formatLock } from "../dependencies/lock.ts";
import { textOf } from "../load/files.ts";
import type { Chart } from "../types.ts";

/** The name of a chart's package: `<name>-<version>.tgz`. */
export function packageName(chart: Chart): string {
  return `${chart.metadata.name}-${chart.metadata.version}.tgz`;
}

/**
 * The package of a chart as `helm package` writes it: Chart.yaml and Chart.lock anew, everything else as it was, subcharts unpacked.
 * The same chart gives the same bytes. Throws ChartError when values.schema.json is no JSON.
 */
export function packageChart(chart: Chart): Uint8Array<ArrayBuffer> {
  return writeTarGz([...entriesOf(chart, chart.metadata.name)], { extra: headerExtra, comment: "Helm" });
}

/** Chart.yaml as Helm writes it: sorted keys, empty fields left out; `dependencies` stay in requirements.yaml for v1 charts. */
export function chartYaml(chart: Chart): string {
  const { dependencies, ...rest } = chart.metadata;
  const withDependencies =
    chart.metadata.apiVersion === "v1" || dependencies === undefined ? rest : { ...rest, dependencies };
  return formatYaml(withDependencies as unknown as Value);
}

// Helm marks its packages in the gzip header; some tools look for it.
const headerExtra = new TextEncoder().encode("rr\x28\x00aHR0cHM6Ly95b3V0dS5iZS96OVV6MWljandyTQo=");

function* entriesOf(chart: Chart, folder: string): Generator<NewTarEntry> {
  yield { path: `${folder}/Chart.yaml`, content: chartYaml(chart), modified: secondsOf(chart.modTime) };
  if (chart.metadata.apiVersion === "v2" && chart.lock !== null) {
    const { generated } = chart.lock;
    const content = formatLock(chart.lock);
    yield { path: `${folder}/Chart.lock`, content, modified: secondsOf(generated) };
  }
  for (const { name, data, modTime } of chart.raw)
    if (name === "values.yaml") yield { path: `${folder}/${name}`, content: data, modified: secondsOf(modTime) };
  if (chart.schema !== null) {
    checkJson(chart.schema);
    const modified = secondsOf(chart.schemaModTime);
    yield { path: `${folder}/values.schema.json`, content: chart.schema, modified };
  }
  for (const { name, data, modTime } of [...chart.templates, ...chart.files])
    yield { path: `${folder}/${name}`, content: data, modified: secondsOf(modTime) };
  for (const subchart of chart.dependencies) yield* entriesOf(subchart, `${folder}/charts/${subchart.metadata.name}`);
}

function checkJson(schema: Uint8Array): void {
  try {
    JSON.parse(textOf(schema));
  } catch (cause) {
    throw new ChartError("InvalidChart", "invalid JSON in values.schema.json", { cause });
  }
}

/** Whole seconds, rounded as Go's tar writer does; 0 for times that are unknown or before 1970. */
function secondsOf(time: string | undefined): number {
  const moment = time === undefined ? undefined : tryParseMoment(time);
  return moment === undefined ? 0 : Math.max(0, moment.seconds + (moment.nanoseconds >= 500_000_000 ? 1 : 0));
}
