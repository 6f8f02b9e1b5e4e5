import { existsSync, readFileSync, statSync } from "node:fs";
import { basename, isAbsolute, resolve } from "node:path";
import { type Chart, ChartError, loadChartArchive, type Log } from "../../chart/index.ts";
import { loadChartDirectory } from "../../chart/node/index.ts";
import { CommandError, type Io } from "../command.ts";
import { logLine } from "./log-line.ts";
import { openFailure } from "./values-flags.ts";

/** Finds the chart that an argument names: a folder or a packed chart. Throws CommandError with helm's text. */
export async function locateChart(name: string, io: Io): Promise<string> {
  const path = resolve(io.cwd, name.trim());
  if (!existsSync(path)) throw new CommandError(notFound(name.trim()));
  return path;
}

/** Loads a chart from a path that `locateChart` gave. Throws CommandError or ChartError with helm's text. */
export async function loadChart(path: string, io: Io): Promise<Chart> {
  if (statSync(path).isDirectory()) return await loadChartDirectory(path, { log: logTo(io) });
  const bytes = readPackage(path);
  checkArchive(path, bytes);
  try {
    return await loadChartArchive(bytes);
  } catch (error) {
    if (error instanceof ChartError && error.message === "gzip: invalid header")
      throw new CommandError(`file '${path}' does not appear to be a valid chart file (details: ${error.message})`);
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

/** Refuses charts that cannot be installed, warns of deprecated ones, and misses dependencies, as helm does before it renders. */
export function checkInstallable(chart: Chart, io: Io): void {
  const { type = "", deprecated } = chart.metadata;
  if (type !== "" && type !== "application") throw new CommandError(`${type} charts are not installable`);
  if (deprecated) io.stderr(logLine({ level: "WARN", message: "this chart is deprecated" }));
  const missing = missingDependencies(chart);
  if (missing.length > 0)
    throw new CommandError(
      `an error occurred while checking for chart dependencies. You may need to run 'helm dependency build' to fetch missing dependencies: found in Chart.yaml, but missing in charts/ directory: ${missing.join(", ")}`,
    );
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

function notFound(name: string): string {
  if (isAbsolute(name) || name.startsWith(".")) return `path ${JSON.stringify(name)} not found`;
  if (name.startsWith("oci://"))
    return `cannot load ${JSON.stringify(name)}: charts of a registry must be pulled first`;
  const slash = name.indexOf("/");
  if (slash < 0) return `non-absolute URLs should be in form of repo_name/path_to_chart, got: ${name}`;
  return `repo ${name.slice(0, slash)} not found`;
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
