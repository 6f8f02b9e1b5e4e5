// `npm start`: the playground, from dist/, which is built anew when a source has changed.
import { createRequire } from "node:module";
import { isBuilt } from "./build/stamps.ts";

if (!isBuilt()) {
  try {
    const { build } = await import("./build/bundle.ts");
    await build();
  } catch (error) {
    // The sources run as they are, only later by some tenths of a second.
    process.stderr.write(`coxswain: ${error instanceof Error ? error.message : String(error)}\n`);
  }
}
process.argv.splice(1, 1, "cox", "up");
if (isBuilt()) createRequire(import.meta.url)("../dist/cox.cjs");
else await import("../src/cli/main.ts");
