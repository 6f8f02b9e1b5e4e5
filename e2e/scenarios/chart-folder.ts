import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sha256Sync } from "../../src/base/node/digest.ts";
import { packageChart } from "../../src/chart/index.ts";
import { loadChartDirectory } from "../../src/chart/node/index.ts";
import { openRegistryFolder, openRepository, pushArtifact, serveRegistry } from "../../src/oci/index.ts";
import { chartLayerType, serveChartRepository } from "../../src/sources/index.ts";

/** Where a packed chart can be downloaded, and what it is. */
export interface Published {
  readonly url: string;
  readonly digest: string;
  readonly size: number;
}

export type ChartFolder = Awaited<ReturnType<typeof openChartFolder>>;

/** A chart repository of a folder, and a registry from its first chart on; both are gone when it is disposed of. */
export async function openChartFolder() {
  const folder = await mkdtemp(join(tmpdir(), "cox-charts-"));
  const charts = join(folder, "charts");
  await mkdir(charts);
  await using opening = new AsyncDisposableStack();
  opening.defer(() => rm(folder, { recursive: true, force: true }));
  const server = await serveChartRepository({ directory: charts });
  opening.defer(() => server.close());
  const open = opening.move();
  let registry: ReturnType<typeof openRegistry> | undefined;

  async function openRegistry() {
    const opened = await openRegistryFolder({ directory: join(folder, "registry") });
    const served = await serveRegistry(opened, { port: 0 });
    open.defer(() => served.close());
    return { fetch: opened.fetch, host: new URL(served.url).host };
  }

  async function pack(name: string, version: string, files: Readonly<Record<string, string>>): Promise<Uint8Array> {
    const source = await mkdtemp(join(folder, "source-"));
    const all = {
      "Chart.yaml": `apiVersion: v2\nname: ${name}\nversion: ${version}\nappVersion: "${version}"\n`,
      ...files,
    };
    for (const [path, text] of Object.entries(all)) {
      await mkdir(join(source, path, ".."), { recursive: true });
      await writeFile(join(source, path), text);
    }
    return await packageChart(await loadChartDirectory(source));
  }

  return {
    repositoryUrl: server.url,
    /** Packs files as a chart and publishes it. */
    async publish(name: string, version: string, files: Readonly<Record<string, string>>): Promise<Published> {
      const file = `${name}-${version}.tgz`;
      const archive = await pack(name, version, files);
      await writeFile(join(charts, file), archive);
      return { url: `${server.url}/${file}`, digest: `sha256:${sha256Sync(archive)}`, size: archive.byteLength };
    },
    /** Packs files as a chart and pushes it under a tag; gives the repository's address. */
    async push(name: string, version: string, files: Readonly<Record<string, string>>, tag = version): Promise<string> {
      registry ??= openRegistry();
      const { fetch, host } = await registry;
      const content = await pack(name, version, files);
      await pushArtifact(openRepository({ registry: host, repository: `charts/${name}` }, { fetch, plainHttp: true }), {
        tag,
        config: {
          content: new TextEncoder().encode(JSON.stringify({ name, version })),
          mediaType: "application/vnd.cncf.helm.config.v1+json",
        },
        layers: [{ content, mediaType: chartLayerType }],
      });
      return `oci://${host}/charts/${name}`;
    },
    /** Publishes bytes under a chart's file name, whatever they are. */
    publishBytes: (file: string, bytes: Uint8Array | string): Promise<void> => writeFile(join(charts, file), bytes),
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
}
