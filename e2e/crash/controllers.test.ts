import { after, describe, test } from "node:test";
import { everyFromEnvironment, runAlive, tryPoints } from "./controllers/points.ts";
import { startInProcess } from "./controllers/process.ts";
import { controllerScenarios } from "./controllers/scenarios.ts";

// All points are tried with COX_CRASH=all, every 19th with COX_CRASH=19, else every 37th. COX_SCENARIOS narrows them down to scenarios whose name has it.
const every = everyFromEnvironment() ?? 37;
const wanted = controllerScenarios.filter(({ name }) => name.includes(process.env.COX_SCENARIOS ?? ""));
let points = 0;
let writes = 0;

describe("controllers that die at a write, and those that follow", { concurrency: 10 }, () => {
  after(() => {
    process.stdout.write(
      `crash points of controllers: ${points} tried, at ${writes} writes of ${wanted.length} scenarios\n`,
    );
    // The dead still hold connections and timers of this process, which nobody will ever give back.
    setTimeout(() => process.exit(), 1_000);
  });

  for (const [index, scenario] of wanted.entries()) {
    test(`${scenario.name}: the next process converges, wherever the first one died`, async () => {
      const alive = await runAlive(scenario, startInProcess);
      writes += alive.writes;
      const sample = { every, from: index * 5, lanes: every < 5 ? 4 : 1 };
      const died = await tryPoints(scenario, { alive, start: startInProcess, sample });
      points += died;
    });
  }
});
