// Records what the real helm prints for the scenarios in src/cli/helm/testdata/chart-commands/scenarios.input.json: the commands that get,
// keep, sign and publish charts. Usage: node tools/record-chart-commands.ts HELM [NAME...]   (no cluster is needed; other names are kept)
import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import {
  playScenario,
  type Printed,
  type Recorded,
  type RunHelm,
  type Scenario,
} from "../src/cli/helm/testing/chart-stage.ts";

const [helm = "helm", ...names] = process.argv.slice(2);
const testdata = fileURLToPath(new URL("../src/cli/helm/testdata/chart-commands/", import.meta.url));
const scenarios: readonly Scenario[] = JSON.parse(readFileSync(`${testdata}scenarios.input.json`, "utf8"));
const before = new Map(readRecorded().map((recorded) => [recorded.name, recorded]));

const run: RunHelm = async (args, { cwd, env }, stdin): Promise<Printed> => {
  const child = spawn(helm, args, { cwd, env });
  child.stdin.end(stdin);
  child.stdin.on("error", () => undefined); // A command may end without reading.
  const ended = new Promise<number>((resolve) => child.once("close", (code) => resolve(code ?? -1)));
  const [stdout, stderr, exit] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { exit, stdout, stderr };
};

const recorded: { readonly name: string; readonly steps: readonly Recorded[] }[] = [];
for (const scenario of scenarios) {
  const known = before.get(scenario.name);
  if (known !== undefined && names.length > 0 && !names.includes(scenario.name)) recorded.push(known);
  else recorded.push({ name: scenario.name, steps: await playScenario(scenario, run) });
}
writeFileSync(`${testdata}scenarios.output.json`, `${JSON.stringify(recorded, null, 2)}\n`);

function readRecorded(): readonly { readonly name: string; readonly steps: readonly Recorded[] }[] {
  try {
    return JSON.parse(readFileSync(`${testdata}scenarios.output.json`, "utf8"));
  } catch {
    return [];
  }
}
