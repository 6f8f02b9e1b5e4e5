import { parseDuration } from "../../base/duration.ts";
import type { HelmRelease } from "../../api/index.ts";
import type { Milliseconds } from "../runtime/index.ts";

export type ReleaseAction = "install" | "upgrade";

/** What a HelmRelease says about failures of its install or its upgrade, with Flux's defaults filled in. */
export interface Remediation {
  readonly action: ReleaseAction;
  readonly retries: number; // below zero: without end
  readonly failureCount: number;
  readonly remediateLastFailure: boolean;
  readonly ignoreTestFailures: boolean;
  readonly strategy: "rollback" | "uninstall";
  /** Present when failures are answered by another upgrade after an interval, not by a rollback. */
  readonly retryInterval?: Milliseconds;
}

const defaultRetryInterval = 5 * 60_000;

export function remediationFor(release: HelmRelease, action: ReleaseAction): Remediation {
  const { spec, status } = release;
  const block = spec[action];
  const upgrade = action === "upgrade" ? spec.upgrade?.remediation : undefined;
  const settings = block?.remediation;
  const retries = settings?.retries ?? 0;
  const retry = block?.strategy?.name === "RetryOnFailure" ? block.strategy : undefined;
  return {
    action,
    retries,
    failureCount: (action === "install" ? status?.installFailures : status?.upgradeFailures) ?? 0,
    remediateLastFailure: settings?.remediateLastFailure ?? (action === "upgrade" && retries > 0),
    ignoreTestFailures: settings?.ignoreTestFailures ?? spec.test?.ignoreFailures ?? false,
    strategy: action === "install" ? "uninstall" : (upgrade?.strategy ?? "rollback"),
    ...(retry === undefined
      ? {}
      : {
          retryInterval: retry.retryInterval === undefined ? defaultRetryInterval : parseDuration(retry.retryInterval),
        }),
  };
}

/** The block that the last attempted action chooses; undefined before the first attempt. */
export function activeRemediation(release: HelmRelease): Remediation | undefined {
  const action = release.status?.lastAttemptedReleaseAction;
  return action === "install" || action === "upgrade" ? remediationFor(release, action) : undefined;
}

/** Flux: retries 3 means four attempts. */
export function isExhausted({ retries, failureCount }: Remediation): boolean {
  return retries >= 0 && failureCount > retries;
}
