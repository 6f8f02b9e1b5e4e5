import { existsSync, readFileSync, statSync } from "node:fs";
import { basename, isAbsolute, resolve } from "node:path";
import { messageOf } from "../../base/errors.ts";
import { type Chart, ChartError, type ChartLimits, loadChartArchive, type Log } from "../../chart/index.ts";
import { loadChartDirectory } from "../../chart/node/index.ts";
import { CommandError, type Io } from "../command.ts";
import { type ChartPathFlagValues, originOf } from "./chart-path-flags.ts";
import { logLine } from "./log-line.ts";
import { type SettingsFlagValues, settingsIn } from "./settings.ts";
import { openFailure } from "./values-flags.ts";

/**
 * Finds the chart that an argument names: a folder or a packed chart of this machine, or one that is fetched from elsewhere. Throws
 * CommandError with helm's text.
 */
export async function locateChart(
  name: string,
  flags: ChartPathFlagValues & SettingsFlagValues & { readonly devel?: boolean },
  io: Io,
): Promise<string> {
  const trimmed = name.trim();
  if (flags.repo === "") {
    const path = resolve(io.cwd, trimmed);
    if (existsSync(path)) {
      if (flags.verify) await verifyHere(path, flags, io);
      return path;
    }
    if (isAbsolute(trimmed) || trimmed.startsWith("."))
      throw new CommandError(`path ${JSON.stringify(trimmed)} not found`);
  }
  const { locateRemoteChart } = await import("./remote/locate.ts");
  const settings = settingsIn(io, flags);
  return await locateRemoteChart(trimmed, { origin: originOf(flags, io), settings, io });
}

async function verifyHere(path: string, flags: ChartPathFlagValues, io: Io): Promise<void> {
  const { verifyChartFile } = await import("./remote/verify.ts");
  await verifyChartFile(path, { keyring: originOf(flags, io).keyring, io });
}

/** Loads a chart from a path that `locateChart` gave. Throws CommandError or ChartError with helm's text. */
export async function loadChart(
  path: string,
  io: Io,
  { shown = path, ...limits }: ChartLimits & { /** The path as errors tell it. */ readonly shown?: string } = {},
): Promise<Chart> {
  if (statSync(path).isDirectory()) return await loadChartDirectory(path, { ...limits, log: logTo(io) });
  const bytes = readPackage(path);
  checkArchive(shown, bytes);
  try {
    return await loadChartArchive(bytes, limits);
  } catch (error) {
    if (error instanceof ChartError && error.message === "gzip: invalid header")
      throw new CommandError(`file '${shown}' does not appear to be a valid chart file (details: ${error.message})`);
    throw error;
  }
}

function readPackage(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new CommandError(openFailure(path, cause));
  }
}

/**
 * Loads a chart that is to be rendered, as helm does: refuses what cannot be installed, warns of what is deprecated, and misses
 * dependencies, or updates them if `--dependency-update` says so.
 */
export async function loadInstallable(
  path: string,
  {
    flags,
    io,
    limits = {},
    anyType = false,
  }: {
    readonly flags: ChartPathFlagValues &
      SettingsFlagValues & { readonly debug: boolean; readonly "dependency-update": boolean };
    readonly io: Io;
    readonly limits?: ChartLimits;
    /** Library charts pass, too: helm asks only at an install. */
    readonly anyType?: boolean;
  },
): Promise<Chart> {
  const chart = await loadChart(path, io, limits);
  const { type = "", deprecated } = chart.metadata;
  if (!anyType && type !== "" && type !== "application") throw new CommandError(`${type} charts are not installable`);
  if (deprecated) io.stderr(logLine({ level: "WARN", message: "this chart is deprecated" }));
  const missing = missingDependencies(chart);
  if (missing.length === 0) return chart;
  if (!flags["dependency-update"])
    throw new CommandError(
      `an error occurred while checking for chart dependencies. You may need to run 'helm dependency build' to fetch missing dependencies: found in Chart.yaml, but missing in charts/ directory: ${missing.join(", ")}`,
    );
  const { updateOnTheWay } = await import("./dependencies/on-the-way.ts");
  await updateOnTheWay(path, { flags, io, out: io.stdout });
  return await loadChart(path, io, limits).catch((cause: unknown) => {
    throw new CommandError(`failed reloading chart after repo update: ${messageOf(cause)}`);
  });
}

/** Names of the dependencies that Chart.yaml lists and charts/ does not hold. */
export function missingDependencies(chart: Chart): string[] {
  const present = new Set(chart.dependencies.map((subchart) => subchart.metadata.name));
  return (chart.metadata.dependencies ?? []).map(({ name }) => name).filter((name) => !present.has(name));
}

/** Where helm's log goes. */
export function logTo(io: Io): Log {
  return (entry) => io.stderr(logLine(entry));
}

/** helm: archive.EnsureArchive gives a hint when somebody passes a values file for a chart. */
function checkArchive(path: string, bytes: Uint8Array): void {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b && bytes[2] === 8) return;
  const name = basename(path);
  if (name.endsWith(".yml") || name.endsWith(".yaml"))
    throw new CommandError(`file '${path}' seems to be a YAML file, but expected a gzipped archive`);
  throw new CommandError(`file '${path}' does not appear to be a gzipped archive; got '${contentType(bytes)}'`);
}

/** What Go's http.DetectContentType says of the usual mistakes. */
function contentType(bytes: Uint8Array): string {
  const start = bytes.subarray(0, 512);
  if (start[0] === 0x50 && start[1] === 0x4b) return "application/zip";
  const isBinary = start.some((byte) => byte < 9 || byte === 11 || (byte > 13 && byte < 32 && byte !== 27));
  return isBinary ? "application/octet-stream" : "text/plain; charset=utf-8";
}
