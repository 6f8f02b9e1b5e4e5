import { messageOf } from "../../base/errors.ts";
import { type NewTarEntry, readTarGz, writeTarGz } from "../../base/node/tar.ts";
import { type ChartMetadata, loadChartArchive } from "../../chart/index.ts";
import type { SourceTree } from "../tree.ts";

const metadataFiles = ["Chart.yaml", "requirements.yaml"];

/** Reads the metadata of a packed chart, and nothing else of it. */
export async function readArchiveMetadata(bytes: Uint8Array): Promise<ChartMetadata> {
  const entries: NewTarEntry[] = [];
  for (const { path, type, content } of readTarGz(bytes, { links: "skip" })) {
    const [, name, ...deeper] = path.split("/");
    if (type === "file" && deeper.length === 0 && metadataFiles.includes(name ?? ""))
      entries.push({ path: `chart/${name}`, content });
  }
  if (entries.length === 0) throw new Error("no 'Chart.yaml' found");
  return readMetadata(entries);
}

/** Reads the metadata of a chart's folder; undefined when it has no Chart.yaml. */
export async function readFolderMetadata(folder: SourceTree): Promise<ChartMetadata | undefined> {
  const entries: NewTarEntry[] = [];
  for (const file of folder.files)
    if (metadataFiles.includes(file.path)) entries.push({ path: `chart/${file.path}`, content: await file.read() });
  if (!entries.some(({ path }) => path.endsWith("/Chart.yaml"))) return undefined;
  return readMetadata(entries);
}

async function readMetadata(entries: readonly NewTarEntry[]): Promise<ChartMetadata> {
  try {
    return (await loadChartArchive(writeTarGz(entries))).metadata;
  } catch (cause) {
    // Flux reads these two files itself and quotes their names; the rest of the sentence is Helm's.
    throw new Error(messageOf(cause).replace(/^cannot load (Chart|requirements)\.yaml: /, "cannot load '$1.yaml': "), {
      cause,
    });
  }
}
