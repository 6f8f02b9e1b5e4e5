import type { Value } from "../../base/value.ts";
import { findJsonPath, parseJsonPath } from "../../base/jsonpath.ts";
import { formatYaml } from "../../base/yaml/index.ts";
import { type Chart, chartCrds } from "../../chart/index.ts";
import { type Command, CommandError, defineCommand, type Flags } from "../command.ts";
import { chartPathFlags, develFlag } from "./chart-path-flags.ts";
import { globalFlags } from "./global-flags.ts";
import { loadChart, locateChart } from "./local-chart.ts";

const showFlags = { ...globalFlags, ...develFlag, ...chartPathFlags } as const satisfies Flags;

/** `helm show chart`: prints Chart.yaml. */
export const showChart = define("chart", "show the chart's definition", definition);

/** `helm show values`: prints values.yaml as it was written, or what a JSONPath finds in it. */
export const showValues = defineCommand({
  name: "values",
  usage: "helm show values [CHART] [flags]",
  summary: "show the chart's values",
  flags: {
    ...showFlags,
    jsonpath: { type: "string", help: "supply a JSONPath expression to filter the output" },
  },
  checkArgs: exactlyOne("values"),
  run: async ({ flags, args, io }) => {
    const chart = await loadChart(await locateChart(args[0]!, flags, io), io);
    io.stdout(flags.jsonpath === "" ? values(chart) : filtered(chart, flags.jsonpath));
    return 0;
  },
});

/** `helm show readme`: prints the README. */
export const showReadme = define("readme", "show the chart's README", readme);

/** `helm show crds`: prints the files of crds/, the subcharts' too. */
export const showCrds = define("crds", "show the chart's CRDs", crds);

/** `helm show all`: prints all of the above. */
export const showAll = define("all", "show all information of the chart", (chart) => {
  const valuesText = chart.values === null ? "" : `---\n${values(chart)}`;
  const readmeText = readme(chart);
  return definition(chart) + valuesText + (readmeText === "" ? "" : `---\n${readmeText}`) + crds(chart);
});

function define(name: string, summary: string, describe: (chart: Chart) => string): Command<typeof showFlags> {
  return defineCommand({
    name,
    usage: `helm show ${name} [CHART] [flags]`,
    summary,
    flags: showFlags,
    checkArgs: exactlyOne(name),
    run: async ({ flags, args, io }) => {
      io.stdout(describe(await loadChart(await locateChart(args[0]!, flags, io), io)));
      return 0;
    },
  });
}

function exactlyOne(name: string): (args: readonly string[]) => string | undefined {
  return (args) =>
    args.length === 1
      ? undefined
      : `"helm show ${name}" requires 1 argument\n\nUsage:  helm show ${name} [CHART] [flags]`;
}

function definition(chart: Chart): string {
  return `${formatYaml(chart.metadata as unknown as Value)}\n`;
}

function values(chart: Chart): string {
  return chart.raw
    .filter(({ name }) => name === "values.yaml")
    .map(({ data }) => `${textOf(data)}\n`)
    .join("");
}

function filtered(chart: Chart, expression: string): string {
  try {
    const found = findJsonPath(parseJsonPath(expression), chart.values ?? {});
    return found.map((value) => (typeof value === "object" ? JSON.stringify(value) : String(value))).join(" ");
  } catch (cause) {
    throw new CommandError(`error parsing jsonpath ${expression}: ${(cause as Error).message}`);
  }
}

function readme(chart: Chart): string {
  const file = chart.files.find(({ name }) => /^readme(?:\.md|\.txt)?$/i.test(name));
  return file === undefined ? "" : `${textOf(file.data)}\n`;
}

function crds(chart: Chart): string {
  return chartCrds(chart)
    .map(({ data }) => {
      const text = textOf(data);
      return `${text.startsWith("---") ? "" : "---\n"}${text}\n`;
    })
    .join("");
}

function textOf(data: Uint8Array): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(data);
}
