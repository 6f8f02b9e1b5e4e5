import assert from "node:assert/strict";
import { KubeError } from "../../src/kube/index.ts";
import { isApiError } from "../../src/api/index.ts";
import { isPending, ReleaseError } from "../../src/release/index.ts";
import { assertConverged, prepare, type Reference } from "./crash-points.ts";
import { createFaultyFetch, type Faults } from "./faulty-fetch.ts";
import { describeRevisions, openPlace, readState } from "./place.ts";
import type { Scenario } from "./scenarios.ts";

/**
 * Runs an action on an API with faults. It ends as it does without them, or it fails with a clear error and says so in storage, and the next
 * action ends as it does without faults. Gives which of the two it was.
 */
export async function tryFaults(
  scenario: Scenario,
  plan: Faults,
  { reference }: { readonly reference: Reference },
): Promise<"right" | "failed"> {
  await using place = await openPlace();
  await prepare(scenario, place);
  const before = (await readState(place)).revisions;
  const faulty = createFaultyFetch(place.api.fetch, plan);
  const failure = await scenario.action({ context: place.contextOn(faulty.fetch), place }).then(
    () => undefined,
    (error: unknown) => ({ error }),
  );
  const ended = await readState(place);
  const told = `${scenario.name}: ${faulty.happened.join("; ")} → ${describeRevisions(ended.revisions)}`;
  if (failure === undefined && scenario.fails !== true) {
    assert.deepEqual(ended.objects, reference.alone.objects, `ends well, but leaves other objects: ${told}`);
    assert.equal(
      describeRevisions(ended.revisions),
      describeRevisions(reference.alone.revisions),
      `ends well: ${told}`,
    );
    return "right";
  }
  if (failure !== undefined) assertClear(failure.error, told);
  // Helm: a rollback whose hook fails stays pending; so does ours, for both read it as such.
  const open = ended.revisions.filter(({ info: { status } }) => isPending(status) && status !== "pending-rollback");
  assert.deepEqual(
    open.map(({ version }) => version),
    [],
    `leaves a revision under way: ${told}`,
  );
  await scenario.again({ context: place.contextOn(place.api.fetch), place });
  const next = await readState(place);
  // Helm looks no further back than the last revision, so what a failed one has left may stay.
  const after = { ...next, objects: next.objects.filter((object) => reference.end.objects.includes(object)) };
  assertConverged({ scenario, before, crashed: ended.revisions, after, end: reference.end }, told);
  return failure === undefined ? "right" : "failed";
}

/** An error that a person can do something with. */
function assertClear(error: unknown, told: string): void {
  const known = error instanceof ReleaseError || error instanceof KubeError || isApiError(error);
  assert.ok(known, `fails with an error of nobody: ${told}: ${String(error)}`);
  assert.match(error.message, /\w{3}/, told);
  assert.doesNotMatch(error.message, /undefined|\[object|NaN/, told);
}
