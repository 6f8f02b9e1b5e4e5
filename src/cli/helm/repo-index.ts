import { readdir, readFile, stat } from "node:fs/promises";
import { basename, dirname, join, relative, resolve } from "node:path";
import { messageOf } from "../../base/errors.ts";
import { formatGoJson } from "../../base/go-json.ts";
import { type Chart, loadChartArchive } from "../../chart/index.ts";
import { formatIndexYaml, type IndexDocument, type IndexedChart, indexOf } from "../../sources/index.ts";
import { CommandError, defineCommand, type Io } from "../command.ts";
import { exists, writeWhole } from "../files.ts";
import { takesExactly } from "./arguments.ts";
import { globalFlags } from "./global-flags.ts";
import { localTime } from "./times.ts";
import { loadIndexFile } from "./repositories/index-cache.ts";

const usage = "helm repo index [DIR] [flags]";

/** `helm repo index`: writes the index of the packages in a folder. */
export const command = defineCommand({
  name: "index",
  usage,
  summary: "generate an index file given a directory containing packaged charts",
  flags: {
    ...globalFlags,
    url: { type: "string", help: "url of chart repository" },
    merge: { type: "string", help: "merge the generated index into the given index" },
    json: { type: "boolean", help: "output in JSON format" },
  },
  checkArgs: takesExactly(1, usage),
  run: async ({ flags, args: [name = ""], io }) => {
    const folder = resolve(io.cwd, name);
    const generated = localTime(io.now());
    const charts = await readPackages(folder, { baseUrl: flags.url, created: generated });
    const format = (index: IndexDocument): string => (flags.json ? formatGoJson(index, "  ") : formatIndexYaml(index));
    let index = indexOf(charts, { generated });
    if (flags.merge !== "") {
      const path = resolve(io.cwd, flags.merge);
      if (await exists(path)) index = indexOf(charts, { generated, merge: await loadMerged(path, flags.merge, io) });
      else if (await exists(dirname(path))) await writeWhole(path, format(indexOf([], { generated })));
    }
    if (!(await exists(folder)))
      throw new CommandError(`open ${join(folder, "index.yaml")}: no such file or directory`);
    await writeWhole(join(folder, "index.yaml"), format(index));
    return 0;
  },
});

async function loadMerged(path: string, shown: string, io: Io) {
  try {
    return await loadIndexFile(path, io, shown);
  } catch (cause) {
    throw new CommandError(`merge failed: ${messageOf(cause)}`);
  }
}

/** The charts among the `.tgz` files of a folder and of the folders right in it, in the order of their names. */
async function readPackages(
  folder: string,
  { baseUrl, created }: { readonly baseUrl: string; readonly created: string },
): Promise<readonly IndexedChart[]> {
  const charts: IndexedChart[] = [];
  for (const path of [...(await packagesIn(folder)), ...(await packagesBelow(folder))]) {
    const content = await readFile(path);
    let chart: Chart;
    try {
      chart = await loadChartArchive(content);
    } catch {
      continue; // helm: what does not load is no chart.
    }
    const url = joinUrl(baseUrl, dirname(relative(folder, path)), basename(path));
    charts.push({ content, metadata: chart.metadata, created, url });
  }
  return charts;
}

async function packagesIn(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch(() => []);
  return names
    .filter((name) => name.endsWith(".tgz"))
    .toSorted()
    .map((name) => join(folder, name));
}

async function packagesBelow(folder: string): Promise<readonly string[]> {
  const names = (await readdir(folder).catch(() => [])).toSorted();
  const found: string[] = [];
  for (const name of names) {
    if (
      await stat(join(folder, name)).then(
        (it) => it.isDirectory(),
        () => false,
      )
    )
      found.push(...(await packagesIn(join(folder, name))));
  }
  return found;
}

/** helm: the folder and the file are added to the base; without a base the path stays relative. */
function joinUrl(baseUrl: string, folder: string, file: string): string {
  const path = folder === "." ? file : `${folder}/${file}`;
  return baseUrl === "" ? path : `${baseUrl.replace(/\/+$/, "")}/${path}`;
}
