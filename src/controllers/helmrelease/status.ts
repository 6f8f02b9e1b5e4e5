import { type Condition, findCondition, type HelmRelease, removeCondition, setCondition } from "../../api/index.ts";
import type { Action } from "./decide.ts";
import { latestSnapshot, type Snapshot, type Status, truncated, withReleased, withRewritten } from "./history.ts";
import type { ReleaseAction } from "./remediation.ts";

/** Something that happened to a release, as far as its status tells of it. */
export type StatusEvent =
  | { readonly event: "reconciling"; readonly message: string }
  | { readonly event: "notReady"; readonly reason: string; readonly message: string }
  | { readonly event: "passed"; readonly reasons: readonly string[] }
  | { readonly event: "stalled"; readonly reason: string; readonly message: string }
  | { readonly event: "chartNamed"; readonly helmChart: string | undefined }
  | { readonly event: "targetChanged" }
  | {
      readonly event: "attempted";
      readonly storageNamespace: string;
      readonly revision: string;
      readonly revisionDigest: string;
      readonly configDigest: string;
      readonly resetFailures: boolean;
    }
  | { readonly event: "actionStarted"; readonly action: Action; readonly timeout: string }
  | {
      readonly event: "released";
      readonly action: ReleaseAction;
      readonly duration: string;
      readonly written: readonly Snapshot[];
      readonly error?: string;
      readonly summary: string;
      readonly keepsRetrying: boolean;
    }
  | {
      readonly event: "tested";
      readonly snapshot: Snapshot;
      readonly ok: boolean;
      readonly summary: string;
      readonly countsAsFailureOf?: ReleaseAction;
    }
  | {
      readonly event: "rolledBack";
      readonly written: readonly Snapshot[];
      readonly ok: boolean;
      readonly summary: string;
    }
  | {
      readonly event: "remediatedByUninstall";
      readonly written: readonly Snapshot[];
      readonly ok: boolean;
      readonly summary: string;
    }
  | {
      readonly event: "uninstalled";
      readonly written: readonly Snapshot[];
      readonly ok: boolean;
      readonly summary: string;
    }
  | {
      readonly event: "unlocked";
      readonly written: readonly Snapshot[];
      readonly ok: boolean;
      readonly summary: string;
    }
  | { readonly event: "inventory"; readonly entries: readonly { readonly id: string; readonly v: string }[] }
  | { readonly event: "historyCleared" }
  | { readonly event: "historyTruncated"; readonly ignoreTests: boolean; readonly retryOnFailure: boolean }
  | { readonly event: "inSync"; readonly driftDetected: boolean }
  | { readonly event: "untested" }
  | { readonly event: "drifted"; readonly message: string }
  | { readonly event: "correctingDrift" }
  | { readonly event: "retrying"; readonly after?: string }
  | { readonly event: "settled" }
  | { readonly event: "forceHandled"; readonly token: string }
  | { readonly event: "resetHandled"; readonly token: string }
  | { readonly event: "ended"; readonly observed: boolean; readonly requestedAt: string | undefined };

/** When it happened, and to which generation of the object: every condition carries both. */
export interface Moment {
  readonly now: Date;
  readonly release: HelmRelease;
  /** Digests of the spec's post renderers and common metadata; empty where there are none. */
  readonly postRenderersDigest: string;
  readonly commonMetadataDigest: string;
}

/** Gives the status after an event. Pure; the only writer of conditions, and `summarize` in it the only writer of a settled Ready. */
export function record(status: Status, event: StatusEvent, moment: Moment): Status {
  const mark = (from: Status, type: string, is: Condition["status"], reason: string, message: string): Status => ({
    ...from,
    conditions: setCondition(
      from.conditions ?? [],
      { type, status: is, reason, message },
      { now: moment.now, observedGeneration: moment.release.metadata.generation ?? 0 },
    ),
  });
  const summarized = (from: Status): Status => summarize(from, moment, mark);
  switch (event.event) {
    case "reconciling":
      return without(mark(status, "Reconciling", "True", "Progressing", event.message), "Stalled");
    case "notReady":
      return mark(status, "Ready", "False", event.reason, event.message);
    case "passed": {
      const ready = findCondition(status.conditions ?? [], "Ready");
      if (ready === undefined || !event.reasons.includes(ready.reason)) return status;
      return mark(status, "Ready", "Unknown", "Progressing", "reconciliation in progress");
    }
    case "stalled":
      return without(mark(status, "Stalled", "True", event.reason, event.message), "Reconciling");
    case "chartNamed":
      return withField(status, "helmChart", event.helmChart);
    case "targetChanged":
      return { ...withField(withoutFailures(status), "storageNamespace", undefined), history: [] };
    case "attempted": {
      const {
        lastAttemptedValuesChecksum: _checksum,
        lastReleaseRevision: _revision,
        ...rest
      } = event.resetFailures ? withoutFailures(status) : status;
      return {
        ...withField(
          rest,
          "lastAttemptedRevisionDigest",
          event.revisionDigest === "" ? undefined : event.revisionDigest,
        ),
        storageNamespace: event.storageNamespace,
        ...(moment.release.metadata.generation === undefined
          ? {}
          : { lastAttemptedGeneration: moment.release.metadata.generation }),
        lastAttemptedRevision: event.revision,
        lastAttemptedConfigDigest: event.configDigest,
      };
    }
    case "actionStarted": {
      const message = `Running '${nameOf(event.action)}' action with timeout of ${event.timeout}`;
      const next = without(mark(status, "Reconciling", "True", "Progressing", message), "Stalled");
      return event.action === "install" || event.action === "upgrade"
        ? mark(next, "Ready", "Unknown", "Progressing", message)
        : next;
    }
    case "released": {
      const base: Status = {
        ...without(status, "TestSuccess", "Remediated"),
        lastAttemptedReleaseAction: event.action,
        lastAttemptedReleaseActionDuration: event.duration,
        history: withReleased(event.action === "install" ? [] : status.history, event.written),
      };
      const [succeeded, failed] =
        event.action === "install" ? ["InstallSucceeded", "InstallFailed"] : ["UpgradeSucceeded", "UpgradeFailed"];
      if (event.error !== undefined) {
        const counted = event.written.length > 0 ? withFailure(base, event.action) : base;
        return summarized(
          mark({ ...counted, failures: (counted.failures ?? 0) + 1 }, "Released", "False", failed, event.summary),
        );
      }
      let next = mark(base, "Released", "True", succeeded, event.summary);
      const latest = latestSnapshot(next);
      if (moment.release.spec.test?.enable === true && latest !== undefined && latest.testHooks === undefined)
        next = mark(
          next,
          "TestSuccess",
          "Unknown",
          "AwaitingTests",
          `Helm release ${fullName(latest)} with chart ${chartName(latest)} is awaiting tests`,
        );
      return summarized(event.keepsRetrying ? withoutFailures(next) : next);
    }
    case "tested": {
      const history = withRewritten(status.history, event.snapshot, false);
      const next = mark(
        { ...status, history },
        "TestSuccess",
        event.ok ? "True" : "False",
        event.ok ? "TestSucceeded" : "TestFailed",
        event.summary,
      );
      if (event.ok) return summarized(next);
      const failed = { ...next, failures: (next.failures ?? 0) + 1 };
      return summarized(event.countsAsFailureOf === undefined ? failed : withFailure(failed, event.countsAsFailureOf));
    }
    case "rolledBack": {
      const next = mark(
        { ...status, history: rewritten(status, event.written, true) },
        "Remediated",
        event.ok ? "True" : "False",
        event.ok ? "RollbackSucceeded" : "RollbackFailed",
        event.summary,
      );
      return summarized(event.ok ? next : { ...next, failures: (next.failures ?? 0) + 1 });
    }
    case "remediatedByUninstall": {
      // Flux does not summarize here: Ready keeps telling why the release failed.
      const next = mark(
        { ...status, history: rewritten(status, event.written, false) },
        "Remediated",
        event.ok ? "True" : "False",
        event.ok ? "UninstallSucceeded" : "UninstallFailed",
        event.summary,
      );
      return event.ok ? next : { ...next, failures: (next.failures ?? 0) + 1 };
    }
    case "uninstalled": {
      const next = mark(
        { ...status, history: rewritten(status, event.written, false) },
        "Released",
        "False",
        event.ok ? "UninstallSucceeded" : "UninstallFailed",
        event.summary,
      );
      const counted = event.ok
        ? withField(next, "inventory", undefined)
        : { ...next, failures: (next.failures ?? 0) + 1 };
      return summarized(counted);
    }
    case "unlocked": {
      const next = mark(
        { ...status, history: rewritten(status, event.written, false) },
        "Released",
        "False",
        "PendingRelease",
        event.summary,
      );
      return summarized(event.ok ? next : { ...next, failures: (next.failures ?? 0) + 1 });
    }
    case "inventory":
      return { ...status, inventory: { entries: event.entries.map((entry) => ({ ...entry })) } };
    case "historyCleared":
      return { ...status, history: [] };
    case "historyTruncated":
      return { ...status, history: truncated(status.history, event) };
    case "inSync":
      return summarized(
        without(
          withDriftSettled(withReleaseRestored(status, mark, summarized), event.driftDetected, mark),
          "Reconciling",
        ),
      );
    case "untested":
      return withRemediatedReplaced(status, mark);
    case "drifted":
      return mark(status, "Drifted", "True", "DriftDetected", event.message);
    case "correctingDrift":
      return mark(status, "Ready", "Unknown", "Progressing", "correcting cluster drift");
    case "retrying": {
      const message =
        event.after === undefined
          ? (findCondition(status.conditions ?? [], "Ready")?.message ?? "")
          : `retrying after ${event.after}`;
      return without(mark(status, "Reconciling", "True", "ProgressingWithRetry", message), "Stalled");
    }
    case "settled":
      return summarized(without(status, "Reconciling"));
    case "forceHandled":
      return { ...status, lastHandledForceAt: event.token };
    case "resetHandled":
      return { ...status, lastHandledResetAt: event.token };
    case "ended": {
      const handled =
        event.requestedAt === undefined ? status : { ...status, lastHandledReconcileAt: event.requestedAt };
      return event.observed ? { ...handled, observedGeneration: moment.release.metadata.generation ?? 0 } : handled;
    }
  }
}

type Mark = (from: Status, type: string, is: Condition["status"], reason: string, message: string) => Status;

/** Composes Ready of the conditions that tell how the release is: the newest generation first, then the order of this list. */
function summarize(status: Status, { release, postRenderersDigest, commonMetadataDigest }: Moment, mark: Mark): Status {
  const { test } = release.spec;
  const testsCount = test?.enable === true && test.ignoreFailures !== true;
  const order = testsCount ? ["Remediated", "TestSuccess", "Released"] : ["Remediated", "Released"];
  let next = test?.enable === true ? status : without(status, "TestSuccess");
  const [chosen] = (next.conditions ?? [])
    .filter(({ type }) => order.includes(type))
    .toSorted(
      (a, b) =>
        (b.observedGeneration ?? 0) - (a.observedGeneration ?? 0) || order.indexOf(a.type) - order.indexOf(b.type),
    );
  if (chosen !== undefined) {
    const is = chosen.type === "Remediated" ? "False" : chosen.status;
    if (is === "True") next = without(next, "Stalled");
    next = mark(next, "Ready", is, chosen.reason, chosen.message);
  }
  next = withField(next, "observedPostRenderersDigest", postRenderersDigest === "" ? undefined : postRenderersDigest);
  return withField(
    next,
    "observedCommonMetadataDigest",
    commonMetadataDigest === "" ? undefined : commonMetadataDigest,
  );
}

/** A release that is in sync is released, whatever the failure before said. */
function withReleaseRestored(status: Status, mark: Mark, summarized: (from: Status) => Status): Status {
  const next = withRemediatedReplaced(status, mark);
  const released = findCondition(next.conditions ?? [], "Released");
  const isReady = findCondition(next.conditions ?? [], "Ready")?.status === "True";
  if (released === undefined || (isReady && released.status === "True")) return next;
  const action =
    released.reason === "InstallFailed" ? "install" : released.reason === "UpgradeFailed" ? "upgrade" : undefined;
  const latest = latestSnapshot(next);
  if (action === undefined || latest === undefined) return next;
  return summarized(
    mark(
      next,
      "Released",
      "True",
      action === "install" ? "InstallSucceeded" : "UpgradeSucceeded",
      succeededMessage(action, latest),
    ),
  );
}

/** A rollback that brought what is wanted counts as the upgrade. The condition keeps the time of its transition. */
function withRemediatedReplaced(status: Status, mark: Mark): Status {
  const remediated = findCondition(status.conditions ?? [], "Remediated");
  const latest = latestSnapshot(status);
  if (remediated?.status !== "True" || latest === undefined) return status;
  const marked = mark(
    without(status, "Remediated", "Released"),
    "Released",
    "True",
    "UpgradeSucceeded",
    succeededMessage("upgrade", latest),
  );
  const conditions = (marked.conditions ?? []).map((condition) =>
    condition.type === "Released" ? { ...condition, lastTransitionTime: remediated.lastTransitionTime } : condition,
  );
  return { ...marked, conditions };
}

function withDriftSettled(status: Status, looked: boolean, mark: Mark): Status {
  return looked
    ? mark(status, "Drifted", "False", "NoDriftDetected", "No drift detected against the cluster state")
    : status;
}

export function succeededMessage(action: ReleaseAction, snapshot: Snapshot): string {
  return `Helm ${action} succeeded for release ${fullName(snapshot)} with chart ${chartName(snapshot)}`;
}

export function fullName({ namespace, name, version }: Snapshot): string {
  return `${namespace}/${name}.v${version}`;
}

export function chartName(snapshot: Snapshot): string {
  return `${snapshot.chartName}@${snapshot.chartVersion}`;
}

function nameOf(action: Action): string {
  switch (action) {
    case "uninstallRemediation":
      return "uninstall";
    case "correctDrift":
      return "correct cluster drift";
    default:
      return action;
  }
}

function rewritten(status: Status, written: readonly Snapshot[], orPrepend: boolean): readonly Snapshot[] {
  return written.reduce<readonly Snapshot[]>(
    (history, snapshot) => withRewritten(history, snapshot, orPrepend),
    status.history ?? [],
  );
}

function withoutFailures({
  failures: _all,
  installFailures: _install,
  upgradeFailures: _upgrade,
  ...rest
}: Status): Status {
  return rest;
}

function withFailure(status: Status, action: ReleaseAction): Status {
  const key = action === "install" ? "installFailures" : "upgradeFailures";
  return { ...status, [key]: (status[key] ?? 0) + 1 };
}

function without(status: Status, ...types: readonly string[]): Status {
  const conditions = types.reduce<readonly Condition[]>(
    (rest, type) => removeCondition(rest, type),
    status.conditions ?? [],
  );
  return { ...status, conditions };
}

function withField<K extends keyof Status>(status: Status, key: K, value: Status[K] | undefined): Status {
  const { [key]: _old, ...rest } = status;
  return (value === undefined ? rest : { ...rest, [key]: value }) as Status;
}
