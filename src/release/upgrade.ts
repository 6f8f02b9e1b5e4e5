import { messageOf } from "../base/errors.ts";
import { goQuote } from "../base/go-quote.ts";
import type { Values } from "../base/value.ts";
import { type Capabilities, type Chart, coalesceTables, coalesceValues, offlineCapabilities } from "../chart/index.ts";
import { deleteObjects, updateObjects } from "./apply.ts";
import { type ServerSideApply, usesServerSide } from "./apply-method.ts";
import { assertReachable } from "./capabilities.ts";
import { busily, cancellation, type Milliseconds, observed, type ReleaseContext, withoutSignal } from "./context.ts";
import { Draft, storeDraft, storeRecord } from "./draft.ts";
import { hasCode, inStep, noDeployedReleases, ReleaseError, wrapped } from "./errors.ts";
import { runHooks } from "./hooks.ts";
import { leftHooks, leftRevisions } from "./interrupted.ts";
import { buildFormerObjects, buildObjects, type ReleaseObject, versionedIdentityOf } from "./objects.ts";
import { findExisting, withOwnership } from "./ownership.ts";
import { isPending, type ReleaseRecord, timestamp, withStatus } from "./record.ts";
import { toChart, toRecordedChart, toRecordedHook } from "./recorded-chart.ts";
import { releaseNameProblem } from "./release-name.ts";
import { type DryRun, manifestWithoutSecrets, type RenderSettings, renderRelease } from "./render.ts";
import { rollback } from "./rollback.ts";
import { createRevision, deployedOf, sortByRevision } from "./storage/history.ts";
import { mergeLabels, reservedLabel } from "./storage/labels.ts";
import { createWaiter, type Waiter, type WaitStrategy } from "./wait.ts";

/**
 * Where an upgrade's values come from. `auto`: the old ones when none are given. `reset`: only what is given. `reuse`: the old values of chart
 * and user, with what is given on top. `reset-then-reuse`: the new chart's values, the user's old ones, and what is given on top.
 */
export type ValuesPolicy = "auto" | "reset" | "reuse" | "reset-then-reuse";

export interface UpgradeOptions extends RenderSettings {
  readonly name: string;
  readonly chart: Chart;
  /** The user's values, before the policy is applied. */
  readonly values: Values;
  readonly valuesPolicy?: ValuesPolicy;
  readonly serverSideApply?: ServerSideApply;
  /** `auto`: with server-side apply. */
  readonly forceConflicts?: boolean | "auto";
  /** `auto`: without server-side apply. */
  readonly forceReplace?: boolean | "auto";
  readonly takeOwnership?: boolean;
  readonly disableHooks?: boolean;
  readonly waitStrategy?: WaitStrategy;
  readonly waitForJobs?: boolean;
  readonly timeout?: Milliseconds;
  /** Deletes what this upgrade created when it fails. */
  readonly cleanupOnFail?: boolean;
  readonly rollbackOnFailure?: boolean;
  /** How many revisions to keep; 0 keeps all. */
  readonly maxHistory?: number;
  readonly description?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly dryRun?: DryRun;
  readonly hideSecret?: boolean;
  readonly capabilities?: Capabilities;
}

const defaultTimeout: Milliseconds = 300_000;

/**
 * Makes the next revision of a release and gives it. Throws ReleaseError: without a record when nothing was stored, else with the revision that
 * is now `failed`; the revision before it stays `deployed`.
 */
export async function upgrade(given: ReleaseContext, options: UpgradeOptions): Promise<ReleaseRecord> {
  const context = observed(given);
  const { name, dryRun = "none", maxHistory = 0 } = options;
  const kubeVersion = await assertReachable(context);
  if (releaseNameProblem(name) !== undefined)
    throw new ReleaseError("InvalidOptions", `release name is invalid: ${name}`);
  context.log?.({ level: "DEBUG", message: "preparing upgrade", attributes: { name } });
  const { current, next, history } = await prepare(context, { ...options, kubeVersion });
  context.log?.({ level: "DEBUG", message: "performing update", attributes: { name } });
  const change = await prepareChange(context, { current, next, history }, options);
  if (dryRun !== "none") {
    return withStatus(next, next.info.status, options.description || "Dry run complete");
  }
  const draft = new Draft(next);
  await createRevision(context.storage, next, { maxHistory, history });
  draft.stored = next;
  const created: ReleaseObject[] = [];
  try {
    await perform(context, draft, { ...change, current, created, left: leftHooks(history) }, options);
  } catch (error) {
    return await fail(context, draft, { thrown: error, created }, options);
  }
  await storeRecord(context, withStatus(current, "superseded"));
  draft.record = withStatus(draft.record, "deployed", options.description || "Upgrade complete");
  try {
    await context.storage.update(draft.record);
  } catch (error) {
    throw wrapped(error, messageOf(error), draft.stored);
  }
  return draft.record;
}

/** The revision to upgrade from and the one that follows it, which is not stored yet. */
async function prepare(
  context: ReleaseContext,
  options: UpgradeOptions & { readonly kubeVersion: Capabilities["kubeVersion"] },
): Promise<Pair & { readonly history: readonly ReleaseRecord[] }> {
  const { name, chart, dryRun = "none", serverSideApply = "auto" } = options;
  if (dryRun === "none" && options.hideSecret === true) {
    throw new ReleaseError("InvalidOptions", "hiding Kubernetes secrets requires a dry-run mode");
  }
  const history = await historyOf(context, name);
  const last = history.at(-1);
  if (last === undefined) throw noDeployedReleases(name);
  if (isPending(last.info.status)) {
    throw new ReleaseError("Pending", "another operation (install/upgrade/rollback) is in progress");
  }
  const current = currentOf(history, last);
  const { newChart, values } = chooseValues(chart, current, options);
  const online = dryRun !== "client";
  const capabilities =
    options.capabilities ?? (online ? { kubeVersion: options.kubeVersion, apiVersions: [] } : offlineCapabilities());
  const revision = last.version + 1;
  const { namespace } = current;
  const release = { name, namespace, revision, isInstall: false, isUpgrade: true };
  const rendered = await renderRelease(context, { chart: newChart, values, release, capabilities, online }, options);
  const reserved = reservedLabel(options.labels ?? {});
  if (reserved !== undefined) throw new ReleaseError("InvalidOptions", reserved);
  const serverSide = usesServerSide(serverSideApply, last);
  const first = current.info.first_deployed;
  const next: ReleaseRecord = {
    name,
    info: {
      ...(first === undefined ? {} : { first_deployed: first }),
      last_deployed: timestamp(context.now()),
      description: "Preparing upgrade",
      status: "pending-upgrade",
      notes: rendered.notes,
    },
    chart: toRecordedChart(rendered.chart),
    config: values,
    manifest: options.hideSecret === true ? manifestWithoutSecrets(rendered) : rendered.manifest,
    hooks: rendered.hooks.map(toRecordedHook),
    version: revision,
    namespace,
    apply_method: serverSide ? "ssa" : "csa",
    labels: mergeLabels(last.labels, options.labels ?? {}),
  };
  return { current, next, history };
}

interface Pair {
  readonly current: ReleaseRecord;
  readonly next: ReleaseRecord;
}

interface Change {
  readonly originals: readonly ReleaseObject[];
  readonly targets: readonly ReleaseObject[];
}

async function prepareChange(
  context: ReleaseContext,
  { current, next, history }: Pair & { readonly history: readonly ReleaseRecord[] },
  options: UpgradeOptions,
): Promise<Change> {
  const { name, namespace } = next;
  const targets = (await buildTargets(context, next)).map((target) => withOwnership(target, { name, namespace }));
  const left = leftRevisions(history, current, deployedOf(history).at(-1));
  const former = await buildFormerObjects(context.client, left);
  const originals = [...former, ...(await buildOriginals(context, current))];
  const known = new Set(originals.map(versionedIdentityOf));
  const existing = await findExisting(
    context,
    targets.filter((target) => !known.has(versionedIdentityOf(target))),
    { owner: { name, namespace }, takeOwnership: options.takeOwnership === true, doing: "update" },
  );
  return { originals: [...originals, ...existing], targets };
}

async function perform(
  context: ReleaseContext,
  draft: Draft,
  change: Change & {
    readonly current: ReleaseRecord;
    readonly created: ReleaseObject[];
    readonly left: ReadonlySet<string>;
  },
  options: UpgradeOptions,
): Promise<void> {
  const { current, created, left, ...rest } = change;
  const { timeout = defaultTimeout, disableHooks = false } = options;
  const serverSide = draft.record.apply_method === "ssa";
  await using waiter: Waiter = createWaiter(context, strategyOf(options));
  const hookOptions = { waiter, timeout, serverSide, left };
  if (!disableHooks)
    await inStep("pre-upgrade hooks failed", () => runHooks(context, draft, "pre-upgrade", hookOptions));
  const how = {
    serverSide,
    forceConflicts: options.forceConflicts === "auto" ? serverSide : options.forceConflicts === true,
    forceReplace: options.forceReplace === "auto" ? !serverSide : options.forceReplace === true,
    migrateFieldManager: serverSide && current.apply_method !== "ssa",
  };
  try {
    const written = await busily(context, () => updateObjects(context, rest, how, created));
    await waiter.untilReady(written, timeout, { jobs: options.waitForJobs === true });
  } catch (error) {
    // Helm writes the old revision as it was; whoever observes the storage sees it.
    await storeRecord(context, current);
    throw error;
  }
  if (!disableHooks)
    await inStep("post-upgrade hooks failed", () => runHooks(context, draft, "post-upgrade", hookOptions));
}

async function fail(
  context: ReleaseContext,
  draft: Draft,
  { thrown, created }: { readonly thrown: unknown; readonly created: readonly ReleaseObject[] },
  options: UpgradeOptions,
): Promise<never> {
  const error = cancellation(context.signal) ?? thrown;
  const text = messageOf(error);
  const { name } = options;
  context.log?.({ level: "WARN", message: "upgrade failed", attributes: { name, error: text } });
  draft.record = withStatus(draft.record, "failed", `Upgrade ${goQuote(name)} failed: ${text}`);
  await storeDraft(context, draft);
  const after = withoutSignal(context);
  if (options.cleanupOnFail === true && created.length > 0) {
    const failures = await deleteObjects(after, created, { propagation: "Background" });
    if (failures.length > 0) {
      const cleanup = `unable to cleanup resources: ${failures.map(messageOf).join(", ")}`;
      const message = `an error occurred while cleaning up resources. original upgrade error: ${text}: ${cleanup}`;
      throw wrapped(error, message, draft.stored);
    }
  }
  if (options.rollbackOnFailure !== true) throw wrapped(error, text, draft.stored);
  await rollBack(after, draft, error, options);
  const message = `release ${name} failed, and has been rolled back due to rollback-on-failure being set: ${text}`;
  throw wrapped(error, message, draft.stored);
}

async function rollBack(context: ReleaseContext, draft: Draft, error: unknown, options: UpgradeOptions): Promise<void> {
  const { name, disableHooks, forceReplace, forceConflicts, serverSideApply, timeout, waitForJobs } = options;
  const text = messageOf(error);
  const give = (message: string): ReleaseError => wrapped(error, message, draft.stored);
  let history: readonly ReleaseRecord[];
  try {
    history = await context.storage.history(name);
  } catch (cause) {
    throw give(
      `an error occurred while finding last successful release. original upgrade error: ${text}: ${messageOf(cause)}`,
    );
  }
  // Helm: a failed revision is superseded only after a good one followed it, so these were good.
  const good = history.filter(({ info }) => info.status === "superseded" || info.status === "deployed");
  const target = sortByRevision(good).at(-1);
  if (target === undefined) {
    throw give(
      `unable to find a previously successful release when attempting to rollback. original upgrade error: ${text}`,
    );
  }
  try {
    await rollback(context, {
      name,
      revision: target.version,
      waitStrategy: strategyOf(options),
      ...(disableHooks === undefined ? {} : { disableHooks }),
      ...(forceReplace === undefined ? {} : { forceReplace }),
      ...(forceConflicts === undefined ? {} : { forceConflicts }),
      ...(serverSideApply === undefined ? {} : { serverSideApply }),
      ...(timeout === undefined ? {} : { timeout }),
      ...(waitForJobs === undefined ? {} : { waitForJobs }),
    });
  } catch (cause) {
    throw give(
      `an error occurred while rolling back the release. original upgrade error: ${text}: ${messageOf(cause)}`,
    );
  }
}

/** Oldest first; empty when there is none. */
async function historyOf({ storage }: ReleaseContext, name: string): Promise<readonly ReleaseRecord[]> {
  try {
    return sortByRevision(await storage.history(name));
  } catch (error) {
    if (hasCode(error, "NotFound")) return [];
    throw error;
  }
}

function currentOf(history: readonly ReleaseRecord[], last: ReleaseRecord): ReleaseRecord {
  const { status } = last.info;
  if (status === "deployed") return last;
  const deployed = deployedOf(history).at(-1);
  if (deployed !== undefined) return deployed;
  if (status === "failed" || status === "superseded") return last;
  throw noDeployedReleases(last.name);
}

function chooseValues(
  chart: Chart,
  current: ReleaseRecord,
  { values, valuesPolicy = "auto" }: UpgradeOptions,
): { readonly newChart: Chart; readonly values: Values } {
  const { config = {} } = current;
  switch (valuesPolicy) {
    case "reset":
      return { newChart: chart, values };
    case "reuse":
      return {
        newChart: { ...chart, values: coalesceValues(toChart(current.chart), config) },
        values: coalesceTables(values, config),
      };
    case "reset-then-reuse":
      return { newChart: chart, values: coalesceTables(values, config) };
    case "auto":
      return { newChart: chart, values: Object.keys(values).length === 0 ? config : values };
  }
}

async function buildOriginals(
  context: ReleaseContext,
  { manifest, namespace }: ReleaseRecord,
): Promise<readonly ReleaseObject[]> {
  try {
    return await buildObjects({ client: context.client, manifest, namespace });
  } catch (cause) {
    const text = `unable to build kubernetes objects from current release manifest: ${messageOf(cause)}`;
    throw new ReleaseError("InvalidManifest", text, { cause });
  }
}

async function buildTargets(
  context: ReleaseContext,
  { manifest, namespace }: ReleaseRecord,
): Promise<readonly ReleaseObject[]> {
  // Helm: the first check of the new manifest has no words of its own in front.
  return await buildObjects({ client: context.client, manifest, namespace });
}

function strategyOf({ waitStrategy = "hookOnly", rollbackOnFailure }: UpgradeOptions): WaitStrategy {
  return waitStrategy === "hookOnly" && rollbackOnFailure === true ? "watcher" : waitStrategy;
}
