import assert from "node:assert/strict";
import { test } from "node:test";
import { isInterrupted, leftHooks, leftRevisions } from "./interrupted.ts";
import type { RecordedHook, ReleaseRecord, ReleaseStatus } from "./record.ts";

const revision = (
  version: number,
  status: ReleaseStatus,
  description = "",
  hooks: readonly RecordedHook[] = [],
): ReleaseRecord => ({
  name: "web",
  namespace: "default",
  version,
  info: { status, description },
  chart: {} as ReleaseRecord["chart"],
  manifest: "",
  hooks,
  labels: {},
});
const unlocked = "Release unlocked from stale 'pending-upgrade' state";

const interrupted = [
  { name: "a pending revision", record: revision(1, "pending-install"), want: true },
  { name: "an unlocked revision", record: revision(1, "failed", unlocked), want: true },
  { name: "a revision that failed", record: revision(1, "failed", 'Upgrade "web" failed: no'), want: false },
  { name: "an unlocked revision that a good one followed", record: revision(1, "superseded", unlocked), want: false },
  { name: "a deployed revision", record: revision(1, "deployed"), want: false },
];
for (const { name, record, want } of interrupted) {
  test(`isInterrupted() is ${want} for ${name}`, () => assert.equal(isInterrupted(record), want));
}

const deployed = revision(2, "deployed");
const left: readonly {
  readonly name: string;
  readonly history: readonly ReleaseRecord[];
  readonly current: number;
  readonly want: readonly number[];
}[] = [
  { name: "nothing where nobody died", history: [revision(1, "superseded"), deployed], current: 2, want: [] },
  {
    name: "nothing of a revision that failed by itself: helm leaves it, too",
    history: [deployed, revision(3, "failed", "no")],
    current: 2,
    want: [],
  },
  { name: "an upgrade that died", history: [deployed, revision(3, "failed", unlocked)], current: 2, want: [3] },
  {
    name: "the deployed revision, too, where a rollback goes on from one that died; it comes last, for it is compared with",
    history: [revision(1, "superseded"), deployed, revision(3, "pending-rollback")],
    current: 3,
    want: [2],
  },
  {
    name: "each that died since the deployed one",
    history: [
      revision(1, "failed", unlocked),
      deployed,
      revision(3, "failed", unlocked),
      revision(4, "failed", unlocked),
    ],
    current: 4,
    want: [3, 2],
  },
  { name: "a first install that died", history: [revision(1, "failed", unlocked)], current: 1, want: [] },
];
for (const { name, history, current, want } of left) {
  test(`leftRevisions() finds ${name}`, () => {
    const at = history.find(({ version }) => version === current)!;
    const found = leftRevisions(
      history,
      at,
      history.find(({ info }) => info.status === "deployed"),
    );
    assert.deepEqual(
      found.map(({ version }) => version),
      want,
    );
  });
}

const hook = (phase: RecordedHook["last_run"]["phase"], policy: string): RecordedHook => ({
  name: "h",
  kind: "Job",
  events: ["pre-upgrade"],
  delete_policies: [policy],
  output_log_policies: [],
  last_run: { phase, ...(phase === "" ? {} : { started_at: "2026-11-25T10:00:00Z" }) },
});
const hooks = [
  { name: "one that was running", hook: hook("Running", "before-hook-creation"), description: "", want: true },
  { name: "one that was to be deleted", hook: hook("Succeeded", "hook-succeeded"), description: unlocked, want: true },
  {
    name: "one that failed and was to be deleted",
    hook: hook("Failed", "hook-failed"),
    description: unlocked,
    want: true,
  },
  { name: "none that stays", hook: hook("Succeeded", "before-hook-creation"), description: unlocked, want: false },
  { name: "none that has not run", hook: hook("", "hook-succeeded"), description: unlocked, want: false },
  { name: "none of an action that ended", hook: hook("Succeeded", "hook-succeeded"), description: "no", want: false },
];
for (const { name, hook: one, description, want } of hooks) {
  test(`leftHooks() finds ${name}`, () => {
    assert.deepEqual([...leftHooks([revision(1, "failed", description, [one])])], want ? ["Job/h"] : []);
  });
}
