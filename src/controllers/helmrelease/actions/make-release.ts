import type { HelmRelease } from "../../../api/index.ts";
import { formatDuration } from "../../../base/duration.ts";
import { type ChartCrd, chartCrds, processDependencies } from "../../../chart/index.ts";
import {
  applyCrds,
  configDigest,
  createWaiter,
  install,
  type ReleaseContext,
  upgrade,
} from "../../../release/index.ts";
import type { Context } from "../../runtime/index.ts";
import type { Ledger } from "../ledger.ts";
import { releaseNameOf, releaseNamespaceOf } from "../names.ts";
import { originLabels } from "../post-render.ts";
import { type ReleaseAction, remediationFor } from "../remediation.ts";
import { succeededMessage } from "../status.ts";
import { tellInventory } from "./inventory.ts";
import { notify } from "./notify.ts";
import { installOptions, upgradeOptions } from "./options.ts";
import { openAction } from "./session.ts";
import { timeoutOf } from "./timeout.ts";
import type { Wanted } from "./wanted.ts";

/** Installs or upgrades. Throws what stored nothing. */
export async function makeRelease(
  action: ReleaseAction,
  ledger: Ledger,
  wanted: Wanted,
  context: Context,
): Promise<void> {
  const { release } = ledger;
  const { chart, values, ociDigest } = wanted;
  const timeout = timeoutOf(release, action);
  const crds = chartCrds(processDependencies(chart, values));
  const { releaseContext, logs, written, snapshots, describe } = openAction(ledger, context);
  const began = performance.now();
  let error: string | undefined;
  let reasons = "";
  let thrown: unknown;
  try {
    await applyDefinitions(action, release, crds, releaseContext);
    if (action === "install") await install(releaseContext, installOptions(release, wanted, timeout));
    else await upgrade(releaseContext, upgradeOptions(release, wanted, timeout));
  } catch (caught) {
    thrown = caught;
  }
  const duration = formatDuration(performance.now() - began);
  if (thrown !== undefined) ({ text: error, reasons } = await describe(thrown));
  const [newest, ...older] = snapshots({ action, ociDigest }).toSorted((a, b) => b.version - a.version);
  const recorded = newest === undefined ? [] : [newest, ...older];
  await tellInventory(ledger, written.get(newest?.version ?? 0), crds, context);
  const { metadata } = chart;
  const keepsRetrying = remediationFor(release, action).retryInterval !== undefined;
  const summary =
    error !== undefined || newest === undefined
      ? `Helm ${action} failed for release ${releaseNamespaceOf(release)}/${releaseNameOf(release)} with chart ${metadata.name}@${metadata.version}: ${error ?? "nothing was stored"}${reasons}`
      : succeededMessage(action, newest);
  ledger.tell({
    event: "released",
    action,
    duration,
    written: recorded,
    summary,
    keepsRetrying,
    ...(error === undefined ? {} : { error }),
  });
  if (error === undefined && newest !== undefined) {
    notify(
      ledger,
      context,
      "Normal",
      action === "install" ? "InstallSucceeded" : "UpgradeSucceeded",
      summary,
      newest,
      newest.configDigest,
    );
    return;
  }
  const failed = { chartVersion: metadata.version, appVersion: metadata.appVersion, ociDigest };
  notify(
    ledger,
    context,
    "Warning",
    action === "install" ? "InstallFailed" : "UpgradeFailed",
    summary + logs.suffix(),
    failed,
    configDigest(values, ledger.algorithm),
  );
  if (written.size === 0) throw thrown;
}

/** Applies the chart's definitions before the release. Flux: an omitted policy means Create, for upgrades too. */
async function applyDefinitions(
  action: ReleaseAction,
  release: HelmRelease,
  crds: readonly ChartCrd[],
  context: ReleaseContext,
): Promise<void> {
  const settings = release.spec[action];
  await using waiter = createWaiter(context, "poller");
  await applyCrds(context, crds, {
    policy: settings?.crds ?? "Create",
    serverSide: settings?.serverSideApply !== false && settings?.serverSideApply !== "disabled",
    waiter,
    labels: originLabels(release),
  });
}
