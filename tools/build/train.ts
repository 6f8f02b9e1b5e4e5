import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "../..");

/**
 * Runs the program once on the charts that Node's compile cache should know how to render: Node keeps the code of the functions that the
 * first run compiled, and never adds to it.
 */
export function train(): void {
  rmSync(join(root, "dist/compile-cache"), { recursive: true, force: true });
  const { status, stderr } = spawnSync(
    process.execPath,
    [join(root, "dist/cox.cjs"), "helm", "template", "training", join(root, "examples/grade-api/charts/grade-api")],
    { env: { ...process.env, NODE_COMPILE_CACHE: join(root, "dist/compile-cache") }, encoding: "utf8" },
  );
  if (status !== 0) throw new Error(`cannot train the build: ${stderr}`);
}
