import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import type { HelmRelease } from "../../src/api/index.ts";
import { untilAborted } from "../../src/cli/wait.ts";
import type { Fetch } from "../../src/kube/index.ts";
import { type Ground, openGround } from "./controllers/ground.ts";
import { everyFromEnvironment } from "./controllers/points.ts";
import { type Process, startInProcess } from "./controllers/process.ts";
import { readRemains, type Remains } from "./controllers/remains.ts";
import { conditionOf, type ControllerScenario, nameOf, play, prepare } from "./controllers/scenario.ts";
import { controllerScenarios } from "./controllers/scenarios.ts";

// Controllers that are told to end while a request of theirs is on its way, whichever that is: what they break off is no failure of the release.
// All requests are tried with COX_CRASH=all, every 19th with COX_CRASH=19, else every 17th.
const every = everyFromEnvironment() ?? 17;
/** Scenarios in which nothing ever fails. */
const stopped: readonly string[] = [
  "install",
  "upgrade",
  "uninstall",
  "test",
  "drift with mode enabled",
  "drift with mode warn",
  "locked by a dead process",
  "changed by helm behind our back",
  "the chart is renamed",
  "the target namespace is changed",
];
let points = 0;

/** Lets nothing through from the nth request on, until it is given up; `reached` resolves when it comes. */
function holdingFetch(fetch: Fetch, nth: number) {
  const reached = Promise.withResolvers<void>();
  const open = Promise.withResolvers<void>();
  let requests = 0;
  return {
    reached: reached.promise,
    letThrough: open.resolve,
    requests: () => requests,
    fetch: async (request: Request) => {
      if (new URL(request.url).searchParams.has("watch")) return await fetch(request);
      requests += 1;
      if (requests === nth) reached.resolve();
      if (requests >= nth) await Promise.race([open.promise, untilAborted(request.signal)]);
      return await fetch(request);
    },
  };
}

async function whyFailed(ground: Ground): Promise<string> {
  const ready = conditionOf(await ground.client.tryGet<HelmRelease>(nameOf(ground)), "Ready");
  // Not every False is a failure: a source that is not ready yet, a release that is unlocked, or gone to come elsewhere.
  return ready?.status === "False" && /(Failed|Error)$/.test(ready.reason) ? `${ready.reason}: ${ready.message}` : "";
}

async function run(scenario: ControllerScenario, nth: number): Promise<{ requests: number; remains: Remains }> {
  await using ground = await openGround();
  await prepare(scenario, ground);
  const holding = holdingFetch(ground.fetch, nth);
  const first = await startInProcess({ ...ground, fetch: holding.fetch });
  let failure = "";
  let next: Promise<Process> | undefined;
  void holding.reached.then(() => {
    next = (async () => {
      const stopping = first.stop();
      holding.letThrough();
      await stopping;
      failure = await whyFailed(ground);
      points += 1;
      return await startInProcess(ground);
    })();
    next.catch(() => {});
  });
  try {
    await play(scenario, ground, `${scenario.name}, told to end at request ${nth}`);
  } finally {
    await ((await next) ?? first).stop();
  }
  assert.equal(failure, "", `tells of a failure: ${scenario.name}, told to end at request ${nth}`);
  return { requests: holding.requests(), remains: await readRemains(ground) };
}

describe("controllers that are told to end at a request, and those that follow", { concurrency: 3 }, () => {
  after(() => process.stdout.write(`requests at which controllers were told to end: ${points}\n`));

  for (const [index, scenario] of controllerScenarios.filter(({ name }) => stopped.includes(name)).entries())
    test(`${scenario.name}: nothing that was broken off counts as a failure`, async () => {
      const { requests, remains } = await run(scenario, Infinity);
      for (let nth = 1 + ((index * 3) % every); nth <= requests; nth += every)
        assert.deepEqual((await run(scenario, nth)).remains, remains, `leaves something else: request ${nth}`);
    });
});
