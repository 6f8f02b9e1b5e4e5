import { readdir, stat } from "node:fs/promises";
import { extname, join } from "node:path";
import { parseStrictVersion, tryParseConstraint, tryParseVersion } from "../../base/semver.ts";
import type { Chart, Dependency } from "../../chart/index.ts";
import { CommandError, defineCommand, type Io } from "../command.ts";
import { takesAtMost } from "./arguments.ts";
import { cleaned } from "./dependency.ts";
import { globalFlags } from "./global-flags.ts";
import { helmTable } from "./go-table.ts";
import { loadChart } from "./local-chart.ts";
import { statFailure } from "./remote/verify.ts";
import { pathIn } from "./settings.ts";

const usage = "helm dependency list CHART [flags]";

/** `helm dependency list`: what Chart.yaml wants, and what charts/ has of it. */
export const command = defineCommand({
  name: "list",
  usage,
  summary: "list the dependencies for the given chart",
  flags: {
    ...globalFlags,
    "max-col-width": { type: "integer", takes: "uint", default: 80, help: "maximum column width for output table" },
  },
  checkArgs: takesAtMost(1, usage),
  run: async ({ flags, args: [given = "."], io }) => {
    const path = cleaned(given);
    const chart = await load(path, io);
    const declared = chart.metadata.dependencies;
    if (declared === undefined) {
      io.stdout(`WARNING: no dependencies at ${join(path, "charts")}\n`);
      return 0;
    }
    const names = await namesIn(join(path, "charts"), io);
    const rows: string[][] = [];
    for (const dependency of declared) {
      const status = await statusOf(dependency, { path, chart, names, io });
      rows.push([dependency.name, dependency.version ?? "", dependency.repository, status]);
    }
    io.stdout(`${helmTable([["NAME", "VERSION", "REPOSITORY", "STATUS"], ...rows], flags["max-col-width"])}\n`);
    await warnOfStrays(declared, { path, names, io });
    return 0;
  },
});

interface Charts {
  readonly path: string;
  /** What is in charts/. */
  readonly names: readonly string[];
  readonly io: Io;
}

async function statusOf(dependency: Dependency, place: Charts & { readonly chart: Chart }): Promise<string> {
  const { names, chart } = place;
  const archives = names.filter((name) => name.startsWith(`${dependency.name}-`) && name.endsWith(".tgz"));
  // helm: of several packages those count whose name ends in a version.
  const versioned = archives.filter((name) => isStrict(name.slice(dependency.name.length + 1, -".tgz".length)));
  const candidates = archives.length > 1 ? versioned : archives;
  if (candidates.length > 1) return "too many matches";
  const [archive] = candidates;
  if (archive !== undefined) return await packedStatus(archive, dependency, place);
  const present = chart.dependencies.find(({ metadata }) => metadata.name === dependency.name);
  if (present === undefined) return "missing";
  return versionProblem(present, dependency) ?? "unpacked";
}

async function packedStatus(archive: string, dependency: Dependency, { path, io }: Charts): Promise<string> {
  let chart: Chart;
  try {
    chart = await loadChart(pathIn(io, join(path, "charts", archive)), io);
  } catch {
    return "corrupt";
  }
  if (chart.metadata.name !== dependency.name) return "misnamed";
  return versionProblem(chart, dependency) ?? "ok";
}

function versionProblem({ metadata }: Chart, { version = "" }: Dependency): string | undefined {
  if (metadata.version === version) return undefined;
  const range = tryParseConstraint(version);
  const found = tryParseVersion(metadata.version);
  if (range === undefined || found === undefined) return "invalid version";
  return range.check(found) ? undefined : "wrong version";
}

async function warnOfStrays(declared: readonly Dependency[], { path, names, io }: Charts): Promise<void> {
  for (const name of names) {
    const shown = join(path, "charts", name);
    const found = await stat(pathIn(io, shown));
    if (!found.isDirectory() && extname(name) !== ".tgz") continue;
    const chart = await loadChart(pathIn(io, shown), io).catch(() => undefined);
    if (chart === undefined) io.stdout(`WARNING: ${JSON.stringify(shown)} is not a chart.\n`);
    else if (!declared.some((each) => each.name === chart.metadata.name))
      io.stdout(`WARNING: ${JSON.stringify(shown)} is not in Chart.yaml.\n`);
  }
}

async function load(path: string, io: Io): Promise<Chart> {
  await stat(pathIn(io, path)).catch((cause: unknown) => {
    throw new CommandError(statFailure(path, cause));
  });
  return await loadChart(pathIn(io, path), io, { shown: path });
}

async function namesIn(folder: string, io: Io): Promise<readonly string[]> {
  return (await readdir(pathIn(io, folder)).catch(() => [])).toSorted();
}

function isStrict(text: string): boolean {
  try {
    parseStrictVersion(text);
    return true;
  } catch {
    return false;
  }
}
