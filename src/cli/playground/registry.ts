import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { loadChartArchive } from "../../chart/index.ts";
import { OciError, openRegistryFolder, openRepository, type Registry, serveRegistry } from "../../oci/index.ts";
import { pushChart } from "../../sources/index.ts";
import type { Workspace } from "./workspace.ts";

/** Starts the playground's OCI registry with the charts of its chart repository in it, under `charts/`. */
export async function startRegistry({ registry: directory, charts, ports }: Workspace, now: () => Date) {
  const registry = await openRegistryFolder({ directory, now });
  await publishCharts(registry, charts, now());
  const { url, close } = await serveRegistry(registry, { port: ports.registry });
  return { url: url.replace(/^http:/, "oci:"), close };
}

/** Pushes what is not there yet; a published version never changes. */
async function publishCharts({ fetch }: Registry, folder: string, created: Date): Promise<void> {
  for (const file of await readdir(folder)) {
    if (!file.endsWith(".tgz")) continue;
    const archive = await readFile(join(folder, file));
    const { metadata } = await loadChartArchive(archive);
    const name = { registry: "playground", repository: `charts/${metadata.name}` };
    const repository = openRepository(name, { fetch, plainHttp: true });
    const known = await repository.resolve(metadata.version.replaceAll("+", "_")).catch((error: unknown) => {
      if (error instanceof OciError && error.code === "NotFound") return undefined;
      throw error;
    });
    if (known === undefined) await pushChart(repository, { archive, metadata, created });
  }
}
