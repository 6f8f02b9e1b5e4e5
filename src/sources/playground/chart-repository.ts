import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { readArchiveMetadata } from "../chart/metadata.ts";
import { formatIndexYaml, type IndexedChart, indexOf } from "../helm/index-of.ts";
import { type ListenOptions, serve, type Server } from "../http/serve.ts";
import { createFileHandler } from "../store/file-handler.ts";

/**
 * Serves a folder of packed charts as an HTTP chart repository, on loopback. The index is made anew when a file came,
 * went or changed; files that are not charts are left out of it.
 */
export async function serveChartRepository(options: ListenOptions & { readonly directory: string }): Promise<Server> {
  const { directory } = options;
  const files = createFileHandler(directory);
  let known = { state: "", index: "" };

  async function currentIndex(): Promise<string> {
    const found = [];
    for (const name of (await readdir(directory)).toSorted()) {
      if (!name.endsWith(".tgz")) continue;
      const { mtime, size } = await stat(join(directory, name));
      found.push({ name, mtime, size });
    }
    const state = JSON.stringify(found);
    if (state !== known.state) known = { state, index: await makeIndex(directory, found) };
    return known.index;
  }

  return serve(async (request) => {
    if (new URL(request.url).pathname !== "/index.yaml") return files(request);
    const headers = { "content-type": "application/yaml" };
    const index = await currentIndex();
    return new Response(request.method === "HEAD" ? null : index, { headers });
  }, options);
}

async function makeIndex(
  directory: string,
  files: readonly { readonly name: string; readonly mtime: Date }[],
): Promise<string> {
  const charts: IndexedChart[] = [];
  let newest = new Date(0);
  for (const { name, mtime } of files) {
    const content = await readFile(join(directory, name));
    const metadata = await readArchiveMetadata(content).catch(() => undefined);
    if (metadata === undefined) continue;
    charts.push({ url: name, content, metadata, created: mtime.toISOString() });
    if (mtime > newest) newest = mtime;
  }
  // The time of the newest chart, so that the same folder gives the same index, and the same revision, after a restart.
  return formatIndexYaml(indexOf(charts, { generated: newest.toISOString() }));
}
