import { readdir, readFile, stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { messageOf } from "../../base/errors.ts";
import type { Values } from "../../base/value.ts";
import {
  type ChartFile,
  type KubeVersion,
  lintChart,
  type LintMessage,
  parseKubeVersion,
  readPackedFiles,
} from "../../chart/index.ts";
import { readChartDirectory } from "../../chart/node/index.ts";
import { CommandError, defineCommand, type Flags, type FlagValues, type Io } from "../command.ts";
import { globalFlags } from "./global-flags.ts";
import { logTo } from "./local-chart.ts";
import { openFailure, readValues, valuesFlags } from "./values-flags.ts";

const lintFlags = {
  ...globalFlags,
  ...valuesFlags,
  strict: { type: "boolean", help: "fail on lint warnings" },
  "with-subcharts": { type: "boolean", help: "lint dependent charts" },
  quiet: { type: "boolean", help: "print only warnings and errors" },
  "skip-schema-validation": { type: "boolean", help: "if set, disables JSON schema validation" },
  "kube-version": { type: "string", help: "Kubernetes version used for capabilities and deprecation checks" },
} as const satisfies Flags;

type LintFlags = FlagValues<typeof lintFlags>;

/** `helm lint`: examines charts for possible issues. */
export const command = defineCommand({
  name: "lint",
  usage: "helm lint PATH [flags]",
  summary: "examine a chart for possible issues",
  flags: lintFlags,
  checkArgs: (args) =>
    args.length > 0 ? undefined : '"helm lint" requires at least 1 argument\n\nUsage:  helm lint PATH [flags]',
  run: async ({ flags, args, io }) => {
    const kubeVersion = kubeVersionOf(flags);
    const paths = flags["with-subcharts"] ? [...args, ...(await subchartPaths(args, io))] : args;
    const values = await readValues(flags, io);
    let failed = 0;
    let noted = 0;
    for (const path of paths) {
      const result = await lintPath(path, { flags, values, kubeVersion, io });
      const isNoted = result.errors.length > 0 || result.messages.some(({ severity }) => severity !== "INFO");
      if (isNoted) noted += 1;
      if (flags.quiet && !isNoted) continue;
      io.stdout(describe(path, result, flags.quiet));
      if (result.errors.length > 0) failed += 1;
    }
    const summary = `${paths.length} chart(s) linted, ${failed} chart(s) failed`;
    if (failed > 0) throw new CommandError(summary);
    if (!flags.quiet || noted > 0) io.stdout(`${summary}\n`);
    return 0;
  },
});

interface Result {
  readonly messages: readonly LintMessage[];
  /** What makes the chart fail: messages of the severity that does not pass, or why it could not be looked at. */
  readonly errors: readonly string[];
}

interface Context {
  readonly flags: LintFlags;
  readonly values: Values;
  readonly kubeVersion: KubeVersion | undefined;
  readonly io: Io;
}

async function lintPath(path: string, { flags, values, kubeVersion, io }: Context): Promise<Result> {
  const folder = resolve(io.cwd, path);
  let files: readonly ChartFile[];
  try {
    files = await readFiles(path, folder);
  } catch (error) {
    return { messages: [], errors: [messageOf(error)] };
  }
  const messages = await lintChart({
    files,
    folder,
    values,
    namespace: flags.namespace || io.env.HELM_NAMESPACE || "default",
    ...(kubeVersion === undefined ? {} : { kubeVersion }),
    skipSchemaValidation: flags["skip-schema-validation"],
    log: logTo(io),
  });
  const failing = messages.filter(({ severity }) => severity === "ERROR" || (flags.strict && severity === "WARNING"));
  return { messages, errors: failing.map(({ text }) => text) };
}

async function readFiles(path: string, folder: string): Promise<readonly ChartFile[]> {
  if (/\.(?:tgz|tar\.gz)$/.test(path)) {
    const bytes = await readFile(folder).catch((cause: unknown) => {
      throw new Error(`unable to open tarball: ${openFailure(path, cause)}`);
    });
    try {
      return readPackedFiles(bytes);
    } catch (cause) {
      throw new Error(`unable to extract tarball: ${messageOf(cause)}`, { cause });
    }
  }
  const chartYaml = join(path, "Chart.yaml");
  await stat(join(folder, "Chart.yaml")).catch(() => {
    throw new Error(`unable to check Chart.yaml file in chart: stat ${chartYaml}: no such file or directory`);
  });
  return await readChartDirectory(folder);
}

function describe(path: string, { messages, errors }: Result, quiet: boolean): string {
  const lines = messages
    .filter(({ severity }) => !quiet || severity !== "INFO")
    .map(({ severity, path: file, text }) => `[${severity}] ${file}: ${text}\n`);
  if (messages.length === 0) lines.push(...errors.map((error) => `Error ${error}\n`));
  return `==> Linting ${path}\n${lines.join("")}\n`;
}

function kubeVersionOf(flags: LintFlags): KubeVersion | undefined {
  const text = flags["kube-version"];
  if (text === "") return undefined;
  try {
    return parseKubeVersion(text);
  } catch (error) {
    throw new CommandError(`invalid kube version '${text}': ${messageOf(error)}`);
  }
}

/** Every chart and package below the charts/ folders. */
async function subchartPaths(paths: readonly string[], io: Io): Promise<string[]> {
  const found: string[] = [];
  const walk = async (folder: string): Promise<void> => {
    const entries = await readdir(resolve(io.cwd, folder), { withFileTypes: true }).catch(() => []);
    for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) await walk(path);
      else if (basename(path) === "Chart.yaml") found.push(folder);
      else if (/\.(?:tgz|tar\.gz)$/.test(path)) found.push(path);
    }
  };
  for (const path of paths) await walk(join(path, "charts"));
  return found;
}
