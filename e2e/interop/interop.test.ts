import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { look, type Seen } from "./look.ts";
import { openInteropStage, type Place, type Stage, whyNot } from "./stage.ts";
import {
  everySequence,
  referenceOf,
  type Sequence,
  type Step,
  stories,
  type Story,
  turns,
  wordsOf,
} from "./stories.ts";

// One way to share each story's steps; three on a real control plane, and every way to share the first steps where that matters.
// COX_INTEROP=all takes every way of every story.
const all = process.env.COX_INTEROP === "all";
const real = process.env.COX_TEST_KUBECONFIG !== undefined;

function sequencesOf({ steps, entangled = false }: Story, turn: number): readonly Sequence[] {
  if (all || (real && entangled)) return everySequence(steps.length);
  const ways = turns(steps.length);
  return real ? ways : ways.slice(turn % ways.length).slice(0, 1);
}

describe("cox, helm 3 and helm 4 on one cluster", { skip: whyNot(), concurrency: 2 }, () => {
  let stage: Stage;
  before(async () => {
    stage = await openInteropStage();
  });
  after(() => stage[Symbol.asyncDispose]());

  for (const [turn, story] of stories.entries()) {
    describe(story.name, { concurrency: 4 }, () => {
      const references = new Map<string, Promise<readonly Seen[]>>();
      const referenceFor = (sequence: Sequence): Promise<readonly Seen[]> => {
        const reference = referenceOf(sequence);
        const key = reference.join(" ");
        const known = references.get(key) ?? live(stage, story, reference);
        references.set(key, known);
        return known;
      };
      for (const sequence of sequencesOf(story, turn)) {
        test(sequence.join(", "), async () => {
          const [ours, theirs] = await Promise.all([live(stage, story, sequence), referenceFor(sequence)]);
          for (const [index, { line, fails = false }] of story.steps.entries()) {
            const where = `after step ${index + 1} (${line}) of ${sequence.join(", ")}`;
            // helm 3 cannot take an object back that an earlier revision left behind; its own faults are no concern of ours.
            if (sequence[index] !== "helm3" && fails !== "sometimes")
              assert.equal(theirs[index]?.printed.exit, fails ? 1 : 0, `${theirs[index]?.printed.stderr} ${where}`);
            assert.deepEqual(ours[index]?.printed, theirs[index]?.printed, `prints otherwise ${where}`);
            assert.deepEqual(ours[index]?.records, theirs[index]?.records, `stores otherwise ${where}`);
            assert.deepEqual(ours[index]?.objects, theirs[index]?.objects, `leaves other objects ${where}`);
          }
        });
      }
    });
  }
});

/** Lives one life of a release and looks after each step. */
async function live(stage: Stage, { steps, driver }: Story, sequence: Sequence): Promise<readonly Seen[]> {
  await using place = await stage.openPlace(driver === undefined ? {} : { HELM_DRIVER: driver });
  const seen: Seen[] = [];
  for (const [index, step] of steps.entries()) {
    if (step.meddle !== undefined) await meddle(place, step.meddle);
    const program = sequence[index] ?? "cox";
    seen.push(await look(place, await place.run(program, wordsOf(step, program))));
    if (index === 1 && sequence.includes("cox")) await readAlike(place, step);
  }
  return seen;
}

/** Whoever wrote it, cox and helm 4 show the same of it. */
async function readAlike(place: Place, { line }: Step): Promise<void> {
  const name = line.split(" ")[1] ?? "";
  for (const reading of [`get all ${name}`, `history ${name} -o json`, "list --uninstalled --deployed --failed"]) {
    const [ours, theirs] = await Promise.all(
      (["cox", "helm4"] as const).map((program) => place.run(program, reading.split(" "))),
    );
    assert.deepEqual(ours, theirs, `cox and helm 4 show otherwise: ${reading}`);
  }
}

async function meddle(
  { client, namespace }: Place,
  { name, patch }: { readonly name: string; readonly patch: unknown },
): Promise<void> {
  const reference = { apiVersion: "apps/v1", kind: "Deployment", namespace, name };
  await client.patch(reference, patch, { type: "merge", fieldManager: "somebody" });
}
