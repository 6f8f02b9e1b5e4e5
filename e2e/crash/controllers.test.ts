import { after, describe, test } from "node:test";
import { pointsOf } from "./crash-points.ts";
import { runAlive, tryControllers } from "./controllers/points.ts";
import { controllerScenarios } from "./controllers/scenarios.ts";

// All points are tried with COX_CRASH=all, else every nineteenth.
const every = process.env.COX_CRASH === "all" ? 1 : 19;
let points = 0;
let writes = 0;

describe("controllers that die at a write, and those that follow", { concurrency: 3 }, () => {
  after(() => {
    process.stdout.write(
      `crash points of controllers: ${points} tried, at ${writes} writes of ${controllerScenarios.length} scenarios\n`,
    );
    // The dead still hold connections and timers of this process, which nobody will ever give back.
    setTimeout(() => process.exit(), 1_000);
  });

  for (const [index, scenario] of controllerScenarios.entries()) {
    test(`${scenario.name}: the next process converges, wherever the first one died`, async () => {
      const alive = await runAlive(scenario);
      writes += alive.writes;
      for (const [number, point] of pointsOf(alive.writes).entries()) {
        if ((number + index) % every !== 0) continue;
        if (await tryControllers(scenario, point, alive)) points += 1;
      }
    });
  }
});
