// `npm run bench -- cold`: `helm template` as a whole process beside helm4's, in turns: wall time, processor time of all threads, and peak memory.
import { benchCharts } from "./charts.ts";
import { both, hasHelm, helm4, peakMemory, processorTime, table, timeAlone, timePairs } from "./sample.ts";

const rows = benchCharts().map(({ name, path }): readonly string[] => {
  const ours = ["bin/cox", "helm", "template", "x", path] as const;
  if (!hasHelm) return [name, both(timeAlone(ours)), "–", "–", "–", memory(peakMemory(ours)), "–", "–"];
  const theirs = [helm4, "template", "x", path] as const;
  const pairs = timePairs(ours, theirs);
  const processor = ratio(processorTime(ours), processorTime(theirs));
  const peaks = { ours: peakMemory(ours), theirs: peakMemory(theirs) };
  const times = [both(pairs.ours), both(pairs.theirs), pairs.ratio.toFixed(2), processor];
  return [name, ...times, memory(peaks.ours), memory(peaks.theirs), ratio(peaks.ours, peaks.theirs)];
});

const head = ["chart", "cox, minimum / median", "helm4, minimum / median", "ratio of pairs", "of processor time"];
process.stdout.write(table([...head, "cox, peak", "helm4, peak", "ratio"], rows));

function ratio(ours: number | undefined, theirs: number | undefined): string {
  return ours === undefined || theirs === undefined ? "–" : (ours / theirs).toFixed(2);
}

function memory(mebibytes: number | undefined): string {
  return mebibytes === undefined ? "–" : `${mebibytes.toFixed(0)} MiB`;
}
