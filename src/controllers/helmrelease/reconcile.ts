import { isApiError, type HelmRelease } from "../../api/index.ts";
import { hasCode } from "../../release/index.ts";
import {
  identityOf,
  type Context,
  type Controller,
  hasFinalizer,
  type Outcome,
  requestedAt,
  writeFinalizer,
} from "../runtime/index.ts";
import { concealError, createConcealer, withConcealment } from "../concealment.ts";
import { compileHealthChecks, ExpressionError, terminalPrefix } from "../expressions.ts";
import { type Acting, createTargetClusters, type TargetClusters, TargetError } from "../target-cluster.ts";
import { uninstallAs } from "./actions/uninstall-as.ts";
import type { Wanted } from "./actions/wanted.ts";
import { hasTargetChanged, mustResetFailures } from "./decide.ts";
import { removeHelmChart, syncHelmChart } from "./helm-chart.ts";
import { type Ledger, manager, openLedger } from "./ledger.ts";
import { releaseNameOf, releaseNamespaceOf, storageNamespaceOf } from "./names.ts";
import { desiredOf } from "./observe.ts";
import { type ChartLoader, createChartLoader, type HelmReleaseOptions } from "./ports.ts";
import { prepare } from "./prepare.ts";
import { isResetRequested, resetToken } from "./requests.ts";
import { settle } from "./settle.ts";
import { sourceReferenceOf } from "./source.ts";
import { openStoredReleases, type StoredReleases } from "./stored-releases.ts";
import { wakesOf } from "./wakes.ts";

/** The HelmRelease controller: keeps a release in the cluster equal to a chart and values. */
export function helmReleaseController(options: HelmReleaseOptions): Controller<HelmRelease> {
  const loadChart = createChartLoader(options);
  const clusters = createTargetClusters(options);
  let opened: Promise<StoredReleases> | undefined;
  const stored = async ({ cache, client }: Context): Promise<StoredReleases> => {
    opened ??= openStoredReleases(cache, client);
    opened.catch(() => (opened = undefined));
    return await opened;
  };
  return {
    manager,
    kind: { apiVersion: "helm.toolkit.fluxcd.io/v2", kind: "HelmRelease" },
    wakes: wakesOf(options),
    cancelsWaits: options.featureGates?.has("CancelHealthCheckOnNewRevision") === true,
    reconcile: async (object, context) =>
      reconcile(object, context, { ...options, loadChart, clusters, releases: await stored(context) }),
  };
}

/** What the passes of all releases share. */
interface Shared extends HelmReleaseOptions {
  readonly loadChart: ChartLoader;
  readonly clusters: TargetClusters;
  readonly releases: StoredReleases;
}

/** Whatever comes of a pass is told without what its Secrets hold. */
async function reconcile(object: HelmRelease, given: Context, shared: Shared): Promise<Outcome> {
  const concealer = createConcealer();
  const context = withConcealment(given, concealer);
  const { releases, featureGates = new Set<string>(), snapshotDigestAlgorithm: algorithm, overriddenManagers } = shared;
  const options = { releases, concealer, featureGates, algorithm, overriddenManagers };
  try {
    if (object.metadata.deletionTimestamp === undefined) {
      const stored = await writeFinalizer(context, object, "present", manager);
      return await reconcileLiving(openLedger(stored, context, options), context, shared);
    }
    if (!hasFinalizer(object)) return { outcome: "done" };
    return await reconcileDeletion(openLedger(object, context, options), context, shared);
  } catch (error) {
    throw concealError(error, concealer);
  }
}

async function reconcileLiving(ledger: Ledger, context: Context, shared: Shared): Promise<Outcome> {
  const token = requestedAt(ledger.release);
  let observed = false;
  let isInterrupted = false;
  try {
    const outcome = await reconcileRelease(ledger, context, shared);
    observed = outcome.outcome === "done" || outcome.outcome === "stalled";
    return outcome;
  } catch (error) {
    isInterrupted = context.signal.aborted;
    throw error;
  } finally {
    // What was asked for is for the next process to answer.
    if (!isInterrupted) ledger.tell({ event: "ended", observed, requestedAt: token });
    await ledger.save();
  }
}

async function reconcileRelease(ledger: Ledger, context: Context, shared: Shared): Promise<Outcome> {
  const { release } = ledger;
  if (release.spec.suspend === true) {
    context.log.info("reconciliation is suspended for this object", identityOf(release));
    return { outcome: "done" };
  }
  try {
    compileHealthChecks(release.spec.healthCheckExprs);
  } catch (error) {
    return stallByExpression(ledger, context, error);
  }
  const denied = whyAccessDenied(release, shared);
  // Flux: where the chart's template crosses namespaces, nothing but the log tells of it.
  if (denied !== undefined && release.spec.chartRef === undefined) throw new Error(denied);
  await syncHelmChart(ledger, context);
  if (denied !== undefined) return stall(ledger, context, "AccessDenied", denied);
  let prepared: Awaited<ReturnType<typeof prepare>>;
  try {
    prepared = await prepare(ledger, context, shared, shared.loadChart);
  } catch (error) {
    return stallByExpression(ledger, context, error);
  }
  if ("outcome" in prepared) return prepared;
  using acting = await enter(ledger, context, shared);
  return await reconcileTarget(ledger, prepared, acting.context);
}

async function reconcileTarget(ledger: Ledger, prepared: Wanted, acting: Context): Promise<Outcome> {
  if (hasTargetChanged(ledger.release, targetOf(ledger.release, prepared))) {
    await uninstallAs("uninstalled", ledger, acting);
    ledger.tell({ event: "targetChanged" });
    return { outcome: "retry", reason: "TargetChanged", message: "the release moves to another target" };
  }
  const desired = desiredOf(ledger, prepared);
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

async function enter(ledger: Ledger, context: Context, { clusters }: Shared): Promise<Acting> {
  try {
    const acting = await clusters.enter(ledger.release, ledger.release.spec, context, ledger.concealer);
    ledger.tell({ event: "passed", reasons: ["RESTClientError"] });
    return acting;
  } catch (error) {
    if (error instanceof TargetError)
      ledger.tell({ event: "notReady", reason: "RESTClientError", message: error.message });
    throw error;
  }
}

/** Flux: no retry mends an expression that cannot be read. */
function stallByExpression(ledger: Ledger, context: Context, error: unknown): Outcome {
  if (!(error instanceof ExpressionError)) throw error;
  const { code: reason, message } = error;
  ledger.tell({ event: "stalled", reason, message: terminalPrefix + message });
  ledger.tell({ event: "notReady", reason, message: terminalPrefix + message });
  context.events.record(ledger.release, { type: "Warning", reason, message });
  return { outcome: "stalled", reason, message };
}

function whyAccessDenied(
  release: HelmRelease,
  { noCrossNamespaceRefs = false, featureGates }: HelmReleaseOptions,
): string | undefined {
  const { kind, namespace = "", name } = sourceReferenceOf(release);
  const isElsewhere = namespace !== identityOf(release).namespace;
  if (!(noCrossNamespaceRefs && isElsewhere)) {
    if (kind !== "ExternalArtifact" || featureGates?.has("ExternalArtifact") === true) return undefined;
    return `can't access '${kind}/${namespace}/${name}', ExternalArtifact feature gate is disabled`;
  }
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
async function reconcileDeletion(ledger: Ledger, context: Context, shared: Shared): Promise<Outcome> {
  const { release: object } = ledger;
  if (object.spec.suspend !== true) {
    try {
      await uninstallAtDeletion(ledger, context, shared);
      await removeHelmChart(ledger, context);
    } catch (error) {
      await ledger.save().catch((failure: unknown) => ignoreNotFound(failure));
      throw error;
    }
  }
  await writeFinalizer(context, object, "absent", manager).catch((failure: unknown) => ignoreNotFound(failure));
  return { outcome: "done" };
}

/** Flux: where what the release acts with is gone, as in a namespace that is being deleted, the release stays and its object goes. */
async function uninstallAtDeletion(ledger: Ledger, context: Context, { clusters }: Shared): Promise<void> {
  const { release } = ledger;
  if ((ledger.status.storageNamespace ?? "") === "") return;
  const skip = (error: string): void =>
    context.log.error("skipping Helm release uninstallation", { ...identityOf(release), error });
  let entered: Acting;
  try {
    entered = await clusters.enter(release, release.spec, context, ledger.concealer);
  } catch (error) {
    if (!(error instanceof TargetError)) throw error;
    if (error.code === "Missing") return skip(error.message);
    const message = `failed to build REST client getter to uninstall release: ${error.message}`;
    ledger.tell({ event: "notReady", reason: "UninstallFailed", message });
    throw error;
  }
  using acting = entered;
  if (acting.serviceAccount !== "") {
    const { namespace } = identityOf(release);
    const account = { apiVersion: "v1", kind: "ServiceAccount", namespace, name: acting.serviceAccount };
    if ((await context.client.tryGet(account)) === undefined)
      return skip(`serviceaccounts "${acting.serviceAccount}" not found`);
  }
  await uninstallAs("uninstalled", ledger, acting.context);
}

function ignoreNotFound(failure: unknown): void {
  if (!isApiError(failure, "NotFound") && !hasCode(failure, "NotFound")) throw failure;
}
