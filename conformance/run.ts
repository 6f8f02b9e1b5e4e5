// Compares `cox helm template` with recordings of the real helm: npm run conformance -- [DIR] [--chart NAME] [--json FILE]
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { casesOfChart, loadCorpus } from "./corpus.ts";
import { type Difference, runCase } from "./run-case.ts";

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { chart: { type: "string", multiple: true }, json: { type: "string" }, id: { type: "string" } },
});
const folder = positionals[0] ?? "../shared/charts";
if (!existsSync(join(folder, "cases.json"))) {
  process.stderr.write(`cannot run the cases of ${JSON.stringify(folder)}: cases.json is missing\n`);
  process.exit(2);
}

const corpus = loadCorpus(folder);
const ofCharts =
  options.chart === undefined ? corpus.cases : options.chart.flatMap((name) => casesOfChart(corpus, name));
const cases = ofCharts.filter(({ id }) => options.id === undefined || id === options.id);
const differences: Difference[] = [];
const began = performance.now();
for (const test of cases) {
  const difference = await runCase(corpus, test);
  if (difference === undefined) continue;
  differences.push(difference);
  const { id, line, ours, theirs } = difference;
  process.stdout.write(`${id}:${line}: ours ${JSON.stringify(ours)}, helm's ${JSON.stringify(theirs)}\n`);
}
const passed = cases.length - differences.length;
const seconds = Math.round(performance.now() - began) / 1000;
if (options.json !== undefined) {
  const failed = new Set(differences.map(({ id }) => id));
  const results = cases.map(({ id }) => ({ id, passed: !failed.has(id) }));
  writeFileSync(
    options.json,
    `${JSON.stringify({ passed, failed: differences.length, seconds, results, differences }, null, 2)}\n`,
  );
}
process.stdout.write(`${passed} passed, ${differences.length} failed\n`);
process.exitCode = differences.length > 0 || cases.length === 0 ? 1 : 0;
