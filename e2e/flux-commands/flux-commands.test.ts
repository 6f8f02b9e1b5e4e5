import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { test, type TestContext } from "node:test";
import { cox } from "../../src/cli/commands.ts";
import { runLine } from "../../src/cli/run.ts";
import { openChartFolder } from "../scenarios/chart-folder.ts";
import { openTestStage } from "../scenarios/open-stage.ts";
import { playScenario } from "../scenarios/scenario.ts";
import { playFlux, type RunFlux, type Told } from "./play.ts";
import { findFlux, fluxOn } from "./run-flux.ts";

// What the real flux answered where Flux's own controllers run: tools/record-flux-commands.ts made it.
const recorded = JSON.parse(readFileSync(new URL("recorded.json", import.meta.url), "utf8")) as readonly Told[];

const program = findFlux();
test(
  "the real flux answers of our controllers as it does of Flux's",
  { timeout: 180_000, skip: program === undefined ? "flux is not installed" : false },
  (t) => compare(t, (kubeconfig) => fluxOn(program ?? "", kubeconfig)),
);

/** Words of lines that cox does not have. */
const missing = ["debug", "trace", "tree", "stats"];
/** Flux waits in vain until its time is over; cox tells of the failure that it sees. */
const quicker = "reconcile hr broken";

test("cox answers as flux does", { timeout: 180_000 }, (t) =>
  compare(t, runCox, (line) => !missing.some((word) => line.startsWith(word))),
);

async function compare(
  t: TestContext,
  runner: (kubeconfig: string) => RunFlux,
  chosen: (line: string) => boolean = () => true,
): Promise<void> {
  const stage = await openTestStage(t);
  await using charts = await openChartFolder();
  // As long as the recorder's: YAML is folded where a line grows too long.
  const namespace = stage.namespaceOf("flux", 20);
  let told: readonly Told[] = [];
  await playScenario(
    {
      name: "flux-commands",
      play: async (actor) => {
        told = await playFlux(actor, runner(stage.kubeconfigFile), chosen);
      },
    },
    { ...stage, namespace, helm: stage.helmIn(namespace), patience: 60_000, ...charts },
  );
  const wanted = recorded.filter(({ line }) => chosen(line));
  for (const [index, answer] of told.entries())
    await t.test(`flux ${answer.line} (${index + 1})`, () => {
      const isQuicker = runner === runCox && answer.line.startsWith(quicker);
      if (isQuicker) assert.equal(answer.code, wanted[index]?.code);
      else assert.deepEqual(answer, wanted[index]);
    });
  assert.equal(told.length, wanted.length);
}

function runCox(kubeconfig: string): RunFlux {
  return async (line) => {
    const said = { stdout: "", stderr: "" };
    const code = await runLine(cox, "cox", [...line, "--kubeconfig", kubeconfig], {
      stdout: (text) => void (said.stdout += text),
      stderr: (text) => void (said.stderr += text),
      stdin: () => Promise.resolve(""),
      env: {},
      cwd: tmpdir(),
      isTerminal: false,
      signal: new AbortController().signal,
      now: () => new Date(),
    });
    return { code, ...said };
  };
}
