import { readFile, writeFile } from "node:fs/promises";

/** What processes used since they started: seconds of processor time, and their largest resident set since the last `forgetPeak`, in MB. */
export interface Usage {
  readonly cpu: number;
  readonly peak: number;
}

const ticksPerSecond = 100; // Linux: USER_HZ, whatever the kernel's own clock is

/** Reads Linux' books about some processes, summed up. */
export async function readUsage(pids: readonly number[]): Promise<Usage> {
  const each = await Promise.all(pids.map(readOne));
  return { cpu: sum(each.map(({ cpu }) => cpu)), peak: sum(each.map(({ peak }) => peak)) };
}

async function readOne(pid: number): Promise<Usage> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8");
  // The name in parentheses may hold anything; utime and stime are the 12th and 13th fields after it.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  const kilobytes = Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0);
  return { cpu: (Number(fields[11]) + Number(fields[12])) / ticksPerSecond, peak: kilobytes / 1024 };
}

/** Makes the peak count from now on. */
export async function forgetPeak(pids: readonly number[]): Promise<void> {
  await Promise.all(pids.map((pid) => writeFile(`/proc/${pid}/clear_refs`, "5")));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
