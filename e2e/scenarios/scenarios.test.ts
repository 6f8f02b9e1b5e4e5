import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test, type TestContext } from "node:test";
import { openChartFolder } from "./chart-folder.ts";
import { differences } from "./differences.ts";
import type { Seen } from "./look.ts";
import { openTestStage } from "./open-stage.ts";
import { playScenario, type Scenario } from "./scenario.ts";
import { scenarios } from "./scenarios.ts";

// What Flux's own controllers showed in each scenario: tools/record-scenarios.ts made the recordings. COX_SCENARIOS names the only ones to play.
const chosen = process.env.COX_SCENARIOS?.split(" ");
const played = scenarios.filter(({ name }) => chosen === undefined || chosen.includes(name));
// A real cluster has room for one set of controllers at a time.
describe("our controllers show what Flux's show", {
  concurrency: process.env.COX_TEST_KUBECONFIG === undefined,
}, () => {
  for (const [flags, group] of Map.groupBy(played, (scenario) => (scenario.flags ?? []).join(" ")))
    test(`with ${flags === "" ? "their defaults" : flags}`, { timeout: 220_000, concurrency: true }, (t) =>
      playAll(t, flags.split(" "), group),
    );
});

async function playAll(t: TestContext, flags: readonly string[], group: readonly Scenario[]): Promise<void> {
  const stage = await openTestStage(t, { flags });
  await Promise.all(
    group.map((scenario) =>
      t.test(scenario.name, async () => {
        await using charts = await openChartFolder();
        const namespace = stage.namespaceOf(scenario.name);
        const helm = stage.helmIn(namespace);
        const wanted = recordingOf(scenario);
        const seen = await playScenario(scenario, { ...stage, namespace, helm, patience: 90_000, wanted, ...charts });
        assert.deepEqual(seen, wanted);
      }),
    ),
  );
}

function recordingOf({ name }: Scenario): readonly Seen[] {
  const text = readFileSync(new URL(`recordings/${name}.json`, import.meta.url), "utf8");
  const recorded = JSON.parse(text) as readonly Seen[];
  return differences[name]?.(recorded) ?? recorded;
}
