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
import { actingContext, ActingError } from "./acting.ts";
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
import { wakes } from "./wakes.ts";

/** The HelmRelease controller: keeps a release in the cluster equal to a chart and values. */
export function helmReleaseController(options: HelmReleaseOptions): Controller<HelmRelease> {
  const loadChart = createChartLoader(options);
  let opened: Promise<StoredReleases> | undefined;
  const stored = async ({ cache, client }: Context): Promise<StoredReleases> => {
    opened ??= openStoredReleases(cache, client);
    opened.catch(() => (opened = undefined));
    return await opened;
  };
  return {
    manager,
    kind: { apiVersion: "helm.toolkit.fluxcd.io/v2", kind: "HelmRelease" },
    wakes,
    reconcile: async (object, context) =>
      reconcile(object, context, { ...options, loadChart, releases: await stored(context) }),
  };
}

/** What the passes of all releases share. */
interface Shared extends HelmReleaseOptions {
  readonly loadChart: ChartLoader;
  readonly releases: StoredReleases;
}

async function reconcile(object: HelmRelease, context: Context, shared: Shared): Promise<Outcome> {
  if (object.metadata.deletionTimestamp !== undefined) return await reconcileDeletion(object, context, shared);
  const ledger = openLedger(await writeFinalizer(context, object, "present", manager), context, shared.releases);
  let observed = false;
  try {
    const outcome = await reconcileRelease(ledger, context, shared);
    observed = outcome.outcome === "done" || outcome.outcome === "stalled";
    return outcome;
  } finally {
    ledger.tell({ event: "ended", observed, requestedAt: requestedAt(object) });
    await ledger.save();
  }
}

async function reconcileRelease(ledger: Ledger, context: Context, shared: Shared): Promise<Outcome> {
  const { release } = ledger;
  if (release.spec.suspend === true) {
    context.log.info("reconciliation is suspended for this object", identityOf(release));
    return { outcome: "done" };
  }
  const denied = whyAccessDenied(release, shared);
  if (denied !== undefined) return stall(ledger, context, "AccessDenied", denied);
  await syncHelmChart(ledger, context);
  const prepared = await prepare(ledger, context, shared, shared.loadChart);
  if ("outcome" in prepared) return prepared;
  const acting = readyToAct(ledger, context, shared);
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
async function reconcileDeletion(object: HelmRelease, context: Context, shared: Shared): Promise<Outcome> {
  if (!hasFinalizer(object)) return { outcome: "done" };
  const ledger = openLedger(object, context, shared.releases);
  if (object.spec.suspend !== true) {
    try {
      if ((ledger.status.storageNamespace ?? "") !== "")
        await uninstallAs("uninstalled", ledger, actingContext(object, context, shared));
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
