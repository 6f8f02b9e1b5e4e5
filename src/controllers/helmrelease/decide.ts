import type { HelmRelease } from "../../api/index.ts";
import type { Drift } from "./drift.ts";
import { hasFailedTest, latestSnapshot, newestFirst, previousGood, type Snapshot, wasTested } from "./history.ts";
import { activeRemediation, isExhausted, type Remediation, remediationFor } from "./remediation.ts";

/** A release in helm's storage, as far as a decision needs it. */
export interface StoredRelease {
  readonly version: number;
  readonly status: string;
  readonly chartName: string;
  readonly chartVersion: string;
  readonly configDigest: string;
  /** The snapshot digest of what is stored: differs from the recorded one when somebody else wrote. */
  readonly snapshotDigest: string;
}

export interface Desired {
  readonly chartName: string;
  readonly chartVersion: string;
  readonly configDigest: string;
  /** The same by the algorithm of `status.lastAttemptedConfigDigest`. */
  readonly comparableConfigDigest: string;
  readonly postRenderersDigest: string;
  readonly commonMetadataDigest: string;
}

/** Everything a decision is made from. Read once for each turn of the loop, never changed. */
export interface Observation {
  /** Newest first: the last revision, and at least those that a rollback may go to. */
  readonly stored: readonly StoredRelease[];
  readonly desired: Desired;
  /** True when a person asked for an install or upgrade by annotation. */
  readonly force: boolean;
  /** The objects that differ from the stored manifest; absent where it was not looked for. */
  readonly drift?: readonly Drift[];
}

export type State =
  | {
      readonly state: "Absent" | "Locked" | "Unmanaged" | "OutOfSync" | "Drifted" | "Untested" | "Failed" | "InSync";
      readonly because: string;
    }
  | { readonly state: "Unknown"; readonly because: string };

export type Action = "install" | "upgrade" | "rollback" | "uninstallRemediation" | "test" | "unlock" | "correctDrift";

/** Actions of one type are done once in a reconcile. */
export type ActionType = "release" | "remediate" | "test" | "unlock" | "correctDrift";

export type Decision =
  | {
      readonly decision: "act";
      readonly action: Action;
      readonly because: string;
      readonly clearHistory?: boolean;
      readonly to?: Snapshot;
    }
  | { readonly decision: "none"; readonly state: "InSync" | "Drifted"; readonly because: string }
  | { readonly decision: "exceeded"; readonly remediation: Remediation; readonly because: string }
  | { readonly decision: "missingRollbackTarget"; readonly because: string }
  | { readonly decision: "requeue"; readonly because: string }
  | { readonly decision: "retryLater"; readonly after: number; readonly because: string }
  | { readonly decision: "stop"; readonly because: string }
  | { readonly decision: "unknown"; readonly because: string };

/** A decision with which a pass ends. */
export type Ending = Exclude<Decision, { readonly decision: "act" }>;

const types: Readonly<Record<Action, ActionType>> = {
  install: "release",
  upgrade: "release",
  rollback: "remediate",
  uninstallRemediation: "remediate",
  test: "test",
  unlock: "unlock",
  correctDrift: "correctDrift",
};

export function typeOf(action: Action): ActionType {
  return types[action];
}

/** Says what is true of the release. Flux: DetermineReleaseState, in its order. */
export function classify(release: HelmRelease, seen: Observation): State {
  const { spec, status, metadata } = release;
  const last = seen.stored[0];
  const snapshot = latestSnapshot(status);
  if (last === undefined) return { state: "Absent", because: "no release in storage for object" };
  if (last.status.startsWith("pending-")) return { state: "Locked", because: `release with status '${last.status}'` };
  if (snapshot === undefined) {
    if (last.status === "uninstalled") return { state: "Absent", because: "found uninstalled release in storage" };
    return unmanaged(last, "found existing release in storage");
  }
  if (snapshot.apiVersion === undefined || snapshot.apiVersion === "v2") {
    if (snapshot.version !== last.version) return unmanaged(last, "release not observed to be made for object");
    if (snapshot.digest !== last.snapshotDigest) return unmanaged(last, "release digest verification error");
  }
  switch (last.status) {
    case "failed":
      return { state: "Failed", because: "release is in a failed state" };
    case "uninstalled":
      return { state: "Absent", because: "found uninstalled release in storage" };
    case "deployed":
      break;
    default:
      return { state: "Unknown", because: `unable to determine state for release with status '${last.status}'` };
  }
  const { desired } = seen;
  if (last.chartName !== desired.chartName || last.chartVersion !== desired.chartVersion)
    return { state: "OutOfSync", because: "release chart changed" };
  if (last.configDigest !== desired.configDigest)
    return { state: "OutOfSync", because: "release config values changed" };
  if (metadata.generation !== status?.observedGeneration) {
    if ((status?.observedPostRenderersDigest ?? "") !== desired.postRenderersDigest)
      return { state: "OutOfSync", because: "postrenderers digest has changed" };
    if ((status?.observedCommonMetadataDigest ?? "") !== desired.commonMetadataDigest)
      return { state: "OutOfSync", because: "common metadata digest has changed" };
  }
  if (spec.test?.enable === true) {
    if (!wasTested(snapshot)) return { state: "Untested", because: "release has not been tested" };
    const remediation = activeRemediation(release);
    if (hasFailedTest(snapshot) && remediation !== undefined && !remediation.ignoreTestFailures)
      return { state: "Failed", because: "release has test in failed phase" };
  }
  if (seen.drift !== undefined && seen.drift.length > 0)
    return { state: "Drifted", because: `${seen.drift.length} object(s) differ from the release` };
  return { state: "InSync", because: "release is in sync with the desired state" };
}

// A process died while it uninstalled. Flux takes it for another's and tries in vain to upgrade it, for ever.
function unmanaged({ status }: StoredRelease, because: string): State {
  if (status === "uninstalling") return { state: "Locked", because: `release with status '${status}'` };
  return { state: "Unmanaged", because };
}

/** Chooses what to do in a state, without regard to what was done already. Flux: actionForState. */
export function choose(release: HelmRelease, { state, because }: State, seen: Observation): Decision {
  switch (state) {
    case "Unknown":
      return { decision: "unknown", because };
    case "InSync":
      if (seen.force) return { decision: "act", action: "upgrade", because: "a forced upgrade was requested" };
      return { decision: "none", state, because };
    case "Locked":
      return { decision: "act", action: "unlock", because };
    case "Absent": {
      const remediation = remediationFor(release, "install");
      if (isExhausted(remediation) && !seen.force)
        return { decision: "exceeded", remediation, because: "cannot install release" };
      return { decision: "act", action: "install", because };
    }
    case "Unmanaged":
      return { decision: "act", action: "upgrade", because, clearHistory: true };
    case "OutOfSync": {
      const remediation = remediationFor(release, "upgrade");
      if (isExhausted(remediation) && !seen.force)
        return { decision: "exceeded", remediation, because: "cannot upgrade release" };
      return { decision: "act", action: "upgrade", because };
    }
    case "Drifted":
      if (release.spec.driftDetection?.mode === "enabled") return { decision: "act", action: "correctDrift", because };
      return { decision: "none", state, because };
    case "Untested":
      return { decision: "act", action: "test", because };
    case "Failed":
      return chooseForFailed(release, seen, because);
  }
}

function chooseForFailed(release: HelmRelease, seen: Observation, because: string): Decision {
  const remediation = activeRemediation(release);
  if (remediation === undefined) return { decision: "act", action: "upgrade", because };
  if (remediation.retryInterval !== undefined) return { decision: "act", action: "upgrade", because };
  if (remediation.failureCount === 0)
    return { decision: "act", action: "upgrade", because: "the configuration changed since the failure" };
  if (seen.force) return { decision: "act", action: "upgrade", because: "a forced upgrade was requested" };
  if (isExhausted(remediation) && !remediation.remediateLastFailure)
    return { decision: "exceeded", remediation, because: "cannot remediate failed release" };
  if (remediation.strategy === "uninstall") return { decision: "act", action: "uninstallRemediation", because };
  const target = previousGood(release.status, { ignoreTests: remediation.ignoreTestFailures });
  if (target === undefined)
    return {
      decision: "missingRollbackTarget",
      because: "missing target release for rollback: cannot remediate failed release",
    };
  const stored = seen.stored.find(({ version }) => version === target.version);
  if (stored === undefined)
    return {
      decision: "act",
      action: "upgrade",
      because: `release ${target.version} to roll back to is missing in storage`,
    };
  if (stored.snapshotDigest !== target.digest)
    return {
      decision: "act",
      action: "upgrade",
      because: `release ${target.version} to roll back to was changed in storage`,
    };
  return { decision: "act", action: "rollback", because, to: target };
}

/** Chooses the next action for a release. Pure: no clock, no I/O, no mutation of its inputs. */
export function decide(release: HelmRelease, seen: Observation, performed: ReadonlySet<ActionType>): Decision {
  const decision = choose(release, classify(release, seen), seen);
  if (decision.decision !== "act" || !performed.has(typeOf(decision.action))) return decision;
  // Flux: an action of this type ran in this pass already, so it is for the next one, if there is to be one.
  const remediation = activeRemediation(release);
  if (remediation?.retryInterval !== undefined)
    return { decision: "retryLater", after: remediation.retryInterval, because: decision.because };
  if (remediation === undefined || !isExhausted(remediation)) return { decision: "requeue", because: decision.because };
  return { decision: "stop", because: decision.because };
}

/** Says how a pass ends after a remediation was done; nothing else is done after one. */
export function decideAfterRemediation(release: HelmRelease): Ending {
  const remediation = activeRemediation(release);
  if (remediation === undefined) return { decision: "requeue", because: "remediated" };
  if (remediation.retryInterval !== undefined)
    return { decision: "retryLater", after: remediation.retryInterval, because: "remediated" };
  const mayGoOn =
    !isExhausted(remediation) || (remediation.action === "upgrade" && remediation.strategy === "uninstall");
  if (mayGoOn) return { decision: "requeue", because: "remediated" };
  return { decision: "exceeded", remediation, because: "cannot remediate failed release" };
}

/** True when a person's change, a new chart or new values end the row of failures. Flux: step 16 of a reconcile. */
export function mustResetFailures(release: HelmRelease, desired: Desired, resetRequested: boolean): boolean {
  const { status, metadata } = release;
  return (
    resetRequested ||
    metadata.generation !== status?.lastAttemptedGeneration ||
    desired.chartVersion !== status?.lastAttemptedRevision ||
    desired.comparableConfigDigest !== status?.lastAttemptedConfigDigest
  );
}

/** True when the release that is there is not the one that is wanted and must be uninstalled first. */
export function hasTargetChanged(
  release: HelmRelease,
  target: {
    readonly storageNamespace: string;
    readonly namespace: string;
    readonly name: string;
    readonly chartName: string;
  },
): boolean {
  const { status, spec } = release;
  if (status?.storageNamespace === undefined || status.storageNamespace === "") return false;
  if (status.storageNamespace !== target.storageNamespace) return true;
  const snapshot = newestFirst(status.history)[0];
  if (snapshot === undefined) return false;
  if (snapshot.namespace !== target.namespace || snapshot.name !== target.name) return true;
  return snapshot.chartName !== target.chartName && spec.upgrade?.chartNameChangeStrategy !== "InPlaceUpdate";
}
