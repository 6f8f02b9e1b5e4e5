import { formatDuration, parseDuration } from "../../base/duration.ts";
import { messageOf } from "../../base/errors.ts";
import type { HelmRelease } from "../../api/index.ts";
import type { Values } from "../../base/value.ts";
import { type Chart, type ChartCrd, chartCrds, processDependencies } from "../../chart/index.ts";
import {
  configDigest,
  createSecretStorage,
  applyCrds,
  createWaiter,
  install,
  inventoryOf,
  type ReleaseContext,
  ReleaseError,
  type ReleaseRecord,
  rollback,
  test as runTests,
  uninstall,
  unlock,
  upgrade,
} from "../../release/index.ts";
import type { Context, Milliseconds } from "../runtime/index.ts";
import type { Action, Decision, Observation } from "./decide.ts";
import type { Drift } from "./drift.ts";
import { correctDrift } from "./drift-detection.ts";
import { latestSnapshot, previousGood, type Snapshot } from "./history.ts";
import { type Ledger, manager } from "./ledger.ts";
import { createLogBuffer } from "./log-buffer.ts";
import { releaseNameOf, releaseNamespaceOf } from "./names.ts";
import { originLabels, postRendererFor } from "./post-render.ts";
import { activeRemediation, remediationFor, type ReleaseAction } from "./remediation.ts";
import { snapshotOf, testHooksOf } from "./snapshot.ts";
import { chartName, fullName, succeededMessage } from "./status.ts";

/** What is wanted, loaded and composed: everything that an action needs besides the cluster. */
export interface Wanted {
  readonly chart: Chart;
  readonly values: Values;
  readonly ociDigest: string;
}

const defaultTimeout = 5 * 60_000;

/** How long an action may take: its own timeout, else the release's, else five minutes. */
export function timeoutOf(release: HelmRelease, action: Action | "uninstall"): Milliseconds {
  const { spec } = release;
  const own =
    action === "uninstallRemediation"
      ? spec.uninstall?.timeout
      : action === "unlock" || action === "correctDrift"
        ? undefined
        : spec[action]?.timeout;
  const text = own ?? spec.timeout;
  return text === undefined ? defaultTimeout : parseDuration(text);
}

/** Does what was decided, and tells the ledger. Throws what changed nothing in storage: there is nothing to remedy then, only to try again. */
export async function act(
  decision: Extract<Decision, { readonly decision: "act" }>,
  {
    ledger,
    seen,
    wanted,
    context,
  }: { readonly ledger: Ledger; readonly seen: Observation; readonly wanted: Wanted; readonly context: Context },
): Promise<void> {
  switch (decision.action) {
    case "install":
    case "upgrade":
      await makeRelease(decision.action, ledger, wanted, context);
      break;
    case "rollback":
      await rollBack(ledger, wanted, context);
      break;
    case "uninstallRemediation":
      await uninstallAs("remediatedByUninstall", ledger, context);
      break;
    case "test":
      await testRelease(ledger, context);
      break;
    case "unlock":
      await unlockRelease(ledger, context);
      break;
    case "correctDrift":
      await correct(seen.drift ?? [], ledger, context);
      break;
  }
}

/** One action's view of the release room: its log, and every record that it wrote. */
function openAction(ledger: Ledger, context: Context) {
  const logs = createLogBuffer(context.now);
  const written = new Map<number, ReleaseRecord>();
  const releaseContext: ReleaseContext = {
    client: context.client,
    cache: context.cache,
    storage: createSecretStorage({
      client: context.client,
      namespace: ledger.status.storageNamespace ?? "",
      now: context.now,
    }),
    now: context.now,
    fieldManager: manager,
    signal: context.signal,
    log: logs.log,
    busy: context.busy,
    onRecord: (record) => void written.set(record.version, record),
  };
  const snapshots = (options: { readonly action?: string; readonly ociDigest?: string } = {}): readonly Snapshot[] =>
    [...written.values()].map((record) => {
      const known = ledger.status.history?.find(({ version }) => version === record.version);
      const ociDigest = known?.ociDigest ?? options.ociDigest;
      return snapshotOf(record, { ...options, ...(ociDigest === undefined ? {} : { ociDigest }) });
    });
  return { releaseContext, logs, written, snapshots };
}

async function makeRelease(action: ReleaseAction, ledger: Ledger, wanted: Wanted, context: Context): Promise<void> {
  const { release } = ledger;
  const { chart, values, ociDigest } = wanted;
  const timeout = timeoutOf(release, action);
  const crds = chartCrds(processDependencies(chart, values));
  const { releaseContext, logs, written, snapshots } = openAction(ledger, context);
  const began = performance.now();
  let error: string | undefined;
  let thrown: unknown;
  try {
    await applyDefinitions(action, release, crds, releaseContext);
    if (action === "install") await install(releaseContext, installOptions(release, wanted, timeout));
    else await upgrade(releaseContext, upgradeOptions(release, wanted, timeout));
  } catch (caught) {
    thrown = caught;
    error = messageOf(caught).trim();
  }
  const duration = formatDuration(performance.now() - began);
  const [newest, ...older] = snapshots({ action, ociDigest }).toSorted((a, b) => b.version - a.version);
  const recorded = newest === undefined ? [] : [newest, ...older];
  await tellInventory(ledger, written.get(newest?.version ?? 0), crds, context);
  const { metadata } = chart;
  const keepsRetrying = remediationFor(release, action).retryInterval !== undefined;
  const summary =
    error !== undefined || newest === undefined
      ? `Helm ${action} failed for release ${releaseNamespaceOf(release)}/${releaseNameOf(release)} with chart ${metadata.name}@${metadata.version}: ${error ?? "nothing was stored"}`
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
    configDigest(values),
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

async function tellInventory(
  ledger: Ledger,
  record: ReleaseRecord | undefined,
  crds: readonly ChartCrd[],
  context: Context,
): Promise<void> {
  if (record === undefined) return;
  const { entries, warnings } = await inventoryOf(record, { client: context.client, crds });
  ledger.tell({ event: "inventory", entries });
  if (warnings.length === 0) return;
  context.events.record(ledger.release, {
    type: "Warning",
    reason: "NamespaceCheckSkipped",
    message: warnings.join("; "),
  });
}

/** `enabled` and `disabled` are how Flux spells a yes and a no that may also be `auto`. */
function serverSideOf(setting: "enabled" | "disabled" | "auto" | undefined): boolean | "auto" {
  return setting === undefined || setting === "auto" ? "auto" : setting === "enabled";
}

async function rollBack(ledger: Ledger, { values, chart }: Wanted, context: Context): Promise<void> {
  const { release } = ledger;
  const timeout = timeoutOf(release, "rollback");
  const { releaseContext, logs, written, snapshots } = openAction(ledger, context);
  const target = previousGood(ledger.status, { ignoreTests: remediationFor(release, "upgrade").ignoreTestFailures });
  if (target === undefined) throw new Error("missing target release for rollback: required to rollback");
  const { rollback: settings = {} } = release.spec;
  const describe = `Helm rollback to previous release ${fullName(target)} with chart ${chartName(target)}`;
  try {
    await rollback(releaseContext, {
      name: releaseNameOf(release),
      revision: target.version,
      timeout,
      waitStrategy: waitStrategyOf(release, settings.disableWait),
      waitForJobs: settings.disableWaitForJobs !== true,
      disableHooks: settings.disableHooks === true,
      serverSideApply: serverSideOf(settings.serverSideApply),
      forceConflicts: true,
      forceReplace: settings.force === true,
      cleanupOnFail: settings.cleanupOnFail === true,
      maxHistory: release.spec.maxHistory ?? 5,
    });
    ledger.tell({
      event: "rolledBack",
      written: snapshots({ action: "rollback" }),
      ok: true,
      summary: `${describe} succeeded`,
    });
    const deployed = [...written.values()].find(({ info }) => info.status === "deployed");
    await tellInventory(ledger, deployed, chartCrds(processDependencies(chart, values)), context);
    notify(ledger, context, "Normal", "RollbackSucceeded", `${describe} succeeded`, target, configDigest(values));
  } catch (error) {
    const summary = `${describe} failed: ${messageOf(error).trim()}`;
    ledger.tell({ event: "rolledBack", written: snapshots({ action: "rollback" }), ok: false, summary });
    notify(ledger, context, "Warning", "RollbackFailed", summary + logs.suffix(), target, configDigest(values));
    if (written.size === 0) throw error;
  }
}

/** Uninstalls the latest release: to remedy a failed one, or because the object goes or points elsewhere. */
export async function uninstallAs(
  event: "remediatedByUninstall" | "uninstalled",
  ledger: Ledger,
  context: Context,
): Promise<void> {
  const { release } = ledger;
  const latest = latestSnapshot(ledger.status);
  if (latest === undefined) {
    if (event === "uninstalled") return;
    throw new Error("no latest release: required to uninstall");
  }
  const timeout = timeoutOf(release, "uninstall");
  const { releaseContext, logs, written, snapshots } = openAction(ledger, context);
  const settings: Partial<NonNullable<HelmRelease["spec"]["uninstall"]>> = release.spec.uninstall ?? {};
  const isRemediation = event === "remediatedByUninstall";
  const action = isRemediation ? "uninstall-remediation" : "uninstall";
  const describe = `Helm uninstall${isRemediation ? " remediation" : ""}`;
  const about = `for release ${fullName(latest)} with chart ${chartName(latest)}`;
  try {
    await uninstall(releaseContext, {
      name: latest.name,
      keepHistory: settings.keepHistory === true,
      disableHooks: settings.disableHooks === true,
      waitStrategy: waitStrategyOf(release, settings.disableWait),
      timeout,
      deletionPropagation: settings.deletionPropagation ?? "background",
    });
    const summary = isRemediation ? `${describe} ${about} succeeded` : `${describe} succeeded ${about}`;
    ledger.tell({ event, written: snapshots({ action }), ok: true, summary });
    notify(ledger, context, "Normal", "UninstallSucceeded", summary, latest, latest.configDigest);
  } catch (error) {
    if (!isRemediation && error instanceof ReleaseError && error.code === "NotFound") {
      const summary = `Release ${fullName(latest)} was not found, assuming it is uninstalled`;
      ledger.tell({ event, written: [], ok: true, summary });
      return;
    }
    const cause = messageOf(error).trim();
    const summary = isRemediation ? `${describe} ${about} failed: ${cause}` : `${describe} failed ${about}: ${cause}`;
    ledger.tell({ event, written: snapshots({ action }), ok: false, summary });
    notify(ledger, context, "Warning", "UninstallFailed", summary + logs.suffix(), latest, latest.configDigest);
    if (!isRemediation || written.size === 0) throw error;
  }
}

async function testRelease(ledger: Ledger, context: Context): Promise<void> {
  const { release } = ledger;
  const latest = latestSnapshot(ledger.status);
  if (latest === undefined) throw new Error("no latest release: required for test");
  const timeout = timeoutOf(release, "test");
  const { releaseContext, logs, written } = openAction(ledger, context);
  const filters = release.spec.test?.filters ?? [];
  const exclude = filters.filter((filter) => filter.exclude === true).map(({ name }) => name);
  const include = filters.filter((filter) => filter.exclude !== true).map(({ name }) => name);
  const includes = (name: string): boolean =>
    !exclude.includes(name) && (include.length === 0 || include.includes(name));
  const about = `for release ${fullName(latest)} with chart ${chartName(latest)}`;
  let error: unknown;
  try {
    await runTests(releaseContext, {
      name: latest.name,
      timeout,
      waitStrategy: "poller",
      filters: { include, exclude },
    });
  } catch (caught) {
    error = caught;
  }
  const record = [...written.values()].find(({ version }) => version === latest.version);
  const hooks = record === undefined ? {} : testHooksOf(record, includes);
  const ociDigest = latest.ociDigest;
  const options = {
    ...(latest.action === undefined ? {} : { action: latest.action }),
    ...(ociDigest === undefined ? {} : { ociDigest }),
  };
  const snapshot: Snapshot = { ...(record === undefined ? latest : snapshotOf(record, options)), testHooks: hooks };
  if (error === undefined) {
    const count = Object.keys(hooks).length;
    const tail = count === 0 ? "no test hooks" : `${count} test hook${count === 1 ? "" : "s"} completed successfully`;
    const summary = `Helm test succeeded ${about}: ${tail}`;
    ledger.tell({ event: "tested", snapshot, ok: true, summary });
    notify(ledger, context, "Normal", "TestSucceeded", summary, latest, latest.configDigest);
    return;
  }
  const summary = `Helm test failed ${about}: ${messageOf(error).trim()}`;
  const remediation = activeRemediation(release);
  const counted =
    remediation !== undefined && !remediation.ignoreTestFailures && written.size > 0
      ? { countsAsFailureOf: remediation.action }
      : {};
  ledger.tell({ event: "tested", snapshot, ok: false, summary, ...counted });
  notify(ledger, context, "Warning", "TestFailed", summary + logs.suffix(), latest, latest.configDigest);
  if (written.size === 0) throw error;
}

async function unlockRelease(ledger: Ledger, context: Context): Promise<void> {
  const { release } = ledger;
  const { releaseContext, snapshots } = openAction(ledger, context);
  const name = releaseNameOf(release);
  const unlocked = await unlock(releaseContext, { name });
  if (unlocked === undefined) return; // Somebody else was quicker: the next look will tell.
  const shown = snapshotOf(unlocked.record);
  const summary = `Unlocked Helm release ${fullName(shown)} with chart ${chartName(shown)} in ${unlocked.from} state`;
  ledger.tell({ event: "unlocked", written: snapshots(), ok: true, summary });
  notify(ledger, context, "Normal", "PendingRelease", summary, shown, shown.configDigest);
}

async function correct(drift: readonly Drift[], ledger: Ledger, context: Context): Promise<void> {
  const latest = latestSnapshot(ledger.status);
  if (latest === undefined) return;
  ledger.tell({ event: "correctingDrift" });
  const { corrected, failed } = await correctDrift(drift, context);
  const about = `cluster state of release ${fullName(latest)}`;
  if (failed.length > 0) {
    const partially = corrected.length > 0 ? "partially " : "";
    const done = corrected.length > 0 ? `\n\nSuccessful corrections:\n${corrected.join("\n")}` : "";
    const message = `Failed to ${partially}correct ${about}:\n${failed.join("\n")}${done}`;
    notify(ledger, context, "Warning", "DriftCorrectionFailed", message, latest, latest.configDigest);
  } else if (corrected.length > 0) {
    const message = `Cluster state of release ${fullName(latest)} has been corrected:\n${corrected.join("\n")}`;
    notify(ledger, context, "Normal", "DriftCorrected", message, latest, latest.configDigest);
  }
}

function installOptions(release: HelmRelease, wanted: Wanted, timeout: Milliseconds): Parameters<typeof install>[1] {
  const { install: settings = {}, targetNamespace } = release.spec;
  return {
    ...commonOptions(release, wanted, timeout, settings),
    // Flux: an existing namespace of the HelmRelease itself needs no creation.
    createNamespace: settings.createNamespace === true && targetNamespace !== undefined,
    replace: settings.replace === true,
    skipCrds: true, // they were applied before, with Flux's policies
    serverSideApply: settings.serverSideApply ?? true,
  };
}

function upgradeOptions(release: HelmRelease, wanted: Wanted, timeout: Milliseconds): Parameters<typeof upgrade>[1] {
  const { upgrade: settings = {}, maxHistory = 5 } = release.spec;
  return {
    ...commonOptions(release, wanted, timeout, settings),
    serverSideApply: serverSideOf(settings.serverSideApply),
    forceReplace: settings.force === true,
    cleanupOnFail: settings.cleanupOnFail === true,
    valuesPolicy: settings.preserveValues === true ? "reuse" : "reset",
    maxHistory,
  };
}

function commonOptions(
  release: HelmRelease,
  { chart, values }: Wanted,
  timeout: Milliseconds,
  settings: NonNullable<HelmRelease["spec"]["install"] | HelmRelease["spec"]["upgrade"]>,
) {
  const strategy = release.spec.postRenderStrategy;
  return {
    name: releaseNameOf(release),
    namespace: releaseNamespaceOf(release),
    chart,
    values,
    timeout,
    forceConflicts: true,
    takeOwnership: settings.disableTakeOwnership !== true,
    waitStrategy: waitStrategyOf(release, settings.disableWait),
    waitForJobs: settings.disableWaitForJobs !== true,
    disableHooks: settings.disableHooks === true,
    skipSchemaValidation: settings.disableSchemaValidation === true,
    postRender: postRendererFor(release),
    postRenderStrategy: strategy === undefined ? ("combined" as const) : strategy,
  };
}

function waitStrategyOf(release: HelmRelease, disabled: boolean | undefined): "hookOnly" | "legacy" | "poller" {
  if (disabled === true) return "hookOnly";
  return release.spec.waitStrategy?.name ?? "poller";
}

/** Flux's event about an action: annotated with what revision and which values it was about. */
function notify(
  ledger: Ledger,
  context: Context,
  type: "Normal" | "Warning",
  reason: string,
  message: string,
  about: {
    readonly chartVersion: string;
    readonly appVersion?: string | undefined;
    readonly ociDigest?: string | undefined;
  },
  token: string,
): void {
  const group = "helm.toolkit.fluxcd.io";
  const own = Object.entries(ledger.release.metadata.annotations ?? {}).filter(([key]) =>
    key.startsWith("event.toolkit.fluxcd.io/"),
  );
  context.events.record(ledger.release, {
    type,
    reason,
    message,
    annotations: {
      ...Object.fromEntries(own),
      [`${group}/revision`]: about.chartVersion,
      [`${group}/token`]: token,
      ...(about.appVersion === undefined || about.appVersion === ""
        ? {}
        : { [`${group}/app-version`]: about.appVersion }),
      ...(about.ociDigest === undefined || about.ociDigest === "" ? {} : { [`${group}/oci-digest`]: about.ociDigest }),
    },
  });
}
