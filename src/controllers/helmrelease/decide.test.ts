import assert from "node:assert/strict";
import { test } from "node:test";
import type { HelmRelease } from "../../api/index.ts";
import {
  type ActionType,
  choose,
  classify,
  decide,
  decideAfterRemediation,
  hasTargetChanged,
  mustResetFailures,
  type Observation,
  type State,
  type StoredRelease,
} from "./decide.ts";
import type { Snapshot } from "./history.ts";

const desired = {
  chartName: "podinfo",
  chartVersion: "6.5.0",
  configDigest: "sha256:values",
  comparableConfigDigest: "sha256:values",
  postRenderersDigest: "",
  commonMetadataDigest: "",
};

function stored(change: Partial<StoredRelease> = {}): StoredRelease {
  return {
    version: 1,
    status: "deployed",
    chartName: "podinfo",
    chartVersion: "6.5.0",
    configDigest: "sha256:values",
    snapshotDigest: "sha256:one",
    ...change,
  };
}

function snapshot(change: Partial<Snapshot> = {}): Snapshot {
  return {
    apiVersion: "v2",
    digest: "sha256:one",
    name: "podinfo",
    namespace: "apps",
    version: 1,
    status: "deployed",
    chartName: "podinfo",
    chartVersion: "6.5.0",
    configDigest: "sha256:values",
    firstDeployed: "2026-11-25T04:00:00Z",
    lastDeployed: "2026-11-25T04:00:00Z",
    ...change,
  };
}

type Spec = HelmRelease["spec"];
type Status = NonNullable<HelmRelease["status"]>;

function release(spec: Partial<Spec> = {}, status: Partial<Status> = {}): HelmRelease {
  return {
    apiVersion: "helm.toolkit.fluxcd.io/v2",
    kind: "HelmRelease",
    metadata: { name: "podinfo", namespace: "apps", generation: 2 },
    spec: { interval: "5m", ...spec },
    status: { observedGeneration: 2, history: [snapshot()], ...status },
  };
}

function seen(change: Partial<Observation> = {}): Observation {
  return { stored: [stored()], desired, force: false, ...change };
}

const withTest = { test: { enable: true } } as const;
const tests = (phase: string) => ({ smoke: { phase } });

// The rows of the state table, in its order.
const states: readonly {
  readonly name: string;
  readonly release?: HelmRelease;
  readonly seen: Observation;
  readonly want: State["state"];
  readonly because?: string;
}[] = [
  {
    name: "finds nothing in storage",
    seen: seen({ stored: [] }),
    want: "Absent",
    because: "no release in storage for object",
  },
  {
    name: "finds an install that did not end",
    seen: seen({ stored: [stored({ status: "pending-install" })] }),
    want: "Locked",
    because: "release with status 'pending-install'",
  },
  {
    name: "finds an upgrade that did not end",
    seen: seen({ stored: [stored({ status: "pending-upgrade" })] }),
    want: "Locked",
  },
  {
    name: "finds a rollback that did not end",
    seen: seen({ stored: [stored({ status: "pending-rollback" })] }),
    want: "Locked",
  },
  {
    name: "finds an uninstalled release that it does not know",
    release: release({}, { history: [] }),
    seen: seen({ stored: [stored({ status: "uninstalled" })] }),
    want: "Absent",
    because: "found uninstalled release in storage",
  },
  {
    name: "finds a release that it does not know",
    release: release({}, { history: [] }),
    seen: seen(),
    want: "Unmanaged",
    because: "found existing release in storage",
  },
  {
    name: "finds a newer revision by somebody else",
    seen: seen({ stored: [stored({ version: 2 }), stored()] }),
    want: "Unmanaged",
    because: "release not observed to be made for object",
  },
  {
    name: "finds a revision that was changed",
    seen: seen({ stored: [stored({ snapshotDigest: "sha256:other" })] }),
    want: "Unmanaged",
    because: "release digest verification error",
  },
  {
    name: "does not verify snapshots of an older kind",
    release: release({}, { history: [snapshot({ apiVersion: "v1", digest: "sha256:old" })] }),
    seen: seen(),
    want: "InSync",
  },
  { name: "finds a failed release", seen: seen({ stored: [stored({ status: "failed" })] }), want: "Failed" },
  {
    name: "finds its own release uninstalled",
    seen: seen({ stored: [stored({ status: "uninstalled" })] }),
    want: "Absent",
  },
  {
    name: "finds another chart version",
    seen: seen({ stored: [stored({ chartVersion: "6.4.0" })] }),
    want: "OutOfSync",
    because: "release chart changed",
  },
  {
    name: "finds another chart",
    seen: seen({ stored: [stored({ chartName: "nginx" })] }),
    want: "OutOfSync",
    because: "release chart changed",
  },
  {
    name: "finds other values",
    seen: seen({ stored: [stored({ configDigest: "sha256:old" })] }),
    want: "OutOfSync",
    because: "release config values changed",
  },
  {
    name: "finds other post renderers in a new generation",
    release: release({}, { observedGeneration: 1 }),
    seen: seen({ desired: { ...desired, postRenderersDigest: "sha256:new" } }),
    want: "OutOfSync",
    because: "postrenderers digest has changed",
  },
  {
    name: "finds other common metadata in a new generation",
    release: release({}, { observedGeneration: 1 }),
    seen: seen({ desired: { ...desired, commonMetadataDigest: "sha256:new" } }),
    want: "OutOfSync",
    because: "common metadata digest has changed",
  },
  {
    name: "does not look at post renderers in an observed generation",
    seen: seen({ desired: { ...desired, postRenderersDigest: "sha256:new" } }),
    want: "InSync",
  },
  { name: "finds a release whose tests did not run", release: release(withTest), seen: seen(), want: "Untested" },
  {
    name: "finds a release whose tests run",
    release: release(withTest, { history: [snapshot({ testHooks: tests("Running") })] }),
    seen: seen(),
    want: "Untested",
  },
  {
    name: "finds a release without tests",
    release: release(withTest, { history: [snapshot({ testHooks: {} })] }),
    seen: seen(),
    want: "InSync",
  },
  {
    name: "finds a failed test",
    release: release(withTest, {
      lastAttemptedReleaseAction: "upgrade",
      history: [snapshot({ testHooks: tests("Failed") })],
    }),
    seen: seen(),
    want: "Failed",
    because: "release has test in failed phase",
  },
  {
    name: "ignores a failed test where it is told to",
    release: release(
      { test: { enable: true, ignoreFailures: true } },
      { lastAttemptedReleaseAction: "upgrade", history: [snapshot({ testHooks: tests("Failed") })] },
    ),
    seen: seen(),
    want: "InSync",
  },
  {
    name: "ignores a failed test before the first attempt",
    release: release(withTest, { history: [snapshot({ testHooks: tests("Failed") })] }),
    seen: seen(),
    want: "InSync",
  },
  {
    name: "finds drift",
    release: release({ driftDetection: { mode: "warn" } }),
    seen: seen({
      drift: [{ change: "removed", object: { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "podinfo" } } }],
    }),
    want: "Drifted",
  },
  {
    name: "finds no drift",
    release: release({ driftDetection: { mode: "warn" } }),
    seen: seen({ drift: [] }),
    want: "InSync",
  },
  { name: "finds everything as it should be", seen: seen(), want: "InSync" },
  {
    name: "goes on where a process died while it uninstalled",
    seen: seen({ stored: [stored({ status: "uninstalling", snapshotDigest: "sha256:other" })] }),
    want: "Locked",
    because: "release with status 'uninstalling'",
  },
  ...["superseded", "uninstalling", "unknown"].map((status) => ({
    name: `cannot judge ${status}`,
    seen: seen({ stored: [stored({ status })] }),
    want: "Unknown" as const,
    because: `unable to determine state for release with status '${status}'`,
  })),
];
for (const row of states)
  test(`classify() ${row.name}`, () => {
    const got = classify(row.release ?? release(), row.seen);
    assert.equal(got.state, row.want);
    if (row.because !== undefined) assert.equal(got.because, row.because);
  });

const state = (name: State["state"]): State => ({ state: name, because: "a test says so" });
const failedAfterGood = [snapshot({ version: 2, status: "failed", digest: "sha256:two" }), snapshot()];
const bothStored = [stored({ version: 2, status: "failed", snapshotDigest: "sha256:two" }), stored()];
const upgrading = (
  retries: number,
  failures: number,
  more: Partial<NonNullable<NonNullable<Spec["upgrade"]>["remediation"]>> = {},
) =>
  release(
    { upgrade: { remediation: { retries, ...more } } },
    { lastAttemptedReleaseAction: "upgrade", upgradeFailures: failures, history: failedAfterGood },
  );

// The rows of the action table, in its order.
const actions: readonly {
  readonly name: string;
  readonly release?: HelmRelease;
  readonly state: State["state"];
  readonly seen?: Observation;
  readonly want: string;
}[] = [
  { name: "does nothing for a release in sync", state: "InSync", want: "none" },
  { name: "upgrades a release in sync when forced", state: "InSync", seen: seen({ force: true }), want: "upgrade" },
  { name: "unlocks a locked release", state: "Locked", want: "unlock" },
  { name: "installs an absent release", state: "Absent", want: "install" },
  {
    name: "installs again while retries are left",
    release: release({ install: { remediation: { retries: 1 } } }, { installFailures: 1 }),
    state: "Absent",
    want: "install",
  },
  {
    name: "stops installing when retries are exhausted",
    release: release({ install: { remediation: { retries: 1 } } }, { installFailures: 2 }),
    state: "Absent",
    want: "exceeded",
  },
  {
    name: "stops installing after one failure without retries",
    release: release({}, { installFailures: 1 }),
    state: "Absent",
    want: "exceeded",
  },
  {
    name: "installs for ever with retries below zero",
    release: release({ install: { remediation: { retries: -1 } } }, { installFailures: 99 }),
    state: "Absent",
    want: "install",
  },
  {
    name: "installs when forced, retries or not",
    release: release({}, { installFailures: 1 }),
    state: "Absent",
    seen: seen({ force: true }),
    want: "install",
  },
  { name: "takes over a release that it does not know", state: "Unmanaged", want: "upgrade" },
  { name: "upgrades what is out of sync", state: "OutOfSync", want: "upgrade" },
  {
    name: "stops upgrading when retries are exhausted",
    release: release({}, { upgradeFailures: 1 }),
    state: "OutOfSync",
    want: "exceeded",
  },
  {
    name: "upgrades when forced, retries or not",
    release: release({}, { upgradeFailures: 1 }),
    state: "OutOfSync",
    seen: seen({ force: true }),
    want: "upgrade",
  },
  {
    name: "corrects drift when enabled",
    release: release({ driftDetection: { mode: "enabled" } }),
    state: "Drifted",
    want: "correctDrift",
  },
  {
    name: "only reports drift with mode warn",
    release: release({ driftDetection: { mode: "warn" } }),
    state: "Drifted",
    want: "none",
  },
  { name: "tests what is untested", state: "Untested", want: "test" },
  {
    name: "upgrades a failed release with a retry strategy",
    release: release(
      { upgrade: { strategy: { name: "RetryOnFailure" } } },
      { lastAttemptedReleaseAction: "upgrade", upgradeFailures: 9 },
    ),
    state: "Failed",
    want: "upgrade",
  },
  { name: "upgrades a failed release before the first attempt", state: "Failed", want: "upgrade" },
  {
    name: "upgrades a failed release when the configuration changed",
    release: upgrading(1, 0),
    state: "Failed",
    want: "upgrade",
  },
  {
    name: "upgrades a failed release when forced",
    release: upgrading(1, 1),
    state: "Failed",
    seen: seen({ force: true }),
    want: "upgrade",
  },
  { name: "leaves the last failure alone by default", release: upgrading(0, 1), state: "Failed", want: "exceeded" },
  {
    name: "leaves the last failure alone when told to",
    release: upgrading(1, 2, { remediateLastFailure: false }),
    state: "Failed",
    want: "exceeded",
  },
  {
    name: "remediates the last failure with retries by default",
    release: upgrading(1, 2),
    state: "Failed",
    seen: seen({ stored: bothStored }),
    want: "rollback",
  },
  {
    name: "rolls back a failed upgrade",
    release: upgrading(1, 1),
    state: "Failed",
    seen: seen({ stored: bothStored }),
    want: "rollback",
  },
  {
    name: "has nothing to roll back to",
    release: release(
      { upgrade: { remediation: { retries: 1 } } },
      { lastAttemptedReleaseAction: "upgrade", upgradeFailures: 1 },
    ),
    state: "Failed",
    want: "missingRollbackTarget",
  },
  {
    name: "upgrades when the target is missing in storage",
    release: upgrading(1, 1),
    state: "Failed",
    seen: seen({ stored: bothStored.slice(0, 1) }),
    want: "upgrade",
  },
  {
    name: "upgrades when the target was changed in storage",
    release: upgrading(1, 1),
    state: "Failed",
    seen: seen({ stored: [bothStored[0]!, stored({ snapshotDigest: "sha256:changed" })] }),
    want: "upgrade",
  },
  {
    name: "uninstalls a failed upgrade where that is the strategy",
    release: upgrading(1, 1, { strategy: "uninstall" }),
    state: "Failed",
    want: "uninstallRemediation",
  },
  {
    name: "uninstalls a failed install",
    release: release(
      { install: { remediation: { retries: 1 } } },
      { lastAttemptedReleaseAction: "install", installFailures: 1 },
    ),
    state: "Failed",
    want: "uninstallRemediation",
  },
  {
    name: "leaves the last failed install alone by default",
    release: release(
      { install: { remediation: { retries: 1 } } },
      { lastAttemptedReleaseAction: "install", installFailures: 2 },
    ),
    state: "Failed",
    want: "exceeded",
  },
  {
    name: "uninstalls the last failed install when told to",
    release: release(
      { install: { remediation: { retries: 1, remediateLastFailure: true } } },
      { lastAttemptedReleaseAction: "install", installFailures: 2 },
    ),
    state: "Failed",
    want: "uninstallRemediation",
  },
  { name: "gives up on a state that it cannot judge", state: "Unknown", want: "unknown" },
];
for (const row of actions)
  test(`choose() ${row.name}`, () => {
    const decision = choose(row.release ?? release(), state(row.state), row.seen ?? seen());
    assert.equal(decision.decision === "act" ? decision.action : decision.decision, row.want);
  });

test("choose() clears the history of a release that it takes over", () => {
  const decision = choose(release(), state("Unmanaged"), seen());
  assert.ok(decision.decision === "act" && decision.clearHistory === true);
});

test("choose() rolls back to the newest revision before the failed one that was deployed", () => {
  const history = [
    snapshot({ version: 4, status: "failed" }),
    snapshot({ version: 3, status: "failed" }),
    snapshot({ version: 2, status: "superseded", digest: "sha256:two" }),
    snapshot(),
  ];
  const failed = release(
    { upgrade: { remediation: { retries: 1 } } },
    { lastAttemptedReleaseAction: "upgrade", upgradeFailures: 1, history },
  );
  const decision = choose(
    failed,
    state("Failed"),
    seen({ stored: [stored({ version: 4, status: "failed" }), stored({ version: 2, snapshotDigest: "sha256:two" })] }),
  );
  assert.equal(decision.decision === "act" ? decision.to?.version : undefined, 2);
});

const outOfSync = seen({ stored: [stored({ chartVersion: "6.4.0" })] });
const after: readonly { readonly name: string; readonly release: HelmRelease; readonly want: string }[] = [
  {
    name: "requeues while retries are left",
    release: release(
      { upgrade: { remediation: { retries: 1 } } },
      { lastAttemptedReleaseAction: "upgrade", upgradeFailures: 1 },
    ),
    want: "requeue",
  },
  {
    name: "waits with a retry strategy",
    release: release(
      { upgrade: { strategy: { name: "RetryOnFailure", retryInterval: "3m" } } },
      { lastAttemptedReleaseAction: "upgrade" },
    ),
    want: "retryLater",
  },
];
for (const row of after)
  test(`decide() ${row.name} after an action of the same type`, () => {
    const decision = decide(row.release, outOfSync, new Set<ActionType>(["release"]));
    assert.equal(decision.decision, row.want);
    if (decision.decision === "retryLater") assert.equal(decision.after, 180_000);
  });

test("decide() still does another type of action in the same pass", () => {
  assert.equal(decide(release(withTest), seen(), new Set<ActionType>(["release"])).decision, "act");
});

const remediated: readonly { readonly name: string; readonly release: HelmRelease; readonly want: string }[] = [
  { name: "requeues while retries are left", release: upgrading(1, 1), want: "requeue" },
  { name: "stalls when they are exhausted", release: upgrading(1, 2), want: "exceeded" },
  {
    name: "requeues after an uninstall of an upgrade",
    release: upgrading(1, 2, { strategy: "uninstall" }),
    want: "requeue",
  },
  { name: "requeues before any attempt", release: release(), want: "requeue" },
  {
    name: "waits with a retry strategy",
    release: release({ install: { strategy: { name: "RetryOnFailure" } } }, { lastAttemptedReleaseAction: "install" }),
    want: "retryLater",
  },
];
for (const row of remediated)
  test(`decideAfterRemediation() ${row.name}`, () =>
    assert.equal(decideAfterRemediation(row.release).decision, row.want));

const attempted = {
  lastAttemptedGeneration: 2,
  lastAttemptedRevision: "6.5.0",
  lastAttemptedConfigDigest: "sha256:values",
};
const resets: readonly {
  readonly name: string;
  readonly status: Partial<Status>;
  readonly requested?: boolean;
  readonly want: boolean;
}[] = [
  { name: "keeps counting when nothing changed", status: attempted, want: false },
  { name: "resets for a new generation", status: { ...attempted, lastAttemptedGeneration: 1 }, want: true },
  { name: "resets for another chart version", status: { ...attempted, lastAttemptedRevision: "6.4.0" }, want: true },
  { name: "resets for other values", status: { ...attempted, lastAttemptedConfigDigest: "sha256:old" }, want: true },
  { name: "resets when asked to", status: attempted, requested: true, want: true },
];
for (const row of resets)
  test(`mustResetFailures() ${row.name}`, () =>
    assert.equal(mustResetFailures(release({}, row.status), desired, row.requested ?? false), row.want));

const target = { storageNamespace: "apps", namespace: "apps", name: "podinfo", chartName: "podinfo" };
const targets: readonly {
  readonly name: string;
  readonly spec?: Partial<Spec>;
  readonly status?: Partial<Status>;
  readonly target: typeof target;
  readonly want: boolean;
}[] = [
  { name: "is false before the first install", status: {}, target, want: false },
  { name: "is false for the same target", status: { storageNamespace: "apps" }, target, want: false },
  { name: "sees another storage namespace", status: { storageNamespace: "old" }, target, want: true },
  {
    name: "sees another namespace",
    status: { storageNamespace: "apps" },
    target: { ...target, namespace: "new" },
    want: true,
  },
  { name: "sees another name", status: { storageNamespace: "apps" }, target: { ...target, name: "new" }, want: true },
  {
    name: "sees another chart",
    status: { storageNamespace: "apps" },
    target: { ...target, chartName: "nginx" },
    want: true,
  },
  {
    name: "lets a chart change its name in place",
    spec: { upgrade: { chartNameChangeStrategy: "InPlaceUpdate" } },
    status: { storageNamespace: "apps" },
    target: { ...target, chartName: "nginx" },
    want: false,
  },
];
for (const row of targets)
  test(`hasTargetChanged() ${row.name}`, () =>
    assert.equal(hasTargetChanged(release(row.spec, row.status), row.target), row.want));
