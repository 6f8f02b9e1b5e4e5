import { isApiError, type HelmRelease } from "../../api/index.ts";
import { formatDuration, parseDuration } from "../../base/duration.ts";
import { messageOf } from "../../base/errors.ts";
import type { Values } from "../../base/value.ts";
import { hasCode } from "../../release/index.ts";
import {
  type Context,
  type Controller,
  hasFinalizer,
  type Outcome,
  requestedAt,
  writeFinalizer,
} from "../runtime/index.ts";
import { act, timeoutOf, uninstallAs, type Wanted } from "./act.ts";
import {
  type ActionType,
  type Decision,
  decide,
  decideAfterRemediation,
  hasTargetChanged,
  mustResetFailures,
  typeOf,
} from "./decide.ts";
import { type Drift, summarizeDrift } from "./drift.ts";
import { latestSnapshot } from "./history.ts";
import { fullName } from "./status.ts";
import { removeHelmChart, syncHelmChart } from "./helm-chart.ts";
import { type Ledger, manager, openLedger } from "./ledger.ts";
import { identityOf, releaseNameOf, releaseNamespaceOf, storageNamespaceOf } from "./names.ts";
import { desiredOf, looksForDrift, observe, readSource, readValues, whyDependenciesNotReady } from "./observe.ts";
import { type ChartLoader, createChartLoader, type HelmReleaseOptions } from "./ports.ts";
import { activeRemediation } from "./remediation.ts";
import { forceToken, isForceRequested, isResetRequested, resetToken } from "./requests.ts";
import { ChartMutateError, sourceReferenceOf, withSourceRevision, whySourceNotReady } from "./source.ts";
import { ValuesError } from "./values.ts";
import { wakes } from "./wakes.ts";

const defaultRequeue = 30_000;

/** The HelmRelease controller: keeps a release in the cluster equal to a chart and values. */
export function helmReleaseController(options: HelmReleaseOptions): Controller<HelmRelease> {
  const loadChart = createChartLoader(options);
  return {
    manager,
    kind: { apiVersion: "helm.toolkit.fluxcd.io/v2", kind: "HelmRelease" },
    wakes,
    reconcile: (object, context) => reconcile(object, context, options, loadChart),
  };
}

async function reconcile(
  object: HelmRelease,
  context: Context,
  options: HelmReleaseOptions,
  loadChart: ChartLoader,
): Promise<Outcome> {
  if (object.metadata.deletionTimestamp !== undefined) return await reconcileDeletion(object, context, options);
  const ledger = openLedger(await writeFinalizer(context, object, "present", manager), context);
  let observed = false;
  try {
    const outcome = await reconcileRelease(ledger, context, options, loadChart);
    observed = outcome.outcome === "done" || outcome.outcome === "stalled";
    return outcome;
  } finally {
    ledger.tell({ event: "ended", observed, requestedAt: requestedAt(object) });
    await ledger.save();
  }
}

async function reconcileRelease(
  ledger: Ledger,
  context: Context,
  options: HelmReleaseOptions,
  loadChart: ChartLoader,
): Promise<Outcome> {
  const { release } = ledger;
  if (release.spec.suspend === true) {
    context.log.info("reconciliation is suspended for this object", identityOf(release));
    return { outcome: "done" };
  }
  const denied = whyAccessDenied(release, options);
  if (denied !== undefined) return stall(ledger, context, "AccessDenied", denied);
  await syncHelmChart(ledger, context);
  const prepared = await prepare(ledger, context, options, loadChart);
  if ("outcome" in prepared) return prepared;
  const acting = readyToAct(ledger, context, options);
  if (hasTargetChanged(ledger.release, targetOf(ledger.release, prepared))) {
    await uninstallAs("uninstalled", ledger, acting);
    ledger.tell({ event: "targetChanged" });
    return { outcome: "retry", reason: "TargetChanged", message: "the release moves to another target" };
  }
  const desired = desiredOf(ledger.release, prepared);
  const reset = isResetRequested(ledger.release);
  ledger.tell({
    event: "attempted",
    storageNamespace: storageNamespaceOf(ledger.release),
    revision: desired.chartVersion,
    revisionDigest: prepared.ociDigest,
    configDigest: desired.configDigest,
    resetFailures: mustResetFailures(ledger.release, desired, reset),
  });
  const resetAt = resetToken(ledger.release);
  if (reset && resetAt !== undefined) ledger.tell({ event: "resetHandled", token: resetAt });
  return await settle(ledger, prepared, acting);
}

function readyToAct(ledger: Ledger, context: Context, options: HelmReleaseOptions): Context {
  try {
    const acting = actingContext(ledger.release, context, options);
    if ((ledger.release.spec.healthCheckExprs ?? []).length > 0)
      throw new ActingError("RESTClientError", "spec.healthCheckExprs is not supported yet");
    ledger.tell({ event: "passed", reasons: ["RESTClientError"] });
    return acting;
  } catch (error) {
    if (error instanceof ActingError) ledger.tell({ event: "notReady", reason: error.code, message: error.message });
    throw error;
  }
}

/** Looks at the release, decides, acts, and looks again, until there is nothing to do or nothing that may be done now. */
async function settle(ledger: Ledger, wanted: Wanted, context: Context): Promise<Outcome> {
  const { interval } = ledger.release.spec;
  const performed = new Set<ActionType>();
  for (;;) {
    context.signal.throwIfAborted();
    const seen = await observe(ledger, wanted, context);
    const decision = decide(ledger.release, seen, performed);
    const force = forceToken(ledger.release);
    if (isForceRequested(ledger.release) && force !== undefined) ledger.tell({ event: "forceHandled", token: force });
    if (seen.drift !== undefined && seen.drift.length > 0) tellDrift(seen.drift, ledger, context);
    if (decision.decision !== "act") return conclude(decision, ledger, context, parseDuration(interval));
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
    try {
      await act(decision, { ledger, seen, wanted, context });
    } catch (error) {
      const retryInterval = activeRemediation(ledger.release)?.retryInterval;
      if (retryInterval === undefined || context.signal.aborted) throw error;
      return conclude({ decision: "retryLater", after: retryInterval, because: messageOf(error) }, ledger, context, 0);
    }
    if (typeOf(action) === "remediate")
      return conclude(decideAfterRemediation(ledger.release), ledger, context, parseDuration(interval));
    performed.add(typeOf(action));
    await ledger.save();
  }
}

/** Tells how a pass ends when there is nothing (more) to do in it. */
function conclude(
  decision: Exclude<Decision, { readonly decision: "act" }> | Decision,
  ledger: Ledger,
  context: Context,
  interval: number,
): Outcome {
  switch (decision.decision) {
    case "act":
      throw new Error(`cannot end a pass with action ${decision.action}`); // decideAfterRemediation chooses none
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
      const message = `Could not determine release state: ${decision.because}`;
      ledger.tell({ event: "notReady", reason: "StateError", message });
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

/** Fulfils the prerequisites in Flux's order: dependencies, source, values, chart. Gives an outcome when one is missing. */
async function prepare(
  ledger: Ledger,
  context: Context,
  options: HelmReleaseOptions,
  loadChart: ChartLoader,
): Promise<Wanted | Outcome> {
  const { requeueDependency = defaultRequeue } = options;
  const { release } = ledger;
  const notReady = (reason: string, message: string): void => ledger.tell({ event: "notReady", reason, message });
  const waiting = (reason: string, message: string): Outcome => {
    notReady(reason, message);
    return { outcome: "waiting", reason, message, again: requeueDependency };
  };
  const hasNews = release.metadata.generation !== release.status?.observedGeneration;
  if (hasNews) {
    ledger.tell({ event: "reconciling", message: "Fulfilling prerequisites" });
    await ledger.save();
  }

  const dependency = await whyDependenciesNotReady(release, context);
  if (dependency !== undefined) {
    context.events.record(release, { type: "Normal", reason: "DependencyNotReady", message: dependency });
    return waiting("DependencyNotReady", dependency);
  }
  ledger.tell({ event: "passed", reasons: ["DependencyNotReady"] });

  const reference = sourceReferenceOf(release);
  let source: Awaited<ReturnType<typeof readSource>>;
  try {
    source = await readSource(release, context);
  } catch (error) {
    notReady("ArtifactFailed", `could not get Source object: ${messageOf(error)}`);
    if (isApiError(error, "NotFound"))
      context.events.record(release, {
        type: "Warning",
        reason: "ArtifactFailed",
        message: `could not get Source object: ${messageOf(error)}`,
      });
    throw error;
  }
  ledger.tell({ event: "passed", reasons: ["AccessDenied", "ArtifactFailed"] });

  const why = whySourceNotReady({ ...source, kind: reference.kind });
  if (why !== undefined) return waiting("SourceNotReady", why);
  ledger.tell({ event: "passed", reasons: ["SourceNotReady"] });

  let values: Values;
  try {
    values = await readValues(release, context);
  } catch (error) {
    if (error instanceof ValuesError) {
      notReady("ValuesError", error.message);
      context.events.record(release, { type: "Warning", reason: "ValuesError", message: error.message });
    }
    throw error;
  }
  ledger.tell({ event: "passed", reasons: ["ValuesError"] });

  try {
    const loaded = await loadChart(source.status!.artifact!, context.signal);
    const wanted = withSourceRevision(loaded, { ...source, kind: reference.kind });
    ledger.tell({ event: "passed", reasons: ["ArtifactFailed"] });
    return { ...wanted, values };
  } catch (error) {
    if (error instanceof ChartMutateError) notReady("ChartMutateError", error.message);
    else if (isMissing(error))
      return waiting(
        "ArtifactFailed",
        `Source not ready: artifact not found. Retrying in ${formatDuration(requeueDependency)}`,
      );
    else {
      notReady("ArtifactFailed", `Could not load chart: ${messageOf(error)}`);
      context.events.record(release, { type: "Warning", reason: "ArtifactFailed", message: messageOf(error) });
    }
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ArtifactMissing" || error.code === "NotFound");
}

function whyAccessDenied(
  release: HelmRelease,
  { noCrossNamespaceRefs = false }: HelmReleaseOptions,
): string | undefined {
  if (!noCrossNamespaceRefs) return undefined;
  const { kind, namespace = "", name } = sourceReferenceOf(release);
  if (namespace === identityOf(release).namespace) return undefined;
  return `cross-namespace references are not allowed: cannot access ${kind} ${namespace}/${name}`;
}

function stall(ledger: Ledger, context: Context, reason: string, message: string): Outcome {
  ledger.tell({ event: "stalled", reason, message });
  ledger.tell({ event: "notReady", reason, message });
  context.events.record(ledger.release, { type: "Warning", reason, message });
  return { outcome: "stalled", reason, message };
}

function targetOf(release: HelmRelease, { chart }: Wanted) {
  return {
    storageNamespace: storageNamespaceOf(release),
    namespace: releaseNamespaceOf(release),
    name: releaseNameOf(release),
    chartName: chart.metadata.name,
  };
}

/** Uninstalls the release and lets the object go. A suspended one goes without its release. */
async function reconcileDeletion(object: HelmRelease, context: Context, options: HelmReleaseOptions): Promise<Outcome> {
  if (!hasFinalizer(object)) return { outcome: "done" };
  const ledger = openLedger(object, context);
  if (object.spec.suspend !== true) {
    try {
      if ((ledger.status.storageNamespace ?? "") !== "")
        await uninstallAs("uninstalled", ledger, actingContext(object, context, options));
      await removeHelmChart(ledger, context);
    } catch (error) {
      await ledger.save().catch((failure: unknown) => ignoreNotFound(failure));
      throw error;
    }
  }
  await writeFinalizer(context, object, "absent", manager).catch((failure: unknown) => ignoreNotFound(failure));
  return { outcome: "done" };
}

function ignoreNotFound(failure: unknown): void {
  if (!isApiError(failure, "NotFound") && !hasCode(failure, "NotFound")) throw failure;
}
