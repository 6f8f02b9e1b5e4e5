import assert from "node:assert/strict";
import type { ReleaseRecord } from "../../src/release/index.ts";
import { type CrashPoint, createCrashingFetch } from "./crashing-fetch.ts";
import { describeRevisions, openPlace, type Place, readState, type State } from "./place.ts";
import type { Scenario } from "./scenarios.ts";

/** A scenario that nobody disturbs. */
export interface Reference {
  /** How many writes the action makes. */
  readonly writes: number;
  /** What the action leaves. */
  readonly alone: State;
  /** What is left in the end: by the action, or by what it gives way to. */
  readonly end: State;
}

export async function runUndisturbed(scenario: Scenario): Promise<Reference> {
  await using place = await openPlace();
  await prepare(scenario, place);
  const counting = createCrashingFetch(place.api.fetch);
  await scenario.action({ context: place.contextOn(counting.fetch), place });
  const writes = counting.writes();
  const alone = await readState(place);
  if (scenario.likeAction === undefined) return { writes, alone, end: alone };
  await using another = await openPlace();
  await prepare(scenario, another);
  await scenario.likeAction({ context: another.contextOn(another.api.fetch), place: another });
  return { writes, alone, end: await readState(another) };
}

/** Kills the action at a point; `kill` may do so with a process of its own. */
export type Kill = (place: Place, scenario: Scenario, point: CrashPoint) => Promise<void>;

export const killInProcess: Kill = async (place, scenario, point) => {
  const crashing = createCrashingFetch(place.api.fetch, point);
  const process = new AbortController();
  const action = scenario.action({ context: place.contextOn(crashing.fetch, process.signal), place });
  const end = await Promise.race([action.then(() => "ended"), crashing.crashed]);
  assert.equal(end, undefined, "the action ended before it could be killed");
  // Ends the timers of what can no longer do anything.
  action.catch(() => {});
  process.abort();
};

/** Kills the action at a point, lets the next process go on, and compares what is left with the reference. */
export async function tryPoint(
  scenario: Scenario,
  point: CrashPoint,
  { reference, kill }: { readonly reference: Reference; readonly kill: Kill },
): Promise<void> {
  await using place = await openPlace();
  await prepare(scenario, place);
  const before = (await readState(place)).revisions;
  await kill(place, scenario, point);
  const crashed = (await readState(place)).revisions;
  await scenario.again({ context: place.contextOn(place.api.fetch), place });
  const after = await readState(place);
  const where = `${scenario.name}, dead ${point.side} write ${point.write}: ${describeRevisions(crashed)}`;
  assertConverged({ scenario, before, crashed, after, end: reference.end }, where);
}

export async function prepare(scenario: Scenario, place: Place): Promise<void> {
  await scenario.before?.({ context: place.contextOn(place.api.fetch), place });
}

/** What holds once the next process is done, whatever became of the one before: nothing is orphaned, under way or lost. */
export function assertConverged(
  history: {
    readonly scenario: Scenario;
    readonly before: readonly ReleaseRecord[];
    readonly crashed: readonly ReleaseRecord[];
    readonly after: State;
    readonly end: State;
  },
  told: string,
): void {
  const { scenario, before, crashed } = history;
  const { revisions: after, objects } = history.after;
  const { revisions: reference } = history.end;
  const where = `${told} → ${describeRevisions(after)}`;
  assert.deepEqual(objects, history.end.objects, `leaves other objects: ${where}`);
  const last = after.at(-1);
  assert.equal(last?.info.status, reference.at(-1)?.info.status, `ends in another state: ${where}`);
  const open = after.filter(({ info }) => /^pending|uninstalling/.test(info.status));
  assert.deepEqual(open, [], `something is still under way: ${where}`);
  const deployed = after.filter(({ info }) => info.status === "deployed").length;
  assert.ok(deployed <= 1, `more than one revision is deployed: ${where}`);
  const numbers = after.map(({ version }) => version);
  const from = numbers[0] ?? 0;
  if (scenario.prunes !== true)
    assert.deepEqual(
      numbers,
      numbers.map((_, index) => from + index),
      `revisions are missing in between: ${where}`,
    );
  const newest = (records: readonly ReleaseRecord[]): number => records.at(-1)?.version ?? 0;
  assert.ok(newest(after) - newest(crashed) <= scenario.adds, `more revisions than helm would write: ${where}`);
  if (reference.length === 0) return assert.deepEqual(numbers, [], `revisions are left: ${where}`);
  // What was pruned in the reference, and before a revision more, may be gone; everything else is as it was.
  const oldest = Math.max(reference[0]?.version ?? 0, newest(after) - reference.length + 1);
  for (const record of before.filter(({ version }) => version >= oldest)) {
    const kept = after.find(({ version }) => version === record.version);
    assert.equal(kept?.manifest, record.manifest, `revision ${record.version} is lost: ${where}`);
    assert.deepEqual(kept?.config, record.config, `revision ${record.version} is lost: ${where}`);
  }
}

/** Before and after each of so many writes. */
export function pointsOf(count: number): readonly CrashPoint[] {
  return Array.from({ length: count }, (_, at) => at + 1).flatMap((write) => [
    { write, side: "before" },
    { write, side: "after" },
  ]);
}
