import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { packageChart } from "../../src/chart/index.ts";
import { loadChartDirectory } from "../../src/chart/node/index.ts";
import { serveChartRepository } from "../../src/sources/index.ts";

/** A chart repository of a folder that is gone when it is disposed of. */
export async function openChartFolder() {
  const folder = await mkdtemp(join(tmpdir(), "cox-charts-"));
  const charts = join(folder, "charts");
  await mkdir(charts);
  const server = await serveChartRepository({ directory: charts });
  return {
    repositoryUrl: server.url,
    /** Packs files as a chart and publishes it. */
    async publish(name: string, version: string, files: Readonly<Record<string, string>>): Promise<void> {
      const source = join(folder, "sources", `${name}-${version}`, name);
      const all = {
        "Chart.yaml": `apiVersion: v2\nname: ${name}\nversion: ${version}\nappVersion: "${version}"\n`,
        ...files,
      };
      for (const [path, text] of Object.entries(all)) {
        await mkdir(join(source, path, ".."), { recursive: true });
        await writeFile(join(source, path), text);
      }
      await writeFile(join(charts, `${name}-${version}.tgz`), await packageChart(await loadChartDirectory(source)));
    },
    /** Publishes bytes under a chart's file name, whatever they are. */
    publishBytes: (file: string, bytes: Uint8Array | string): Promise<void> => writeFile(join(charts, file), bytes),
    async [Symbol.asyncDispose](): Promise<void> {
      await server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
