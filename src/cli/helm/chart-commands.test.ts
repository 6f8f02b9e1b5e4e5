import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import type { CommandGroup, Io } from "../command.ts";
import { cox } from "../commands.ts";
import { runLine } from "../run.ts";
import { hasRegistry, playScenario, type Recorded, type RunHelm } from "./testing/chart-stage.ts";

// The time of a pushed chart is in its digest, in the zone of the user; the recordings were made in this one.
process.env.TZ = "UTC";

// What Helm 4.2.4 printed, recorded by tools/record-chart-commands.ts.
const scenarios: readonly { readonly name: string; readonly steps: readonly Recorded[] }[] = JSON.parse(
  readFileSync(fileURLToPath(new URL("./testdata/chart-commands/scenarios.output.json", import.meta.url)), "utf8"),
);
const helm = cox.commands.helm as CommandGroup;

const run: RunHelm = async (args, stage, stdin) => {
  const printed = { stdout: "", stderr: "" };
  const io: Io = {
    stdout: (text) => void (printed.stdout += text),
    stderr: (text) => void (printed.stderr += text),
    stdin: async () => stdin,
    env: stage.env,
    cwd: stage.cwd,
    isTerminal: false,
    signal: new AbortController().signal,
    now: () => new Date(Date.UTC(2026, 0, 2, 3, 4, 5, 678)),
  };
  return { exit: await runLine(helm, "helm", args, io), ...printed };
};

for (const { name, steps } of scenarios) {
  const needsRegistry = steps.some(({ line }) => line.includes("registry"));
  const skip = needsRegistry && !hasRegistry ? "docker-registry is not installed" : false;
  test(`the helm commands do what helm does: ${name}`, { skip }, async () => {
    const played = await playScenario({ name, steps }, run);
    for (const [index, step] of steps.entries()) assert.deepEqual(played[index], step);
  });
}
