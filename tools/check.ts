// `npm run check`: format, lint, types, room directions, generated files. Each step says ok or why not; all steps run.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { findLongFiles, findMissingReadmes } from "./check-house.ts";
import { findWrongArrows, readSources } from "./check-rooms.ts";

function program(command: string, ...parameters: string[]): () => string[] {
  return () => {
    const done = spawnSync(process.execPath, [`node_modules/${command}`, ...parameters], {
      encoding: "utf8",
      maxBuffer: 1 << 26,
    });
    return done.status === 0 ? [] : [`${done.stdout}${done.stderr}`.trim()];
  };
}

const steps: readonly { readonly name: string; readonly run: () => string[] }[] = [
  { name: "format", run: program("@biomejs/biome/bin/biome", "format", "--max-diagnostics=20", ".") },
  { name: "lint", run: program("oxlint/bin/oxlint", "--quiet") },
  { name: "types", run: program("typescript/bin/tsc", "--pretty", "false") },
  { name: "rooms", run: () => findWrongArrows(readSources()) },
  { name: "house", run: () => [...findLongFiles(readSources()), ...findMissingReadmes()] },
  {
    name: "generated files",
    run: existsSync("tools/generate.ts") ? program("../tools/generate.ts", "--check") : () => [],
  },
];

let failed = 0;
for (const { name, run } of steps) {
  const began = performance.now();
  const problems = run();
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  process.stdout.write(
    problems.length === 0 ? `ok ${name} (${seconds} s)\n` : `FAILED ${name}\n${problems.join("\n")}\n`,
  );
  if (problems.length > 0) failed += 1;
}
process.exitCode = failed > 0 ? 1 : 0;
