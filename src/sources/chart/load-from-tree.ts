import { mkdir, mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Chart, ChartLimits } from "../../chart/index.ts";
import { loadChartDirectory } from "../../chart/node/index.ts";
import { SourceError } from "../errors.ts";
import { type SourceTree, subtreeOf } from "../tree.ts";

/** Loads the chart in a folder of a tree as Helm loads it from a disk, `.helmignore` included. */
export async function loadFromTree(tree: SourceTree, path: string, limits: ChartLimits = {}): Promise<Chart> {
  const folder = subtreeOf(tree, path);
  if (folder === undefined) throw new SourceError("InvalidPath", `stat ${path}: no such file or directory`);
  const root = await mkdtemp(join(tmpdir(), "cox-chart-"));
  try {
    for (const file of folder.files) {
      const target = join(root, ...file.path.split("/"));
      await mkdir(dirname(target), { recursive: true });
      await writeFile(target, await file.read());
      await utimes(target, 0, 0); // an artifact has no times: the same files give the same chart
    }
    return await loadChartDirectory(root, { ...limits, root });
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}
