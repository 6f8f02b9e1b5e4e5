import { formatDuration, parseDuration } from "../../base/duration.ts";
import { messageOf } from "../../base/errors.ts";
import { describeTrigger, identityOf, type Context, type Outcome, triggerOf } from "../runtime/index.ts";
import { act } from "./act.ts";
import { timeoutOf } from "./actions/timeout.ts";
import type { Wanted } from "./actions/wanted.ts";
import { type ActionType, decide, decideAfterRemediation, type Ending, type Observation, typeOf } from "./decide.ts";
import { type Drift, summarizeDrift } from "./drift.ts";
import { latestSnapshot } from "./history.ts";
import type { Ledger } from "./ledger.ts";
import { looksForDrift, observe, StateError } from "./observe.ts";
import { activeRemediation } from "./remediation.ts";
import { forceToken, isForceRequested } from "./requests.ts";
import { fullName } from "./status.ts";

/**
 * Looks at the release, decides, acts, and looks again, until there is nothing to do or nothing that may be done now. A failure at which
 * something has asked for another look is left to that look.
 */
export async function settle(ledger: Ledger, wanted: Wanted, context: Context): Promise<Outcome> {
  try {
    const ending = await work(ledger, wanted, context);
    const outcome = conclude(ending, ledger, context);
    if (ending.decision === "none" || ending.decision === "stop") return outcome;
    return tellCanceled(ledger, context) ?? outcome;
  } catch (error) {
    const canceled = context.signal.aborted ? undefined : tellCanceled(ledger, context);
    if (canceled === undefined) throw error;
    context.log.error("failed before another reconciliation", { error: messageOf(error) });
    return canceled;
  }
}

/** Flux: with the gate CancelHealthCheckOnNewRevision. Gives undefined where nothing asked for another look. */
function tellCanceled(ledger: Ledger, context: Context): Outcome | undefined {
  const trigger = triggerOf(context);
  if (trigger === undefined) return undefined;
  const reason = "HealthCheckCanceled";
  const message = `New reconciliation triggered by ${describeTrigger(trigger)}`;
  const told = `Health checks canceled due to new reconciliation triggered by ${describeTrigger(trigger)}`;
  ledger.tell({ event: "notReady", reason, message });
  context.log.info("New reconciliation triggered, canceling health checks", { trigger });
  context.events.record(ledger.release, { type: "Normal", reason, message: told });
  return { outcome: "retry", reason, message };
}

async function work(ledger: Ledger, wanted: Wanted, context: Context): Promise<Ending> {
  const performed = new Set<ActionType>();
  for (;;) {
    context.signal.throwIfAborted();
    const seen = await look(ledger, wanted, context);
    const decision = decide(ledger.release, seen, performed);
    const force = forceToken(ledger.release);
    if (isForceRequested(ledger.release) && force !== undefined) ledger.tell({ event: "forceHandled", token: force });
    if (seen.drift !== undefined && seen.drift.length > 0) tellDrift(seen.drift, ledger, context);
    if (decision.decision !== "act") return decision;
    const { action, because } = decision;
    if (decision.clearHistory === true) ledger.tell({ event: "historyCleared" });
    if (action === "test") ledger.tell({ event: "untested" });
    if (action === "rollback" || action === "uninstallRemediation") tellTruncated(ledger);
    const timeout = formatDuration(timeoutOf(ledger.release, action));
    context.log.info(`running '${action}' action with timeout of ${timeout}`, {
      ...identityOf(ledger.release),
      because,
    });
    ledger.tell({ event: "actionStarted", action, timeout });
    await ledger.save();
    // Flux: such a release trusts nothing that was learnt of the cluster's kinds before.
    if (ledger.release.spec.persistentClient === false) context.client.refreshDiscovery();
    const { failures: before = 0 } = ledger.status;
    try {
      await act(decision, { ledger, seen, wanted, context });
      // Flux: an attempt that ended with its process counts for nothing. What it left in storage, the next process mends.
      if (context.signal.aborted && (ledger.status.failures ?? 0) > before) ledger.forget();
    } catch (error) {
      if (context.signal.aborted) ledger.forget();
      const retryInterval = activeRemediation(ledger.release)?.retryInterval;
      if (retryInterval === undefined || context.signal.aborted) throw error;
      return { decision: "retryLater", after: retryInterval, because: messageOf(error) };
    }
    if (typeOf(action) === "remediate") return decideAfterRemediation(ledger.release);
    performed.add(typeOf(action));
    // What was done is written with what comes next, which is quick, unless the cluster is asked about drift first.
    if (looksForDrift(ledger.release)) await ledger.save();
  }
}

async function look(ledger: Ledger, wanted: Wanted, context: Context): Promise<Observation> {
  try {
    return await observe(ledger, wanted, context);
  } catch (error) {
    if (error instanceof StateError && !context.signal.aborted) tellStateError(error.message, ledger);
    throw error;
  }
}

function tellStateError(because: string, ledger: Ledger): void {
  const message = `Could not determine release state: ${because}`;
  ledger.tell({ event: "notReady", reason: "StateError", message });
}

/** Tells how a pass ends when there is nothing (more) to do in it. */
function conclude(decision: Ending, ledger: Ledger, context: Context): Outcome {
  const interval = parseDuration(ledger.release.spec.interval);
  switch (decision.decision) {
    case "none":
      if (decision.state === "InSync") {
        tellTruncated(ledger);
        ledger.tell({ event: "inSync", driftDetected: looksForDrift(ledger.release) });
      } else ledger.tell({ event: "settled" });
      return { outcome: "done", again: interval };
    case "stop":
      ledger.tell({ event: "settled" });
      return { outcome: "done", again: interval };
    case "requeue":
      ledger.tell({ event: "retrying" });
      return { outcome: "retry", reason: "ProgressingWithRetry", message: decision.because };
    case "retryLater":
      ledger.tell({ event: "retrying", after: formatDuration(decision.after) });
      return { outcome: "done", again: decision.after };
    case "exceeded": {
      const { action, failureCount } = decision.remediation;
      const last = ledger.status.lastAttemptedReleaseAction ?? action;
      const message = `Failed to ${last} after ${failureCount} attempt(s)`;
      ledger.tell({ event: "stalled", reason: "RetriesExceeded", message });
      context.log.error(`terminal error: exceeded maximum retries: ${decision.because}`, identityOf(ledger.release));
      return { outcome: "stalled", reason: "RetriesExceeded", message };
    }
    case "missingRollbackTarget": {
      const message = `Failed to perform remediation: ${decision.because}`;
      ledger.tell({ event: "stalled", reason: "MissingRollbackTarget", message });
      return { outcome: "stalled", reason: "MissingRollbackTarget", message };
    }
    case "unknown": {
      tellStateError(decision.because, ledger);
      throw new Error(`cannot determine release state: ${decision.because}`);
    }
  }
}

function tellDrift(drift: readonly Drift[], ledger: Ledger, context: Context): void {
  const latest = latestSnapshot(ledger.status);
  if (latest === undefined) return;
  const message = `Cluster state of release ${fullName(latest)} has drifted from the desired state:\n${summarizeDrift(drift)}`;
  context.events.record(ledger.release, { type: "Warning", reason: "DriftDetected", message });
  ledger.tell({ event: "drifted", message });
}

function tellTruncated(ledger: Ledger): void {
  const remediation = activeRemediation(ledger.release);
  const ignoreTests = remediation?.ignoreTestFailures ?? ledger.release.spec.test?.ignoreFailures ?? false;
  ledger.tell({ event: "historyTruncated", ignoreTests, retryOnFailure: remediation?.retryInterval !== undefined });
}
