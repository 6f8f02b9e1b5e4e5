import { after, describe, test } from "node:test";
import { broken, first, second, withHooks, withoutWorkload } from "./charts.ts";
import { pointsOf, runUndisturbed, tryPoint } from "./crash-points.ts";
import { type Command, killing } from "./kill.ts";
import { name } from "./place.ts";
import { scenarios } from "./scenarios.ts";

// As crash-points.test.ts, with processes that are really killed: what dies in one process must die no
// otherwise than they do. Runs where openTestApi says.
const commands: Readonly<Record<string, Command>> = {
  install: { line: ["install", name, "CHART"], chart: first },
  "upgrade with hooks": { line: ["upgrade", name, "CHART"], chart: withHooks(second) },
  "upgrade that fails and is rolled back": {
    line: ["upgrade", name, "CHART", "--rollback-on-failure"],
    chart: withoutWorkload(broken),
  },
  rollback: { line: ["rollback", name, "1"] },
  uninstall: { line: ["uninstall", name] },
  test: { line: ["test", name] },
};
const everyPoint = process.env.COX_CRASH === "all";
const samples = 2;
let points = 0;

describe("a process that is killed at a write, and the next one", { concurrency: 2 }, () => {
  after(() => process.stdout.write(`crash points with a real kill: ${points} tried\n`));

  for (const [index, scenario] of scenarios.filter((one) => Object.hasOwn(commands, one.name)).entries()) {
    const command = commands[scenario.name];
    if (command === undefined) continue;
    test(`cox helm ${command.line[0]}: ${scenario.name}`, async () => {
      const reference = await runUndisturbed(scenario);
      const all = pointsOf(reference.writes);
      const step = everyPoint ? 1 : Math.ceil(all.length / samples);
      for (const [number, point] of all.entries()) {
        if ((number + index) % step !== 0) continue;
        await tryPoint(scenario, point, { reference, kill: killing(command) });
        points += 1;
      }
    });
  }
});
