import assert from "node:assert/strict";
import { pointsOf } from "../crash-points.ts";
import type { CrashPoint } from "../crashing-fetch.ts";
import { openGround } from "./ground.ts";
import type { Process, StartProcess } from "./process.ts";
import { readRemains, readRevisions, type Remains } from "./remains.ts";
import { type ControllerScenario, play, prepare } from "./scenario.ts";

/** A scenario whose controllers live: how often they write, and what is left. */
export interface Undisturbed {
  readonly writes: number;
  readonly remains: Remains;
}

export async function runAlive(scenario: ControllerScenario, start: StartProcess): Promise<Undisturbed> {
  await using ground = await openGround();
  await prepare(scenario, ground);
  const process = await start(ground);
  try {
    await play(scenario, ground, scenario.name);
  } finally {
    await process.stop();
  }
  return { writes: process.writes(), remains: await readRemains(ground) };
}

interface Trial {
  readonly alive: Undisturbed;
  readonly start: StartProcess;
}

/** Every so-many-th point of a scenario, some at the same time. */
export interface Sample {
  readonly every: number;
  readonly from: number;
  readonly lanes: number;
}

/** What COX_CRASH asks for: `all` points, or every so-many-th. */
export function everyFromEnvironment(): number | undefined {
  const { COX_CRASH: wanted = "" } = process.env;
  if (wanted === "all") return 1;
  return Number(wanted) > 0 ? Number(wanted) : undefined;
}

/** Tries a sample of a scenario's points; returns at how many of them the controllers died. */
export async function tryPoints(
  scenario: ControllerScenario,
  trial: Trial & { readonly sample: Sample },
): Promise<number> {
  const { every, from, lanes } = trial.sample;
  const points = pointsOf(trial.alive.writes).filter((_, number) => (number + from) % every === 0);
  const rest = points.values();
  let died = 0;
  const lane = async (): Promise<void> => {
    for (const point of rest) if (await tryControllers(scenario, point, trial)) died += 1;
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return died;
}

/** Kills the controllers at a point, starts them anew, and compares what is left in the end. False when they made fewer writes than that. */
async function tryControllers(
  scenario: ControllerScenario,
  point: CrashPoint,
  { alive: { remains }, start }: Trial,
): Promise<boolean> {
  await using ground = await openGround();
  await prepare(scenario, ground);
  let died = false;
  let next: Promise<Process> | undefined;
  const first = await start(ground, point);
  void first.crashed.then(() => {
    died = true;
    next = start(ground);
    next.catch(() => {});
  });
  const where = `${scenario.name}, dead ${point.side} write ${point.write}`;
  try {
    await play(scenario, ground, where);
  } finally {
    await first.stop();
    await (await next)?.stop();
  }
  const left = await readRemains(ground);
  const otherwise = (scenario.orElse ?? []).some(({ ready, last }) => left.ready === ready && left.last === last);
  if (!died || !otherwise) assert.deepEqual(left, remains, `leaves something else: ${where}`);
  const statuses = (await readRevisions(ground)).map(({ info }) => info.status);
  assert.ok(!statuses.some((status) => /^pending|^uninstalling/.test(status)), `is under way: ${where}: ${statuses}`);
  assert.ok(statuses.filter((status) => status === "deployed").length <= 1, `is deployed twice: ${where}: ${statuses}`);
  return died;
}
