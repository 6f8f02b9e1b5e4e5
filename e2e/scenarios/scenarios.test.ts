import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { startWorld } from "../world.ts";
import { openChartFolder } from "./chart-folder.ts";
import { playScenario, type Seen } from "./scenario.ts";
import { scenarios } from "./scenarios.ts";

// What Flux's own controllers showed in each scenario: tools/record-scenarios.ts made the recordings.
test("our controllers show what Flux's show", { timeout: 200_000, concurrency: true }, async (t) => {
  const world = await startWorld(t);
  await Promise.all(
    scenarios.map((scenario) =>
      t.test(scenario.name, async () => {
        const recorded = JSON.parse(
          readFileSync(new URL(`recordings/${scenario.name}.json`, import.meta.url), "utf8"),
        ) as readonly Seen[];
        await using charts = await openChartFolder();
        const namespace = `s-${scenario.name}`;
        const seen = await playScenario(scenario, { client: world.client, namespace, patience: 60_000, ...charts });
        assert.deepEqual(JSON.parse(JSON.stringify(seen)), recorded);
      }),
    ),
  );
});
