// node loop.ts CHART: renders a packed chart for two seconds, after one second that does not count, and prints as go-render does.
import { readFileSync } from "node:fs";
import { coalesceValues, loadChartArchive, offlineCapabilities } from "../../src/chart/index.ts";
import { renderTemplates } from "../../src/chart/render/templates.ts";

const chart = await loadChartArchive(readFileSync(process.argv[2] ?? ""));
const capabilities = offlineCapabilities();
const release = { name: "x", namespace: "default", revision: 1, isInstall: true, isUpgrade: false };

async function render(): Promise<number> {
  const files = await renderTemplates({
    loaded: chart,
    chart,
    freshValues: () => coalesceValues(chart, {}),
    release,
    capabilities,
    lookup: undefined,
    limits: undefined,
    strict: false,
    lint: false,
    now: () => new Date(),
    log: undefined,
  });
  return files.reduce((sum, { content }) => sum + content.length, 0);
}

async function repeat(milliseconds: number): Promise<readonly number[]> {
  const times: number[] = [];
  const began = performance.now();
  while (times.length < 3 || performance.now() - began < milliseconds) {
    const start = performance.now();
    characters = await render();
    times.push(performance.now() - start);
  }
  return times;
}

let characters = 0;
await repeat(1000);
const times = await repeat(2000);
const mean = times.reduce((sum, time) => sum + time, 0) / times.length;
const { name } = chart.metadata;
process.stdout.write(`${name}: mean ${mean.toFixed(3)} ms, best ${Math.min(...times).toFixed(3)} ms, ${characters}\n`);
