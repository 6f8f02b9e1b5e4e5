import { isApiError } from "../api/index.ts";
import { messageOf } from "../base/errors.ts";
import { goQuote } from "../base/go-quote.ts";
import type { Values } from "../base/value.ts";
import { type Capabilities, type Chart, chartCrds, offlineCapabilities, processDependencies } from "../chart/index.ts";
import { createObjects, updateObjects } from "./apply.ts";
import { assertReachable } from "./capabilities.ts";
import {
  abortOption,
  busily,
  cancellation,
  type Milliseconds,
  observed,
  type ReleaseContext,
  withoutSignal,
} from "./context.ts";
import { installCrds } from "./crds.ts";
import { Draft, storeDraft, storeRecord } from "./draft.ts";
import { hasCode, inStep, ReleaseError, wrapped } from "./errors.ts";
import { runHooks } from "./hooks.ts";
import { buildObjects, type ReleaseObject } from "./objects.ts";
import { findExisting, withOwnership } from "./ownership.ts";
import { type ReleaseRecord, timestamp, withStatus } from "./record.ts";
import { toRecordedChart, toRecordedHook } from "./recorded-chart.ts";
import { releaseNameProblem } from "./release-name.ts";
import { type DryRun, manifestWithoutSecrets, type RenderSettings, renderRelease } from "./render.ts";
import { createRevision, sortByRevision } from "./storage/history.ts";
import { reservedLabel } from "./storage/labels.ts";
import { uninstall } from "./uninstall.ts";
import { createWaiter, type Waiter, type WaitStrategy } from "./wait.ts";

/** What is installed, and how. */
export interface InstallOptions extends RenderSettings {
  readonly name: string;
  readonly namespace: string;
  readonly chart: Chart;
  /** The user's values. */
  readonly values: Values;
  readonly createNamespace?: boolean;
  /** Leaves the chart's `crds/` alone. */
  readonly skipCrds?: boolean;
  /** Takes the name of an uninstalled or failed release. */
  readonly replace?: boolean;
  readonly serverSideApply?: boolean;
  readonly forceConflicts?: boolean;
  readonly forceReplace?: boolean;
  readonly takeOwnership?: boolean;
  readonly disableHooks?: boolean;
  readonly waitStrategy?: WaitStrategy;
  readonly waitForJobs?: boolean;
  readonly timeout?: Milliseconds;
  readonly rollbackOnFailure?: boolean;
  readonly description?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly dryRun?: DryRun;
  readonly hideSecret?: boolean;
  /** Instead of the cluster's own, for a dry run that stays off it. */
  readonly capabilities?: Capabilities;
}

const defaultTimeout: Milliseconds = 300_000;

/**
 * Installs a release and gives its first revision. Throws ReleaseError: without a record when nothing was stored, else with the revision that
 * is now `failed`.
 */
export async function install(given: ReleaseContext, options: InstallOptions): Promise<ReleaseRecord> {
  const context = observed(given);
  const { chart, values, dryRun = "none" } = options;
  const kubeVersion = dryRun === "client" ? undefined : await reach(context);
  if (dryRun === "none" && options.hideSecret === true) {
    throw new ReleaseError("InvalidOptions", "hiding Kubernetes secrets requires a dry-run mode");
  }
  await assertNameAvailable(context, options);
  await using waiter = createWaiter(context, strategyOf(options));
  const crds = options.skipCrds === true || dryRun === "client" ? [] : chartCrds(enabledChart(chart, values));
  if (crds.length > 0 && dryRun === "none") await installCrds(context, crds, crdOptions(options, waiter));
  if (crds.length > 0 && dryRun === "server") {
    const message = "This chart or one of its subcharts contains CRDs. Rendering may fail or contain inaccuracies.";
    context.log?.({ level: "WARN", message });
  }
  const reserved = reservedLabel(options.labels ?? {});
  if (reserved !== undefined) throw new ReleaseError("InvalidOptions", reserved);
  const record = await renderFirst(context, { ...options, kubeVersion });
  const { objects, existing } = await prepareObjects(context, record, options);
  if (dryRun !== "none") return withStatus(record, record.info.status, "Dry run complete");

  if (options.createNamespace === true) await createNamespace(context, options);
  const draft = new Draft(options.replace === true ? await supersedeLast(context, record) : record);
  await createRevision(context.storage, draft.record);
  draft.stored = draft.record;
  try {
    await perform(context, draft, { objects, existing, waiter }, options);
  } catch (error) {
    return await fail(context, draft, error, options);
  }
  draft.record = withStatus(draft.record, "deployed", options.description || "Install complete");
  await storeDraft(context, draft);
  return draft.record;
}

async function reach(context: ReleaseContext): Promise<Capabilities["kubeVersion"]> {
  return await inStep("cluster reachability check failed", () => assertReachable(context));
}

async function perform(
  context: ReleaseContext,
  draft: Draft,
  { objects, existing, waiter }: Prepared & { readonly waiter: Waiter },
  options: InstallOptions,
): Promise<void> {
  const { serverSideApply: serverSide = true, forceConflicts = false, timeout = defaultTimeout } = options;
  const hookOptions = { waiter, timeout, serverSide };
  if (options.disableHooks !== true)
    await inStep("failed pre-install", () => runHooks(context, draft, "pre-install", hookOptions));
  let written = objects;
  if (objects.length > 0 && existing.length === 0) {
    // Helm does not force conflicts while it creates.
    written = await busily(context, () => createObjects(context, objects, { serverSide, forceConflicts: false }));
  } else if (objects.length > 0) {
    const how = {
      serverSide,
      forceConflicts,
      forceReplace: options.forceReplace === true,
      threeWayForCustom: options.takeOwnership === true && !serverSide,
      migrateFieldManager: true,
    };
    written = await busily(context, () => updateObjects(context, { originals: existing, targets: objects }, how));
  }
  await waiter.untilReady(written, timeout, { jobs: options.waitForJobs === true });
  if (options.disableHooks !== true)
    await inStep("failed post-install", () => runHooks(context, draft, "post-install", hookOptions));
}

async function fail(context: ReleaseContext, draft: Draft, thrown: unknown, options: InstallOptions): Promise<never> {
  const error = cancellation(context.signal) ?? thrown;
  const text = messageOf(error);
  draft.record = withStatus(draft.record, "failed", `Release ${goQuote(options.name)} failed: ${text}`);
  if (options.rollbackOnFailure === true) {
    const { name, disableHooks, timeout } = options;
    try {
      await uninstall(withoutSignal(context), {
        name,
        waitStrategy: strategyOf(options),
        ...(disableHooks === undefined ? {} : { disableHooks }),
        ...(timeout === undefined ? {} : { timeout }),
      });
    } catch (cause) {
      // An uninstallation that did not begin leaves the revision to us: it must not stay under way.
      if (!(cause instanceof ReleaseError) || cause.record === undefined) await storeDraft(context, draft);
      const message = `an error occurred while uninstalling the release. original install error: ${text}: ${messageOf(cause)}`;
      throw wrapped(error, message, draft.stored);
    }
    const message = `release ${name} failed, and has been uninstalled due to rollback-on-failure being set: ${text}`;
    throw wrapped(error, message, draft.stored);
  }
  await storeDraft(context, draft);
  throw wrapped(error, text, draft.stored);
}

async function assertNameAvailable({ storage }: ReleaseContext, options: InstallOptions): Promise<void> {
  const { name, dryRun = "none" } = options;
  const problem = releaseNameProblem(name);
  if (problem !== undefined) {
    throw new ReleaseError("InvalidOptions", `release name check failed: release name ${goQuote(name)}: ${problem}`);
  }
  if (dryRun !== "none") return;
  const last = await lastOrNone(storage, name);
  if (last === undefined) return;
  if (options.replace === true && (last.info.status === "uninstalled" || last.info.status === "failed")) return;
  throw new ReleaseError("NameInUse", "release name check failed: cannot reuse a name that is still in use");
}

// Helm: a history that cannot be read counts as none; the create that follows will tell.
async function lastOrNone(storage: ReleaseContext["storage"], name: string): Promise<ReleaseRecord | undefined> {
  try {
    return sortByRevision(await storage.history(name)).at(-1);
  } catch (error) {
    if (hasCode(error, "NotFound") || hasCode(error, "StorageFailed")) return undefined;
    throw error;
  }
}

async function supersedeLast(context: ReleaseContext, record: ReleaseRecord): Promise<ReleaseRecord> {
  const last = await lastOrNone(context.storage, record.name);
  if (last === undefined) return record;
  if (last.info.status !== "failed") {
    await storeRecord(context, withStatus(last, "superseded", "superseded by new release"));
  }
  return { ...record, version: last.version + 1 };
}

function enabledChart(chart: Chart, values: Values): Chart {
  try {
    return processDependencies(chart, values);
  } catch (cause) {
    throw new ReleaseError("RenderFailed", `chart dependencies processing failed: ${messageOf(cause)}`, { cause });
  }
}

async function renderFirst(
  context: ReleaseContext,
  options: InstallOptions & { readonly kubeVersion: Capabilities["kubeVersion"] | undefined },
): Promise<ReleaseRecord> {
  const { name, namespace, chart, values, kubeVersion, serverSideApply = true } = options;
  const online = kubeVersion !== undefined;
  const capabilities = online ? { kubeVersion, apiVersions: [] } : (options.capabilities ?? offlineCapabilities());
  const release = { name, namespace, revision: 1, isInstall: true, isUpgrade: false };
  const rendered = await renderRelease(context, { chart, values, release, capabilities, online }, options);
  const moment = timestamp(context.now());
  return {
    name,
    info: {
      first_deployed: moment,
      last_deployed: moment,
      description: "Initial install underway",
      status: "pending-install",
      notes: rendered.notes,
    },
    chart: toRecordedChart(rendered.chart),
    config: values,
    manifest: options.hideSecret === true ? manifestWithoutSecrets(rendered) : rendered.manifest,
    hooks: rendered.hooks.map(toRecordedHook),
    version: 1,
    namespace,
    apply_method: serverSideApply ? "ssa" : "csa",
    labels: options.labels ?? {},
  };
}

interface Prepared {
  readonly objects: readonly ReleaseObject[];
  /** Those that exist and are updated instead of created. */
  readonly existing: readonly ReleaseObject[];
}

async function prepareObjects(
  context: ReleaseContext,
  record: ReleaseRecord,
  options: InstallOptions,
): Promise<Prepared> {
  if (options.dryRun === "client") return { objects: [], existing: [] };
  const { name, namespace, manifest } = record;
  const objects = await buildTargets(context, { manifest, namespace, name });
  const free = await livesInNewNamespace(context, objects, options);
  const existing = await findExisting(context, free === undefined ? objects : objects.filter((one) => !free(one)), {
    owner: { name, namespace },
    takeOwnership: options.takeOwnership === true,
    doing: "install",
  });
  return { objects, existing };
}

/**
 * Tells the objects that cannot exist because their namespace does not: one question in the place of one for each. Undefined where that saves
 * nothing or cannot be told.
 */
async function livesInNewNamespace(
  context: ReleaseContext,
  objects: readonly ReleaseObject[],
  { namespace, createNamespace = false }: InstallOptions,
): Promise<((target: ReleaseObject) => boolean) | undefined> {
  const isInside = ({ object, namespaced }: ReleaseObject): boolean =>
    namespaced && object.metadata.namespace === namespace;
  if (!createNamespace || objects.filter(isInside).length < 2) return undefined;
  const reference = { apiVersion: "v1", kind: "Namespace", name: namespace };
  try {
    return (await context.client.tryGet(reference, abortOption(context))) === undefined ? isInside : undefined;
  } catch {
    // Whatever it is, the look at the objects themselves will tell.
    return undefined;
  }
}

async function buildTargets(
  context: ReleaseContext,
  { manifest, name, namespace }: { readonly manifest: string; readonly name: string; readonly namespace: string },
): Promise<readonly ReleaseObject[]> {
  try {
    const objects = await buildObjects({ client: context.client, manifest, namespace });
    return objects.map((target) => withOwnership(target, { name, namespace }));
  } catch (cause) {
    const text = `unable to build kubernetes objects from release manifest: ${messageOf(cause)}`;
    throw new ReleaseError("InvalidManifest", text, { cause });
  }
}

async function createNamespace(context: ReleaseContext, options: InstallOptions): Promise<void> {
  const { namespace: name, serverSideApply: serverSide = true } = options;
  const object = { apiVersion: "v1", kind: "Namespace", metadata: { name, labels: { name } } };
  try {
    await createObjects(context, [{ object, namespaced: false }], { serverSide });
  } catch (error) {
    if (error instanceof ReleaseError && isApiError(error.cause, "AlreadyExists")) return;
    throw error;
  }
}

function crdOptions(options: InstallOptions, waiter: Waiter): Parameters<typeof installCrds>[2] {
  const { namespace, serverSideApply: serverSide = true, forceConflicts = false } = options;
  return { namespace, serverSide, forceConflicts, waiter };
}

function strategyOf({ waitStrategy = "hookOnly", rollbackOnFailure }: InstallOptions): WaitStrategy {
  // Helm: to roll back on failure one has to wait for it.
  return waitStrategy === "hookOnly" && rollbackOnFailure === true ? "watcher" : waitStrategy;
}
