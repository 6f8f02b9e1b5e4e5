import { after, describe, test } from "node:test";
import { startKilled } from "./controllers/killed-process.ts";
import { startInProcess } from "./controllers/process.ts";
import { everyFromEnvironment, runAlive, tryPoints } from "./controllers/points.ts";
import { controllerScenarios } from "./controllers/scenarios.ts";

// As controllers.test.ts, with `cox run` as a process that gets SIGKILL. Runs where openGround says: on the embedded cluster, or on that of
// COX_TEST_KUBECONFIG. One point in every third scenario; in every scenario on a real cluster; all points with COX_CRASH=all, every
// 19th with COX_CRASH=19.
const every = everyFromEnvironment();
const real = process.env.COX_TEST_KUBECONFIG !== undefined;
const wanted = controllerScenarios
  .filter(({ name }) => name.includes(process.env.COX_SCENARIOS ?? ""))
  .filter((_, index) => every !== undefined || real || index % 3 === 1);
let points = 0;

describe("controllers that are killed at a write, and those that follow", { concurrency: real ? 4 : 2 }, () => {
  after(() => process.stdout.write(`crash points of controllers with a real kill: ${points} tried\n`));

  for (const [index, scenario] of wanted.entries()) {
    test(`${scenario.name}: the next process converges`, async () => {
      const alive = await runAlive(scenario, startInProcess);
      // Another place in each scenario: near the beginning, in the middle, near the end.
      const middle = Math.floor((((index % 5) + 1) * alive.writes) / 6) * 2 + (index % 2);
      const sample = every === undefined ? { every: 10_000, from: 10_000 - middle } : { every, from: index * 5 };
      const died = await tryPoints(scenario, { alive, start: startKilled, sample: { ...sample, lanes: 1 } });
      points += died;
    });
  }
});
