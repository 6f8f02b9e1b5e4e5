import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** Where `tools/peers` and the tests keep the real programs. */
export const helm4 = join(process.env.COX_PEERS ?? join(homedir(), ".cache", "coxswain-peers"), "bin", "helm4");
export const hasHelm = existsSync(helm4);

/** Pairs per row; more of them where the machine is busy. */
export const runs = Number(process.env.BENCH_RUNS ?? 15);

/** Smallest and middle of some measurements. */
export interface Sample {
  readonly minimum: number;
  readonly median: number;
}

export function sample(values: readonly number[]): Sample {
  const sorted = values.toSorted((a, b) => a - b);
  return { minimum: sorted[0] ?? Number.NaN, median: sorted[Math.floor(sorted.length / 2)] ?? Number.NaN };
}

export interface Pairs {
  readonly ours: Sample;
  readonly theirs: Sample;
  /** The middle of the ratios of each pair: what else the machine does falls on both of a pair. */
  readonly ratio: number;
}

type CommandLine = readonly [program: string, ...parameters: string[]];

/** Times two commands as whole processes in turns, in milliseconds. The first turn warms the caches and does not count. */
export function timePairs(ours: CommandLine, theirs: CommandLine, count = runs): Pairs {
  const times: { readonly ours: number; readonly theirs: number }[] = [];
  for (let turn = 0; turn <= count; turn += 1) {
    const pair = { ours: timeOnce(ours), theirs: timeOnce(theirs) };
    if (turn > 0) times.push(pair);
  }
  return {
    ours: sample(times.map((pair) => pair.ours)),
    theirs: sample(times.map((pair) => pair.theirs)),
    ratio: sample(times.map((pair) => pair.ours / pair.theirs)).median,
  };
}

/** Times a command as a whole process, in milliseconds. */
export function timeAlone(command: CommandLine, count = runs): Sample {
  const times = Array.from({ length: count + 1 }, () => timeOnce(command));
  return sample(times.slice(1));
}

function timeOnce([program, ...parameters]: CommandLine): number {
  const began = performance.now();
  const { status, stderr } = spawnSync(program, parameters, { stdio: ["ignore", "ignore", "pipe"], encoding: "utf8" });
  const took = performance.now() - began;
  if (status !== 0) throw new Error(`${program} ${parameters.join(" ")} ended with exit code ${status}: ${stderr}`);
  return took;
}

/** The processor time of a command in milliseconds, of all its threads, as the mean of some runs; undefined where there is no GNU time. */
export function processorTime(command: CommandLine, count = Math.min(runs, 5)): number | undefined {
  if (!existsSync("/usr/bin/time")) return undefined;
  const loop = ["sh", "-c", `for i in $(seq ${count}); do "$@" > /dev/null; done`, "sh", ...command];
  const { stderr } = spawnSync("/usr/bin/time", ["-f", "%U %S", ...loop], {
    stdio: ["ignore", "ignore", "pipe"],
    encoding: "utf8",
  });
  const [user = Number.NaN, system = Number.NaN] = (stderr.trim().split("\n").at(-1) ?? "").split(" ").map(Number);
  return ((user + system) * 1000) / count;
}

/** A command's peak memory in MiB, the middle of three; undefined where there is no GNU time. */
export function peakMemory([program, ...parameters]: CommandLine): number | undefined {
  if (!existsSync("/usr/bin/time")) return undefined;
  const peaks = Array.from({ length: 3 }, () => {
    const { stderr } = spawnSync("/usr/bin/time", ["-f", "%M", program, ...parameters], {
      stdio: ["ignore", "ignore", "pipe"],
      encoding: "utf8",
    });
    return Number(stderr.trim().split("\n").at(-1)) / 1024;
  });
  return sample(peaks).median;
}

export function milliseconds(value: number): string {
  if (value >= 1000) return `${(value / 1000).toFixed(2)} s`;
  return value < 10 ? `${value.toFixed(2)} ms` : `${value.toFixed(1)} ms`;
}

export function both({ minimum, median }: Sample): string {
  return `${milliseconds(minimum)} / ${milliseconds(median)}`;
}

/** A table in Markdown. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |\n`;
  return `${line(head)}${line(head.map(() => "---"))}${rows.map(line).join("")}\n`;
}
