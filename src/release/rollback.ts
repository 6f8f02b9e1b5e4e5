import { messageOf } from "../base/errors.ts";
import { goQuote } from "../base/go-quote.ts";
import { deleteObjects, updateObjects } from "./apply.ts";
import { type ServerSideApply, usesServerSide } from "./apply-method.ts";
import { assertReachable } from "./capabilities.ts";
import { busily, cancellation, type Milliseconds, observed, type ReleaseContext, withoutSignal } from "./context.ts";
import { Draft, storeDraft, storeRecord } from "./draft.ts";
import { noRevision, ReleaseError, wrapped } from "./errors.ts";
import { runHooks } from "./hooks.ts";
import { leftHooks, leftRevisions } from "./interrupted.ts";
import { buildFormerObjects, buildObjects, type ReleaseObject } from "./objects.ts";
import { withOwnership } from "./ownership.ts";
import { type ReleaseRecord, timestamp, withStatus } from "./record.ts";
import { releaseNameProblem } from "./release-name.ts";
import { createRevision, deployedOf, sortByRevision } from "./storage/history.ts";
import { customLabels } from "./storage/labels.ts";
import { createWaiter, type WaitStrategy } from "./wait.ts";

export interface RollbackOptions {
  readonly name: string;
  /** The revision to go back to; 0 or absent means the one before the last. */
  readonly revision?: number;
  readonly serverSideApply?: ServerSideApply;
  /** `auto`: with server-side apply. */
  readonly forceConflicts?: boolean | "auto";
  /** `auto`: without server-side apply. */
  readonly forceReplace?: boolean | "auto";
  readonly disableHooks?: boolean;
  readonly waitStrategy?: WaitStrategy;
  readonly waitForJobs?: boolean;
  readonly timeout?: Milliseconds;
  readonly cleanupOnFail?: boolean;
  readonly maxHistory?: number;
  readonly dryRun?: boolean;
}

const defaultTimeout: Milliseconds = 300_000;

/**
 * Makes a new revision with the chart, values, manifest and hooks of an earlier one, and gives it. Throws ReleaseError: without a record when
 * nothing was stored, else with the new revision as it is stored.
 */
export async function rollback(given: ReleaseContext, options: RollbackOptions): Promise<ReleaseRecord> {
  const context = observed(given);
  const { name, maxHistory = 0 } = options;
  await assertReachable(context);
  context.log?.({ level: "DEBUG", message: "preparing rollback", attributes: { name } });
  const { current, next, history } = await prepare(context, options);
  if (options.dryRun === true) return next;
  context.log?.({ level: "DEBUG", message: "creating rolled back release", attributes: { name } });
  await createRevision(context.storage, next, { maxHistory, history });
  const draft = new Draft(next, next);
  context.log?.({ level: "DEBUG", message: "performing rollback", attributes: { name } });
  try {
    await perform(context, draft, { current, history }, options);
    for (const record of deployedOf(history)) {
      await storeRecord(context, withStatus(record, "superseded"));
    }
    draft.record = withStatus(draft.record, "deployed");
    await context.storage.update(draft.record);
  } catch (error) {
    throw wrapped(error, messageOf(error), draft.stored);
  }
  return draft.record;
}

async function prepare(
  context: ReleaseContext,
  options: RollbackOptions,
): Promise<{
  readonly current: ReleaseRecord;
  readonly next: ReleaseRecord;
  readonly history: readonly ReleaseRecord[];
}> {
  const { name, revision = 0, serverSideApply = "auto" } = options;
  if (releaseNameProblem(name) !== undefined) {
    throw new ReleaseError("InvalidOptions", `prepareRollback: Release name is invalid: ${name}`);
  }
  if (revision < 0) throw new ReleaseError("InvalidOptions", "invalid release revision");
  const history = sortByRevision(await context.storage.history(name));
  const current = history.at(-1);
  if (current === undefined) throw noRevision(name);
  const wanted = revision === 0 ? current.version - 1 : revision;
  const previous = history.find(({ version }) => version === wanted);
  if (previous === undefined) throw new ReleaseError("NotFound", `release has no ${wanted} version`);
  context.log?.({
    level: "DEBUG",
    message: "rolling back",
    attributes: { name, currentVersion: current.version, targetVersion: wanted },
  });
  const first = current.info.first_deployed;
  const notes = previous.info.notes;
  const next: ReleaseRecord = {
    name,
    info: {
      ...(first === undefined ? {} : { first_deployed: first }),
      last_deployed: timestamp(context.now()),
      description: `Rollback to ${wanted}`,
      status: "pending-rollback",
      ...(notes === undefined ? {} : { notes }),
    },
    chart: previous.chart,
    ...(previous.config === undefined ? {} : { config: previous.config }),
    manifest: previous.manifest,
    hooks: previous.hooks,
    version: current.version + 1,
    namespace: current.namespace,
    apply_method: usesServerSide(serverSideApply, previous) ? "ssa" : "csa",
    // Helm reads the target anew, without the labels that are Helm's own.
    labels: customLabels(previous.labels),
  };
  return { current, next, history };
}

async function perform(
  context: ReleaseContext,
  draft: Draft,
  { current, history }: { readonly current: ReleaseRecord; readonly history: readonly ReleaseRecord[] },
  options: RollbackOptions,
): Promise<void> {
  const { name, namespace } = draft.record;
  const { timeout = defaultTimeout, disableHooks = false } = options;
  const serverSide = draft.record.apply_method === "ssa";
  const left = leftRevisions(history, current, deployedOf(history).at(-1));
  const former = await buildFormerObjects(context.client, left);
  const originals = [...(await build(context, current, "current")), ...former];
  const targets = (await build(context, draft.record, "new")).map((target) =>
    withOwnership(target, { name, namespace }),
  );
  await using waiter = createWaiter(context, options.waitStrategy ?? "hookOnly");
  const hookOptions = { waiter, timeout, serverSide, left: leftHooks(history) };
  if (!disableHooks) await runHooks(context, draft, "pre-rollback", hookOptions);

  const created: ReleaseObject[] = [];
  let written: readonly ReleaseObject[] = targets;
  const how = {
    serverSide,
    forceConflicts: options.forceConflicts === "auto" ? serverSide : options.forceConflicts === true,
    forceReplace: options.forceReplace === "auto" ? !serverSide : options.forceReplace === true,
    migrateFieldManager: true,
  };
  try {
    written = await busily(context, () => updateObjects(context, { originals, targets }, how, created));
  } catch (thrown) {
    const error = cancellation(context.signal) ?? thrown;
    const message = `Rollback ${goQuote(name)} failed: ${messageOf(error)}`;
    context.log?.({ level: "WARN", message });
    draft.record = withStatus(draft.record, "failed", message);
    await storeRecord(context, withStatus(current, "superseded"));
    await storeDraft(context, draft);
    if (options.cleanupOnFail === true) await cleanUp(withoutSignal(context), created);
    throw error;
  }
  try {
    await waiter.untilReady(written, timeout, { jobs: options.waitForJobs === true });
  } catch (thrown) {
    const error = cancellation(context.signal) ?? thrown;
    draft.record = withStatus(draft.record, "failed", `Release ${goQuote(name)} failed: ${messageOf(error)}`);
    await storeRecord(context, current);
    await storeDraft(context, draft);
    throw wrapped(error, `release ${name} failed: ${messageOf(error)}`);
  }
  if (!disableHooks) await runHooks(context, draft, "post-rollback", hookOptions);
}

async function cleanUp(context: ReleaseContext, created: readonly ReleaseObject[]): Promise<void> {
  const failures = await deleteObjects(context, created, { propagation: "Background" });
  if (failures.length === 0) return;
  const cleanup = `unable to cleanup resources: ${failures.map(messageOf).join(", ")}`;
  const message = `an error occurred while cleaning up resources. original rollback error: ${cleanup}`;
  throw new ReleaseError("DeleteFailed", message, { cause: failures[0] });
}

async function build(
  context: ReleaseContext,
  { manifest, namespace }: ReleaseRecord,
  which: "current" | "new",
): Promise<readonly ReleaseObject[]> {
  try {
    return await buildObjects({ client: context.client, manifest, namespace });
  } catch (cause) {
    const text = `unable to build kubernetes objects from ${which} release manifest: ${messageOf(cause)}`;
    throw new ReleaseError("InvalidManifest", text, { cause });
  }
}
