import { mkdir, mkdtemp, readFile, realpath, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, isAbsolute, join, sep } from "node:path";
import { isValues } from "../../base/value.ts";
import { parseYaml } from "../../base/yaml/index.ts";
import { readPackedFiles } from "../../chart/index.ts";
import { CommandError, defineCommand, type FlagValues, type Io } from "../command.ts";
import { takesAtLeast } from "./arguments.ts";
import { chartPathFlags, develFlag, originOf } from "./chart-path-flags.ts";
import { globalFlags } from "./global-flags.ts";
import { downloadTo } from "./remote/download.ts";
import { findInRepository } from "./remote/find-in-repository.ts";
import { fetchingOf } from "./remote/locate.ts";
import { describeVerification } from "./remote/verify.ts";
import { pathIn, settingsIn } from "./settings.ts";

const usage = "helm pull [chart URL | repo/chartname] [...] [flags]";

const pullFlags = {
  ...globalFlags,
  ...develFlag,
  ...chartPathFlags,
  untar: { type: "boolean", help: "if set to true, will untar the chart after downloading it" },
  prov: { type: "boolean", help: "fetch the provenance file, but don't perform verification" },
  untardir: {
    type: "string",
    default: ".",
    help: "if untar is specified, this flag specifies the name of the directory into which the chart is expanded",
  },
  destination: {
    type: "string",
    short: "d",
    default: ".",
    help: "location to write the chart. If this and untardir are specified, untardir is appended to this",
  },
} as const;

type PullFlags = FlagValues<typeof pullFlags>;

/** `helm pull`: saves charts, packed or unpacked. */
export const command = defineCommand({
  name: "pull",
  usage,
  summary: "download a chart from a repository and (optionally) unpack it in local directory",
  flags: pullFlags,
  checkArgs: takesAtLeast(1, usage),
  run: async ({ flags, args, io }) => {
    for (const reference of args) await pull(reference, flags, io);
    return 0;
  },
});

async function pull(reference: string, flags: PullFlags, io: Io): Promise<void> {
  const settings = settingsIn(io, flags);
  const origin = originOf(flags, io);
  const fetching = fetchingOf(origin, { settings, io, later: flags.prov });
  const wanted = origin.repositoryUrl === "" ? reference : await findInRepository(reference, origin, io);
  const temporary = flags.untar ? await mkdtemp(join(tmpdir(), "helm-")) : undefined;
  try {
    const folder = temporary ?? flags.destination;
    const { path, verification } = await downloadTo(folder, { reference: wanted, version: origin.version, fetching });
    if (verification !== undefined) io.stdout(describeVerification(verification));
    if (temporary !== undefined) await unpack(pathIn(io, path), reference, flags, io);
  } finally {
    if (temporary !== undefined) await rm(temporary, { recursive: true, force: true });
  }
}

async function unpack(path: string, reference: string, flags: PullFlags, io: Io): Promise<void> {
  const { untardir, destination } = flags;
  const target = isAbsolute(untardir) ? untardir : join(destination, untardir);
  const name = reference.slice(reference.lastIndexOf("/") + 1);
  const occupied = target === "." ? name : join(target, name);
  const isFree = await stat(pathIn(io, occupied)).then(
    () => false,
    () => true,
  );
  if (!isFree) throw new CommandError(`failed to untar: a file or directory with the name ${occupied} already exists`);
  await mkdir(pathIn(io, occupied), { recursive: true });
  await expand(await readFile(path), pathIn(io, target));
}

/** Writes the files of a package below a folder, in one of the chart's name. */
async function expand(bytes: Uint8Array, folder: string): Promise<void> {
  const files = readPackedFiles(bytes);
  const definition = files.find(({ name }) => name === "Chart.yaml");
  const chartYaml = definition === undefined ? undefined : parseYaml(new TextDecoder().decode(definition.data));
  const name = isValues(chartYaml) ? chartYaml["name"] : undefined;
  if (typeof name !== "string" || name === "") throw new CommandError("chart name not specified");
  if (name === "." || name === "..") throw new CommandError(`chart name ${JSON.stringify(name)} is not allowed`);
  if (name !== basename(name))
    throw new CommandError(`chart name ${JSON.stringify(name)} must not contain path separators`);
  const top = join(folder, name);
  await mkdir(top, { recursive: true });
  const inside = await realpath(top);
  for (const file of files) {
    const path = join(top, file.name);
    await mkdir(dirname(path), { recursive: true });
    const parent = await realpath(dirname(path));
    // What was there before may hold links to elsewhere.
    if (parent !== inside && !parent.startsWith(inside + sep))
      throw new CommandError(`cannot write ${JSON.stringify(file.name)}: it leaves the chart's folder`);
    await writeFile(path, file.data);
  }
}
