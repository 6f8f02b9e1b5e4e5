import { mkdir, stat, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { messageOf } from "../../base/errors.ts";
import { tryParseVersion } from "../../base/semver.ts";
import { type Chart, packageChart, packageName } from "../../chart/index.ts";
import { loadChartDirectory } from "../../chart/node/index.ts";
import { CommandError, defineCommand, type Flags, type FlagValues, type Io } from "../command.ts";
import { missingDependencies, logTo } from "./local-chart.ts";

const packageFlags = {
  destination: { type: "string", short: "d", default: ".", help: "location to write the chart." },
  version: { type: "string", help: "set the version on the chart to this semver version" },
  "app-version": { type: "string", help: "set the appVersion on the chart to this version" },
  "dependency-update": { type: "boolean", short: "u", help: "not available: vendor the dependencies first" },
  sign: { type: "boolean", help: "not available" },
} as const satisfies Flags;

type PackageFlags = FlagValues<typeof packageFlags>;

/** `helm package`: writes charts from folders into archives. */
export const command = defineCommand({
  name: "package",
  usage: "helm package [CHART_PATH] [...] [flags]",
  summary: "package a chart directory into a chart archive",
  flags: packageFlags,
  run: async ({ flags, args, io }) => {
    if (args.length === 0) throw new CommandError("need at least one argument, the path to the chart");
    if (flags.sign) throw new CommandError("cannot sign a package: --sign is not available");
    if (flags["dependency-update"])
      throw new CommandError("cannot update dependencies: --dependency-update is not available");
    for (const path of args)
      io.stdout(`Successfully packaged chart and saved it to: ${await packageFolder(path, flags, io)}\n`);
    return 0;
  },
});

async function packageFolder(path: string, flags: PackageFlags, io: Io): Promise<string> {
  const folder = resolve(io.cwd, path);
  const found = await stat(folder).catch(() => undefined);
  if (found === undefined) throw new CommandError(`stat ${path}: no such file or directory`);
  if (!found.isDirectory()) throw new CommandError(`cannot package ${JSON.stringify(path)}: it is no chart folder`);
  const loaded = await loadChartDirectory(folder, { log: logTo(io) });
  const chart = withVersions(loaded, flags);
  const missing = missingDependencies(chart);
  if (missing.length > 0)
    throw new CommandError(`found in Chart.yaml, but missing in charts/ directory: ${missing.join(", ")}`);
  const directory = resolve(io.cwd, flags.destination);
  // helm shows the destination as the user wrote it, and the working directory in full.
  const shown = flags.destination === "." ? io.cwd : flags.destination;
  try {
    await mkdir(directory, { recursive: true });
    await writeFile(join(directory, packageName(chart)), packageChart(chart));
  } catch (cause) {
    throw new CommandError(`failed to save: ${messageOf(cause)}`);
  }
  return join(shown, packageName(chart));
}

function withVersions(chart: Chart, flags: PackageFlags): Chart {
  const version = flags.version === "" ? chart.metadata.version : flags.version;
  if (tryParseVersion(version) === undefined) throw new CommandError("invalid semantic version");
  const appVersion = flags["app-version"] === "" ? chart.metadata.appVersion : flags["app-version"];
  return { ...chart, metadata: { ...chart.metadata, version, ...(appVersion === undefined ? {} : { appVersion }) } };
}
