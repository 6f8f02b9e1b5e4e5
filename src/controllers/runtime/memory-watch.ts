import { lstat, readFile } from "node:fs/promises";
import { join } from "node:path";
import { messageOf } from "../../base/errors.ts";
import { formatDuration } from "../../base/duration.ts";
import type { Log, Milliseconds } from "./types.ts";

export interface MemoryWatchOptions {
  /** Flux: --oom-watch-max-memory-path and --oom-watch-current-memory-path; empty: found in the container's cgroup, version 2 or 1. */
  readonly maximumPath: string;
  readonly currentPath: string;
  /** Flux: --oom-watch-memory-threshold, in percent. */
  readonly threshold: number;
  /** Flux: --oom-watch-interval. */
  readonly interval: Milliseconds;
  readonly log: Log;
  readonly cgroup?: string;
  /** Calls back again and again until what it returns is called. */
  readonly setTicker?: (callback: () => void, interval: Milliseconds) => () => void;
}

export interface MemoryWatch extends Disposable {
  /** Aborted when the process comes near its limit: whoever ends well then is not killed. */
  readonly near: AbortSignal;
  /** Looks once, as it happens after each interval. Never throws. */
  readonly look: () => Promise<void>;
}

/** Watches how much of its memory limit this process' cgroup uses. Throws with Flux's texts where that cannot be told. */
export async function watchMemory(options: MemoryWatchOptions): Promise<MemoryWatch> {
  const { threshold, interval, log, setTicker = startTicker } = options;
  if (!(threshold >= 1 && threshold <= 100))
    throw new Error(`memory usage percent threshold must be between 1 and 100, got ${threshold}`);
  if (interval < 50) throw new Error(`interval must be at least 50ms, got ${formatDuration(interval)}`);
  const { maximumPath, currentPath } = await findPaths(options);
  if (!(await exists(currentPath)))
    throw new Error(
      `failed to confirm existence of current memory usage file: lstat ${currentPath}: no such file or directory`,
    );
  const maximum = await readSize(maximumPath).catch((cause: unknown) => {
    throw new Error(`failed to read memory usage limit: ${messageOf(cause)}`, { cause });
  });
  const near = new AbortController();
  let looking = false;
  const look = async (): Promise<void> => {
    if (looking) return;
    looking = true;
    try {
      const current = await readSize(currentPath);
      if ((Number(current) / Number(maximum)) * 100 < threshold || near.signal.aborted) return;
      log.info(`Memory usage is near OOM (${formatSize(current)}/${formatSize(maximum)}), shutting down`);
      stop();
      near.abort(new Error("memory usage is near the limit"));
    } catch (error) {
      log.error("Failed to read current memory usage, skipping check", { error: messageOf(error) });
    } finally {
      looking = false;
    }
  };
  const stop = setTicker(() => void look(), interval);
  return { near: near.signal, look, [Symbol.dispose]: stop };
}

async function findPaths({ maximumPath, currentPath, cgroup = "/sys/fs/cgroup" }: MemoryWatchOptions) {
  const maximum = maximumPath || (await firstOf(cgroup, "memory.max", "memory/memory.limit_in_bytes"));
  // Flux looks for the usage in version 1 first.
  const current = currentPath || (await firstOf(cgroup, "memory/memory.usage_in_bytes", "memory.current"));
  if (maximum !== undefined && current !== undefined) return { maximumPath: maximum, currentPath: current };
  if (maximum === current) throw new Error("failed to discover cgroup paths, please specify them manually");
  const which = maximum === undefined ? "max" : "current";
  throw new Error(`failed to discover ${which} memory path, please specify it manually`);
}

async function firstOf(folder: string, ...names: readonly string[]): Promise<string | undefined> {
  for (const name of names) if (await exists(join(folder, name))) return join(folder, name);
  return undefined;
}

async function exists(path: string): Promise<boolean> {
  return await lstat(path).then(
    () => true,
    () => false,
  );
}

/** Reads an unsigned number. `max`, which says that there is no limit, is none: nothing could come near it. */
async function readSize(path: string): Promise<bigint> {
  const text = (await readFile(path, "utf8").catch(() => undefined))?.trim();
  if (text === undefined) throw new Error(`open ${path}: no such file or directory`);
  if (!/^\d{1,20}$/.test(text)) throw new Error(`strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`);
  return BigInt(text);
}

const unit = 1024;

function formatSize(bytes: bigint): string {
  if (bytes === 0n) return "-";
  if (bytes < unit) return `${bytes} B`;
  let size = Number(bytes);
  let prefix = -1;
  for (; size >= unit; prefix += 1) size /= unit;
  return `${size.toFixed(1)} ${"KMGTPE"[prefix]}iB`;
}

function startTicker(callback: () => void, interval: Milliseconds): () => void {
  const timer = setInterval(callback, interval);
  return () => clearInterval(timer);
}
