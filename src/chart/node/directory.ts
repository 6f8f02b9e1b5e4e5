import { readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { join, resolve, sep } from "node:path";
import { formatRfc3339Nano } from "../../base/time.ts";
import { ChartError } from "../errors.ts";
import { Budget, type ChartLimits, readChartArchive, withoutByteOrderMark } from "../load/archive.ts";
import { chartFromFiles } from "../load/files.ts";
import { type IgnoreRules, parseIgnoreRules } from "../load/ignore.ts";
import type { Chart, ChartFile, Log } from "../types.ts";

export interface DirectoryOptions extends ChartLimits {
  /** The folder that symbolic links must not leave; without it they may point anywhere, as with helm. */
  readonly root?: string;
  readonly log?: Log;
}

// Go stops at the operating system's limit on links; a loop of folders must end here too.
const maxDepth = 100;

// Reading is synchronous: thousands of small files take a fraction of the time, and a thread pool need not start for them.

/** Loads an unpacked chart, leaving out what its .helmignore names. Throws ChartError with Helm's text for what is no chart. */
export async function loadChartDirectory(path: string, options: DirectoryOptions = {}): Promise<Chart> {
  const budget = new Budget(options);
  const files = await readChartDirectory(path, { ...options, budget });
  return await chartFromFiles(files, (data) => Promise.resolve(readChartArchive(data, budget)));
}

/** The files of an unpacked chart without what its .helmignore names; subcharts are folders and packages as they are. */
export async function readChartDirectory(
  path: string,
  options: DirectoryOptions & { readonly budget?: Budget } = {},
): Promise<readonly ChartFile[]> {
  const top = resolve(path);
  const { budget = new Budget(options) } = options;
  const walk: Walk = {
    budget,
    rules: parseIgnoreRules(readIfThere(join(top, ".helmignore"))),
    root: options.root === undefined ? undefined : realpathSync(options.root),
    log: options.log,
    files: [],
  };
  readFolder(walk, { folder: top, name: "", depth: 0 });
  return walk.files;
}

interface Walk {
  readonly budget: Budget;
  readonly rules: IgnoreRules;
  readonly root: string | undefined;
  readonly log: Log | undefined;
  readonly files: ChartFile[];
}

function readFolder(
  walk: Walk,
  { folder, name, depth }: { readonly folder: string; readonly name: string; readonly depth: number },
): void {
  if (depth > maxDepth) throw new ChartError("TooLarge", `chart folder ${JSON.stringify(name)} is nested too deeply`);
  const entries = readdirSync(folder, { withFileTypes: true });
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    const inChart = name === "" ? entry.name : `${name}/${entry.name}`;
    if (entry.isSymbolicLink()) allowLink(walk, path);
    const found = statSync(path, { bigint: true });
    if (found.isDirectory()) {
      if (!walk.rules(inChart, "directory")) readFolder(walk, { folder: path, name: inChart, depth: depth + 1 });
      continue;
    }
    if (walk.rules(inChart, "file")) continue;
    if (!found.isFile())
      throw new ChartError("InvalidChart", `cannot load irregular file ${path} as it has file mode type bits set`);
    if (found.size > walk.budget.maxFileBytes)
      throw new ChartError(
        "TooLarge",
        `chart file ${JSON.stringify(entry.name)} is larger than the maximum file size ${walk.budget.maxFileBytes}`,
      );
    const data = readFileSync(path);
    walk.budget.take(data.length, 1);
    const nanoseconds = Number(found.mtimeNs % 1_000_000_000n);
    const modTime = formatRfc3339Nano({
      seconds: Number(found.mtimeNs / 1_000_000_000n),
      nanoseconds,
      offsetMinutes: 0,
    });
    walk.files.push({ name: inChart, data: withoutByteOrderMark(data), modTime });
  }
}

function allowLink(walk: Walk, path: string): void {
  const resolved = realpathSync(path);
  if (walk.root !== undefined && resolved !== walk.root && !resolved.startsWith(walk.root + sep))
    throw new ChartError("InvalidChart", `cannot load ${JSON.stringify(path)}: the link leaves the chart's folder`);
  walk.log?.({
    level: "INFO",
    message: "found symbolic link in path. Contents of linked file included and used",
    attributes: { path, resolved },
  });
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return "";
    throw error;
  }
}
