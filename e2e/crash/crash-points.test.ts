import { after, describe, test } from "node:test";
import { killInProcess, pointsOf, runUndisturbed, tryPoint } from "./crash-points.ts";
import { scenarios } from "./scenarios.ts";

// The suite runs where openTestApi says. All points are tried with COX_CRASH=all and on a real cluster, else every fifth.
const every = process.env.COX_CRASH === "all" || process.env.COX_TEST_KUBECONFIG !== undefined ? 1 : 5;
let points = 0;
let writes = 0;

describe("an action that dies at a write, and the next one", { concurrency: 4 }, () => {
  after(() =>
    process.stdout.write(`crash points: ${points} tried, at ${writes} writes of ${scenarios.length} actions\n`),
  );

  for (const [index, scenario] of scenarios.entries()) {
    test(`${scenario.name}: the next run converges, wherever it died`, async () => {
      const reference = await runUndisturbed(scenario);
      writes += reference.writes;
      for (const [number, point] of pointsOf(reference.writes).entries()) {
        if ((number + index) % every !== 0) continue;
        await tryPoint(scenario, point, { reference, kill: killInProcess });
        points += 1;
      }
    });
  }
});
