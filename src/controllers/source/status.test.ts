import assert from "node:assert/strict";
import { test } from "node:test";
import type { Condition } from "../../api/index.ts";
import { hasRecovered, keepTransitionTimes, record, type SourceEvent, type SourceStatus } from "./status.ts";
import { summarize } from "./summarize.ts";

const rules = [
  "StorageOperationFailed",
  "FetchFailed",
  "ArtifactOutdated",
  "ArtifactInStorage",
  "SourceVerified",
  "Stalled",
  "Reconciling",
];
const moment = { now: new Date("2026-11-25T10:00:00Z"), generation: 2, rules };
const artifact = { digest: "sha256:a", path: "p", url: "u", revision: "r1", lastUpdateTime: "2026-11-25T09:00:00Z" };

const condition = (type: string, status: Condition["status"], reason = "R", message = "m"): Condition => ({
  type,
  status,
  reason,
  message,
  lastTransitionTime: "2026-11-25T09:00:00Z",
  observedGeneration: 1,
});

const after = (status: SourceStatus, ...events: readonly SourceEvent<SourceStatus>[]): SourceStatus =>
  events.reduce((current, event) => record(current, event, moment), status);

const shown = (status: SourceStatus): readonly string[] =>
  (status.conditions ?? []).map(({ type, status: is, reason, message }) => `${type} ${is} ${reason}: ${message}`);

const ready: SourceStatus = {
  observedGeneration: 2,
  artifact,
  conditions: [
    condition("Ready", "True", "Succeeded", "stored"),
    condition("ArtifactInStorage", "True", "Succeeded", "stored"),
  ],
};
const failure = { condition: "FetchFailed", reason: "Failed", message: "no", next: "retry" } as const;

const cases: readonly {
  name: string;
  given: SourceStatus;
  events: readonly SourceEvent<SourceStatus>[];
  want: readonly string[];
  observed?: number;
}[] = [
  {
    name: "tells of a new generation and leaves Ready as it is",
    given: { ...ready, observedGeneration: 1 },
    events: [{ event: "started" }],
    want: [
      "Reconciling True Progressing: processing object: new generation 1 -> 2",
      "Ready True Succeeded: stored",
      "ArtifactInStorage True Succeeded: stored",
    ],
    observed: 1,
  },
  {
    name: "makes Ready unknown while a new revision is stored",
    given: ready,
    events: [{ event: "started" }, { event: "building", reason: "NewRevision", message: "new upstream revision 'r2'" }],
    want: [
      "Reconciling True Progressing: building artifact: new upstream revision 'r2'",
      "Ready Unknown Progressing: building artifact: new upstream revision 'r2'",
      "ArtifactOutdated True NewRevision: new upstream revision 'r2'",
      "ArtifactInStorage True Succeeded: stored",
    ],
    observed: 2,
  },
  {
    name: "does not call a first artifact outdated",
    given: { observedGeneration: -1 },
    events: [{ event: "started" }, { event: "building", reason: "NewRevision", message: "x" }],
    want: ["Reconciling True Progressing: building artifact: x", "Ready Unknown Progressing: building artifact: x"],
    observed: -1,
  },
  {
    name: "ends ready",
    given: { observedGeneration: -1 },
    events: [
      { event: "started" },
      { event: "inStorage", reason: "Succeeded", message: "stored", fields: { artifact } },
      { event: "ended", how: "done", requestedAt: undefined },
    ],
    want: ["Ready True Succeeded: stored", "ArtifactInStorage True Succeeded: stored"],
    observed: 2,
  },
  {
    name: "keeps trying after a failure, and observes nothing",
    given: { observedGeneration: 1 },
    events: [
      { event: "started" },
      { event: "failed", failure },
      { event: "ended", how: "again", requestedAt: undefined },
    ],
    want: [
      "Reconciling True ProgressingWithRetry: processing object: new generation 1 -> 2",
      "Ready False Failed: no",
      "FetchFailed True Failed: no",
    ],
    observed: 1,
  },
  {
    name: "stalls, and observes the generation",
    given: { observedGeneration: 1 },
    events: [
      { event: "started" },
      { event: "failed", failure },
      { event: "ended", how: "stalled", requestedAt: undefined },
    ],
    want: ["Stalled True Failed: no", "Ready False Failed: no", "FetchFailed True Failed: no"],
    observed: 2,
  },
  {
    name: "stalls for what cannot be verified",
    given: { observedGeneration: 1 },
    events: [
      { event: "started" },
      { event: "failed", failure: { ...failure, condition: "SourceVerified", reason: "InvalidVerificationMode" } },
      { event: "ended", how: "stalled", requestedAt: undefined },
    ],
    want: [
      "Stalled True InvalidVerificationMode: no",
      "Ready False InvalidVerificationMode: no",
      "SourceVerified False InvalidVerificationMode: no",
    ],
    observed: 2,
  },
  {
    name: "replaces one failure by another",
    given: { conditions: [condition("BuildFailed", "True")] },
    events: [{ event: "failed", failure }],
    want: ["FetchFailed True Failed: no"],
  },
  {
    name: "forgets the artifact that has disappeared",
    given: ready,
    events: [{ event: "started" }, { event: "artifactMissing", disappeared: true }],
    want: [
      "Reconciling True Progressing: building artifact: disappeared from storage",
      "Ready Unknown Progressing: building artifact: disappeared from storage",
    ],
    observed: 2,
  },
];
for (const { name, given, events, want, observed } of cases)
  test(`record() ${name}`, () => {
    const status = after(given, ...events);
    assert.deepEqual(shown(status), want);
    assert.equal(status.observedGeneration, observed);
  });

test("record() copies the handled request", () => {
  assert.equal(after(ready, { event: "ended", how: "again", requestedAt: "now" }).lastHandledReconcileAt, "now");
});

test("keepTransitionTimes() gives an unchanged reconcile the status that it began with", () => {
  const stored = { event: "inStorage", reason: "Succeeded", message: "stored", fields: {} } as const;
  const old = after(ready, stored, { event: "ended", how: "done", requestedAt: undefined });
  const same = record(
    after(old, { event: "started" }, stored),
    { event: "ended", how: "done", requestedAt: undefined },
    { ...moment, now: new Date("2026-11-25T11:00:00Z") },
  );
  assert.deepEqual({ ...same, conditions: keepTransitionTimes(same.conditions ?? [], old.conditions ?? []) }, old);
});

test("hasRecovered() is true when a failure is gone", () => {
  const failed: SourceStatus = { conditions: [condition("FetchFailed", "True")] };
  assert.equal(hasRecovered(failed, ready), true);
  assert.equal(hasRecovered(ready, ready), false);
  assert.equal(hasRecovered(failed, { conditions: [condition("BuildFailed", "True")] }), false);
});

const summaries: readonly { name: string; given: readonly Condition[]; want: string | undefined }[] = [
  { name: "nothing of nothing", given: [], want: undefined },
  { name: "nothing of foreign conditions", given: [condition("Foreign", "True")], want: undefined },
  { name: "True of what is in storage", given: [condition("ArtifactInStorage", "True", "A")], want: "True A" },
  {
    name: "the weightiest failure",
    given: [
      condition("FetchFailed", "True", "F"),
      condition("StorageOperationFailed", "True", "S"),
      condition("ArtifactInStorage", "True"),
    ],
    want: "False S",
  },
  {
    name: "a failure before progress",
    given: [condition("Reconciling", "True", "P"), condition("FetchFailed", "True", "F")],
    want: "False F",
  },
  {
    name: "progress alone as not ready",
    given: [condition("Reconciling", "True", "P"), condition("ArtifactInStorage", "True")],
    want: "False P",
  },
  {
    name: "a failed verification before everything",
    given: [
      condition("FetchFailed", "True", "F"),
      condition("SourceVerified", "False", "V"),
      condition("ArtifactInStorage", "True"),
    ],
    want: "False V",
  },
  {
    name: "True of what is verified and stored",
    given: [condition("SourceVerified", "True", "V"), condition("ArtifactInStorage", "True", "A")],
    want: "True A",
  },
];
for (const { name, given, want } of summaries)
  test(`summarize() makes ${name}`, () => {
    const made = summarize(given, rules);
    assert.equal(made === undefined ? undefined : `${made.status} ${made.reason}`, want);
  });
