import { mkdir, stat, writeFile } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, resolve } from "node:path";
import { messageOf } from "../../../base/errors.ts";
import { type Chart, chartYaml, loadChart, packageChart, packageName } from "../../../chart/index.ts";
import { CommandError, defineCommand, type Io } from "../../command.ts";
import { exists } from "../../files.ts";
import { takesExactly } from "../arguments.ts";
import { globalFlags } from "../global-flags.ts";
import { settingsIn } from "../settings.ts";
import { scaffold } from "./scaffold.ts";

const usage = "helm create NAME [flags]";

/** `helm create`: a chart to begin with. Its files have helm's names, values and objects; their texts are not helm's. */
export const command = defineCommand({
  name: "create",
  usage,
  summary: "create a new chart with the given name",
  flags: {
    ...globalFlags,
    starter: { type: "string", short: "p", help: "the name or absolute path to Helm starter scaffold" },
  },
  checkArgs: takesExactly(1, usage),
  run: async ({ flags, args: [path = ""], io }) => {
    io.stdout(`Creating ${path}\n`);
    const name = path === "" ? "." : basename(path) || path;
    const parent = resolve(io.cwd, dirname(path));
    if (flags.starter === "") {
      await createFromScaffold(name, parent, io);
      return 0;
    }
    const starters = join(settingsIn(io, flags).dataHome, "starters");
    const starter = isAbsolute(flags.starter) ? flags.starter : join(starters, flags.starter);
    await createFromStarter(await loadStarter(starter), join(parent, name), name);
    return 0;
  },
});

async function createFromScaffold(name: string, parent: string, io: Io): Promise<void> {
  if (name.length > 250) throw new CommandError("chart name must be between 1 and 250 characters");
  if (!/^[a-zA-Z0-9._-]+$/.test(name))
    throw new CommandError('chart name must match the regular expression "^[a-zA-Z0-9._-]+$"');
  const found = await stat(parent).catch(() => undefined);
  if (found === undefined) throw new CommandError(`stat ${parent}: no such file or directory`);
  if (!found.isDirectory()) throw new CommandError(`no such directory ${parent}`);
  const folder = join(parent, name);
  await assertFolder(folder);
  for (const { path, content } of scaffold) {
    const file = join(folder, path);
    if (await exists(file)) io.stdout(`WARNING: File ${JSON.stringify(file)} already exists. Overwriting.\n`);
    await save(file, named(content, name));
  }
  await mkdir(join(folder, "charts"), { recursive: true });
}

async function loadStarter(path: string): Promise<Chart> {
  if (!(await exists(path))) throw new CommandError(`could not load ${path}: stat ${path}: no such file or directory`);
  try {
    return await loadChart(path);
  } catch (cause) {
    throw new CommandError(`could not load ${path}: ${messageOf(cause)}`);
  }
}

/** helm: SaveDir. The starter's own name, version and description are not taken over. */
async function createFromStarter(starter: Chart, folder: string, name: string): Promise<void> {
  await assertFolder(folder);
  const metadata = {
    apiVersion: "v2",
    appVersion: "0.1.0",
    description: "A Helm chart for Kubernetes",
    name,
    type: "application",
    version: "0.1.0",
  } as const;
  await save(join(folder, "Chart.yaml"), chartYaml({ ...starter, metadata }));
  for (const { name: path, data } of starter.raw)
    if (path === "values.yaml") await save(join(folder, path), named(textOf(data), name));
  if (starter.schema !== null) await save(join(folder, "values.schema.json"), starter.schema);
  for (const { name: path, data } of starter.templates) await save(join(folder, path), named(textOf(data), name));
  for (const { name: path, data } of starter.files) await save(join(folder, path), data);
  for (const dependency of starter.dependencies)
    await save(join(folder, "charts", packageName(dependency)), await packageChart(dependency));
}

async function assertFolder(folder: string): Promise<void> {
  const found = await stat(folder).catch(() => undefined);
  if (found !== undefined && !found.isDirectory())
    throw new CommandError(`file ${folder} already exists and is not a directory`);
}

async function save(file: string, content: string | Uint8Array): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, content);
}

function named(text: string, name: string): string {
  return text.replaceAll("<CHARTNAME>", name);
}

function textOf(data: Uint8Array): string {
  return new TextDecoder().decode(data);
}
