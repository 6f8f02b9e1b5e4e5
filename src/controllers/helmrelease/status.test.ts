import assert from "node:assert/strict";
import { test } from "node:test";
import { findCondition, type HelmRelease } from "../../api/index.ts";
import type { Snapshot, Status } from "./history.ts";
import { type Moment, record, type StatusEvent } from "./status.ts";

const now = new Date("2026-11-25T04:00:00.500Z");

function moment(spec: Partial<HelmRelease["spec"]> = {}, generation = 1): Moment {
  const release: HelmRelease = {
    apiVersion: "helm.toolkit.fluxcd.io/v2",
    kind: "HelmRelease",
    metadata: { name: "web", namespace: "apps", generation },
    spec: { interval: "5m", ...spec },
  };
  return { now, release, postRenderersDigest: "", commonMetadataDigest: "" };
}

function snapshot(change: Partial<Snapshot> = {}): Snapshot {
  return {
    apiVersion: "v2",
    digest: "sha256:one",
    name: "web",
    namespace: "apps",
    version: 1,
    status: "deployed",
    chartName: "web",
    chartVersion: "1.0.0",
    configDigest: "sha256:values",
    firstDeployed: "2026-11-25T04:00:00Z",
    lastDeployed: "2026-11-25T04:00:00Z",
    ...change,
  };
}

/** `Type=Status Reason: message` of each condition, in the order in which they are kept. */
function told(status: Status): readonly string[] {
  return (status.conditions ?? []).map(
    ({ type, status: is, reason, message }) => `${type}=${is} ${reason}: ${message}`,
  );
}

function after(events: readonly StatusEvent[], from: Status = {}, at: Moment = moment()): Status {
  return events.reduce((status, event) => record(status, event, at), from);
}

const installed: StatusEvent = {
  event: "released",
  action: "install",
  duration: "1s",
  written: [snapshot()],
  summary: "Helm install succeeded for release apps/web.v1 with chart web@1.0.0",
  keepsRetrying: false,
};
const installFailed: StatusEvent = {
  ...installed,
  written: [snapshot({ status: "failed" })],
  error: "boom",
  summary: "Helm install failed for release apps/web with chart web@1.0.0: boom",
};
const upgradeFailed: StatusEvent = {
  event: "released",
  action: "upgrade",
  duration: "1s",
  written: [snapshot({ version: 2, status: "failed" })],
  error: "boom",
  summary: "Helm upgrade failed for release apps/web with chart web@1.1.0: boom",
  keepsRetrying: false,
};
const rolledBack: StatusEvent = {
  event: "rolledBack",
  written: [snapshot({ version: 3, action: "rollback" })],
  ok: true,
  summary: "Helm rollback to previous release apps/web.v1 with chart web@1.0.0 succeeded",
};

// The rows of the message table: an event, and what a person reads then.
const rows: readonly {
  readonly name: string;
  readonly events: readonly StatusEvent[];
  readonly spec?: Partial<HelmRelease["spec"]>;
  readonly want: readonly string[];
}[] = [
  {
    name: "tells that an install runs",
    events: [{ event: "actionStarted", action: "install", timeout: "5m0s" }],
    want: [
      "Reconciling=True Progressing: Running 'install' action with timeout of 5m0s",
      "Ready=Unknown Progressing: Running 'install' action with timeout of 5m0s",
    ],
  },
  {
    name: "does not touch Ready while tests run",
    events: [installed, { event: "actionStarted", action: "test", timeout: "5m0s" }],
    want: [
      "Reconciling=True Progressing: Running 'test' action with timeout of 5m0s",
      "Ready=True InstallSucceeded: Helm install succeeded for release apps/web.v1 with chart web@1.0.0",
      "Released=True InstallSucceeded: Helm install succeeded for release apps/web.v1 with chart web@1.0.0",
    ],
  },
  {
    name: "calls an uninstall that remedies by helm's name",
    events: [{ event: "actionStarted", action: "uninstallRemediation", timeout: "5m0s" }],
    want: ["Reconciling=True Progressing: Running 'uninstall' action with timeout of 5m0s"],
  },
  {
    name: "is ready after an install",
    events: [installed, { event: "inSync", driftDetected: false }],
    want: [
      "Ready=True InstallSucceeded: Helm install succeeded for release apps/web.v1 with chart web@1.0.0",
      "Released=True InstallSucceeded: Helm install succeeded for release apps/web.v1 with chart web@1.0.0",
    ],
  },
  {
    name: "awaits tests after an install",
    events: [installed],
    spec: { test: { enable: true } },
    want: [
      "Ready=Unknown AwaitingTests: Helm release apps/web.v1 with chart web@1.0.0 is awaiting tests",
      "Released=True InstallSucceeded: Helm install succeeded for release apps/web.v1 with chart web@1.0.0",
      "TestSuccess=Unknown AwaitingTests: Helm release apps/web.v1 with chart web@1.0.0 is awaiting tests",
    ],
  },
  {
    name: "is not ready after a failed install",
    events: [installFailed],
    want: [
      "Ready=False InstallFailed: Helm install failed for release apps/web with chart web@1.0.0: boom",
      "Released=False InstallFailed: Helm install failed for release apps/web with chart web@1.0.0: boom",
    ],
  },
  {
    name: "keeps telling of the failed install after the uninstall that remedies it",
    events: [
      installFailed,
      {
        event: "remediatedByUninstall",
        written: [snapshot({ status: "uninstalling" })],
        ok: true,
        summary: "Helm uninstall remediation for release apps/web.v1 with chart web@1.0.0 succeeded",
      },
      { event: "retrying" },
    ],
    want: [
      "Reconciling=True ProgressingWithRetry: Helm install failed for release apps/web with chart web@1.0.0: boom",
      "Ready=False InstallFailed: Helm install failed for release apps/web with chart web@1.0.0: boom",
      "Released=False InstallFailed: Helm install failed for release apps/web with chart web@1.0.0: boom",
      "Remediated=True UninstallSucceeded: Helm uninstall remediation for release apps/web.v1 with chart web@1.0.0 succeeded",
    ],
  },
  {
    name: "is not ready after a rollback, although it succeeded",
    events: [installed, upgradeFailed, rolledBack],
    want: [
      "Ready=False RollbackSucceeded: Helm rollback to previous release apps/web.v1 with chart web@1.0.0 succeeded",
      "Released=False UpgradeFailed: Helm upgrade failed for release apps/web with chart web@1.1.0: boom",
      "Remediated=True RollbackSucceeded: Helm rollback to previous release apps/web.v1 with chart web@1.0.0 succeeded",
    ],
  },
  {
    name: "counts a rollback to what is wanted as the upgrade",
    events: [installed, upgradeFailed, rolledBack, { event: "inSync", driftDetected: false }],
    want: [
      "Ready=True UpgradeSucceeded: Helm upgrade succeeded for release apps/web.v3 with chart web@1.0.0",
      "Released=True UpgradeSucceeded: Helm upgrade succeeded for release apps/web.v3 with chart web@1.0.0",
    ],
  },
  {
    name: "forgets an old failure once the release is in sync",
    events: [installFailed, { event: "inSync", driftDetected: false }],
    want: [
      "Ready=True InstallSucceeded: Helm install succeeded for release apps/web.v1 with chart web@1.0.0",
      "Released=True InstallSucceeded: Helm install succeeded for release apps/web.v1 with chart web@1.0.0",
    ],
  },
  {
    name: "stalls when retries are exhausted",
    events: [
      installFailed,
      { event: "stalled", reason: "RetriesExceeded", message: "Failed to install after 2 attempt(s)" },
    ],
    want: [
      "Stalled=True RetriesExceeded: Failed to install after 2 attempt(s)",
      "Ready=False InstallFailed: Helm install failed for release apps/web with chart web@1.0.0: boom",
      "Released=False InstallFailed: Helm install failed for release apps/web with chart web@1.0.0: boom",
    ],
  },
  {
    name: "tells how long it waits to retry",
    events: [{ event: "retrying", after: "5m0s" }],
    want: ["Reconciling=True ProgressingWithRetry: retrying after 5m0s"],
  },
  {
    name: "forgets a missing prerequisite once it is there",
    events: [
      {
        event: "notReady",
        reason: "SourceNotReady",
        message: "HelmChart 'apps/apps-web' is not ready: does not have an artifact",
      },
      { event: "passed", reasons: ["SourceNotReady"] },
    ],
    want: ["Ready=Unknown Progressing: reconciliation in progress"],
  },
  {
    name: "tells that nothing drifted",
    events: [{ event: "inSync", driftDetected: true }],
    want: ["Drifted=False NoDriftDetected: No drift detected against the cluster state"],
  },
];
for (const row of rows)
  test(`record() ${row.name}`, () => assert.deepEqual(told(after(row.events, {}, moment(row.spec))), row.want));

test("record() counts failures that wrote to storage, and all of them in failures", () => {
  const once = after([installFailed]);
  assert.deepEqual([once.failures, once.installFailures, once.upgradeFailures], [1, 1, undefined]);
  const nothingStored = after([{ ...installFailed, written: [] } as StatusEvent]);
  assert.deepEqual([nothingStored.failures, nothingStored.installFailures], [1, undefined]);
});

test("record() keeps counters after a success, except with a retry strategy", () => {
  assert.equal(after([installFailed, installed]).installFailures, 1);
  assert.equal(after([installFailed, { ...installed, keepsRetrying: true } as StatusEvent]).installFailures, undefined);
});

test("record() begins a new history with an install", () => {
  const status = after([installed], { history: [snapshot({ version: 7 })] });
  assert.deepEqual(
    status.history?.map(({ version }) => version),
    [1],
  );
});

test("record() takes the action from the revision that an upgrade supersedes", () => {
  const upgraded: StatusEvent = {
    ...upgradeFailed,
    error: undefined as never,
    written: [snapshot({ version: 2, action: "upgrade" }), snapshot({ status: "superseded" })],
  };
  const { error: _none, ...rest } = upgraded as StatusEvent & { readonly error?: string };
  const status = after([rest as StatusEvent], { history: [snapshot({ action: "install" })] });
  assert.deepEqual(
    status.history?.map(({ version, action, status: is }) => [version, action, is]),
    [
      [2, "upgrade", "deployed"],
      [1, undefined, "superseded"],
    ],
  );
});

test("record() sets observedGeneration only when a pass ended well", () => {
  assert.equal(
    after([{ event: "ended", observed: false, requestedAt: undefined }], {}, moment({}, 4)).observedGeneration,
    undefined,
  );
  assert.equal(
    after([{ event: "ended", observed: true, requestedAt: undefined }], {}, moment({}, 4)).observedGeneration,
    4,
  );
});

test("record() remembers which request it handled", () => {
  assert.equal(after([{ event: "ended", observed: false, requestedAt: "now" }]).lastHandledReconcileAt, "now");
});

test("record() keeps a transition time while a condition says the same", () => {
  const first = after([installed]);
  const again = record(first, installed, { ...moment(), now: new Date("2026-11-25T05:00:00Z") });
  assert.equal(findCondition(again.conditions, "Ready")?.lastTransitionTime, "2026-11-25T04:00:00Z");
});

test("record() removes Stalled when the release becomes ready", () => {
  const status = after([installFailed, { event: "stalled", reason: "RetriesExceeded", message: "x" }, installed]);
  assert.equal(findCondition(status.conditions, "Stalled"), undefined);
});
