// `npm run bench -- cold`: `helm template` as a whole process beside helm4's, in turns: wall time and peak memory.
import { benchCharts } from "./charts.ts";
import { both, hasHelm, helm4, peakMemory, table, timeAlone, timePairs } from "./sample.ts";

const rows = benchCharts().map(({ name, path }): readonly string[] => {
  const ours = ["bin/cox", "helm", "template", "x", path] as const;
  if (!hasHelm) return [name, both(timeAlone(ours)), "–", "–", memory(peakMemory(ours)), "–", "–"];
  const theirs = [helm4, "template", "x", path] as const;
  const pairs = timePairs(ours, theirs);
  const peaks = { ours: peakMemory(ours), theirs: peakMemory(theirs) };
  const peakRatio =
    peaks.ours === undefined || peaks.theirs === undefined ? "–" : (peaks.ours / peaks.theirs).toFixed(2);
  const times = [both(pairs.ours), both(pairs.theirs), pairs.ratio.toFixed(2)];
  return [name, ...times, memory(peaks.ours), memory(peaks.theirs), peakRatio];
});

const head = ["chart", "cox, minimum / median", "helm4, minimum / median", "ratio of pairs"];
process.stdout.write(table([...head, "cox, peak", "helm4, peak", "ratio"], rows));

function memory(mebibytes: number | undefined): string {
  return mebibytes === undefined ? "–" : `${mebibytes.toFixed(0)} MiB`;
}
