import { spawnSync } from "node:child_process";
import { join } from "node:path";

const root = join(import.meta.dirname, "../..");

/**
 * Renders the training chart and the example's with a chunk in a fresh process and keeps V8's code of all functions that this took, those of
 * the packages beside the chunk too, for the same Node to start from.
 */
export async function writeCodeCache(chunk: string, cache: string): Promise<void> {
  const charts = ["tools/build/training-chart", "examples/grade-api/charts/grade-api"].map((chart) =>
    join(root, chart),
  );
  const { status, stderr } = spawnSync(
    process.execPath,
    [join(import.meta.dirname, "train.cjs"), chunk, cache, ...charts],
    { encoding: "utf8", stdio: ["ignore", "ignore", "pipe"] },
  );
  if (status !== 0) throw new Error(`cannot train the build: ${stderr}`);
}
