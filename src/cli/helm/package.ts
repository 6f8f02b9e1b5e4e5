import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { messageOf } from "../../base/errors.ts";
import { tryParseVersion } from "../../base/semver.ts";
import { type Chart, loadChartArchive, packageChart, packageName, signPackage } from "../../chart/index.ts";
import { loadChartDirectory } from "../../chart/node/index.ts";
import { CommandError, defineCommand, type Flags, type FlagValues, type Io } from "../command.ts";
import { connectionFlags } from "./chart-path-flags.ts";
import { globalFlags } from "./global-flags.ts";
import { logTo, missingDependencies } from "./local-chart.ts";
import { askSecret } from "./registry/password.ts";
import { defaultKeyring, pathIn } from "./settings.ts";
import { openFailure } from "./values-flags.ts";

const packageFlags = {
  ...globalFlags,
  ...connectionFlags,
  destination: { type: "string", short: "d", default: ".", help: "location to write the chart." },
  version: { type: "string", help: "set the version on the chart to this semver version" },
  "app-version": { type: "string", help: "set the appVersion on the chart to this version" },
  "dependency-update": {
    type: "boolean",
    short: "u",
    help: 'update dependencies from "Chart.yaml" to dir "charts/" before packaging',
  },
  sign: { type: "boolean", help: "use a PGP private key to sign this package" },
  key: { type: "string", help: "name of the key to use when signing. Used if --sign is true" },
  keyring: { type: "string", help: "location of a public keyring" },
  "passphrase-file": {
    type: "string",
    help: 'location of a file which contains the passphrase for the signing key. Use "-" in order to read from stdin.',
  },
} as const satisfies Flags;

type PackageFlags = FlagValues<typeof packageFlags>;

/** `helm package`: writes charts from folders into archives, and signs them. */
export const command = defineCommand({
  name: "package",
  usage: "helm package [CHART_PATH] [...] [flags]",
  summary: "package a chart directory into a chart archive",
  flags: packageFlags,
  run: async ({ flags, args, io }) => {
    if (args.length === 0) throw new CommandError("need at least one argument, the path to the chart");
    if (flags.sign && flags.key === "") throw new CommandError("--key is required for signing a package");
    const passphrase = passphraseReader(flags, io);
    for (const path of args) {
      const file = await packageFolder(path, flags, io);
      if (flags.sign) await signFile(file, { flags, io, passphrase });
      io.stdout(`Successfully packaged chart and saved it to: ${file}\n`);
    }
    return 0;
  },
});

/** Writes a package; gives its path as helm shows it. */
async function packageFolder(path: string, flags: PackageFlags, io: Io): Promise<string> {
  const folder = resolve(io.cwd, path);
  const found = await stat(folder).catch(() => undefined);
  if (found === undefined) throw new CommandError(`stat ${path}: no such file or directory`);
  if (flags["dependency-update"]) {
    const { updateOnTheWay } = await import("./dependencies/on-the-way.ts");
    await updateOnTheWay(folder, { flags, io, out: () => undefined });
  }
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

async function signFile(
  file: string,
  {
    flags,
    io,
    passphrase,
  }: { readonly flags: PackageFlags; readonly io: Io; readonly passphrase: (user: string) => Promise<string> },
): Promise<void> {
  const { readKeyring } = await import("./remote/verify.ts");
  const keyring = await readKeyring(flags.keyring || defaultKeyring(io), io);
  if (flags["passphrase-file"] !== "") await passphrase("");
  const archive = await readFile(pathIn(io, file));
  const { metadata } = await loadChartArchive(archive);
  const fileName = basename(file);
  const signed = await signPackage({ archive, fileName, metadata, keyring, keyId: flags.key, passphrase });
  await writeFile(pathIn(io, `${file}.prov`), signed);
}

/** Reads the passphrase when it is asked for the first time: standard input gives it only once. */
function passphraseReader(flags: PackageFlags, io: Io): (user: string) => Promise<string> {
  const path = flags["passphrase-file"];
  let read: Promise<string> | undefined;
  return (user) => {
    if (path !== "") return (read ??= firstLine(path, io));
    return askSecret(`Password for key ${JSON.stringify(user)} >  `, io, "pass it with --passphrase-file");
  };
}

async function firstLine(path: string, io: Io): Promise<string> {
  const text =
    path === "-"
      ? await io.stdin()
      : await readFile(pathIn(io, path), "utf8").catch((cause: unknown) => {
          throw new CommandError(openFailure(path, cause));
        });
  const [line = ""] = text.split(/\r?\n/, 1);
  if (text === "") throw new CommandError("EOF");
  return line;
}
