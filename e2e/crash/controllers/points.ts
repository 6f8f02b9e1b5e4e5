import assert from "node:assert/strict";
import { type CrashPoint, createCrashingFetch } from "../crashing-fetch.ts";
import { openGround, type Process, readRemains, readRevisions, type Remains } from "./ground.ts";
import { type ControllerScenario, play, prepare } from "./scenarios.ts";

/** A scenario whose controllers live: how often they write, and what is left. */
export interface Undisturbed {
  readonly writes: number;
  readonly remains: Remains;
}

export async function runAlive(scenario: ControllerScenario): Promise<Undisturbed> {
  await using ground = await openGround();
  await prepare(scenario, ground);
  const counting = createCrashingFetch(ground.fetch);
  const process = await ground.start(counting.fetch);
  try {
    await play(scenario, ground, scenario.name);
  } finally {
    await process.stop();
  }
  return { writes: counting.writes(), remains: await readRemains(ground.client) };
}

/** Kills the controllers at a point, starts them anew, and compares what is left in the end. False when they made fewer writes than that. */
export async function tryControllers(
  scenario: ControllerScenario,
  point: CrashPoint,
  { remains }: Undisturbed,
): Promise<boolean> {
  await using ground = await openGround();
  await prepare(scenario, ground);
  const crashing = createCrashingFetch(ground.fetch, point);
  let died = false;
  let next: Promise<Process> | undefined;
  const first = await ground.start(crashing.fetch);
  void crashing.crashed.then(() => {
    died = true;
    first.abandon();
    next = ground.start(ground.fetch);
  });
  const where = `${scenario.name}, dead ${point.side} write ${point.write}`;
  try {
    await play(scenario, ground, where);
  } finally {
    if (died) await (await next)?.stop();
    else await first.stop();
  }
  const left = await readRemains(ground.client);
  const { orElse } = scenario;
  if (!died || orElse === undefined || left.ready !== orElse.ready || left.last !== orElse.last)
    assert.deepEqual(left, remains, `leaves something else: ${where}`);
  const revisions = await readRevisions(ground.client);
  const statuses = revisions.map(({ info }) => info.status);
  assert.ok(!statuses.some((status) => /^pending|^uninstalling/.test(status)), `is under way: ${where}: ${statuses}`);
  assert.ok(statuses.filter((status) => status === "deployed").length <= 1, `is deployed twice: ${where}: ${statuses}`);
  return died;
}
