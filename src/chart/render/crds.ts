import type { Chart, ChartCrd } from "../types.ts";

/** The files of a chart's `crds/` folder that hold manifests, then those of its subcharts. */
export function chartCrds(chart: Chart, path: string = chart.metadata.name): ChartCrd[] {
  const own = chart.files
    .filter(({ name }) => name.startsWith("crds/") && /\.(?:yaml|yml|json)$/i.test(name))
    .map(({ name, data }) => ({ name, path: `${path}/${name}`, data }));
  const below = chart.dependencies.flatMap((subchart) =>
    chartCrds(subchart, `${path}/charts/${subchart.metadata.name}`),
  );
  return [...own, ...below];
}
