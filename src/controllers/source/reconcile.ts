import { parseDuration } from "../../base/duration.ts";
import { messageOf } from "../../base/errors.ts";
import { findCondition, isApiError, type KubeObject, referenceTo } from "../../api/index.ts";
import type { ArtifactStore, Owner } from "../../sources/index.ts";
import {
  type Context,
  hasFinalizer,
  type Outcome,
  requestedAt,
  writeFinalizer,
  writeStatus,
} from "../runtime/index.ts";
import { fail, type Failure, FailureError } from "./failure.ts";
import { hasRecovered, keepTransitionTimes, record, type SourceEvent, type SourceStatus } from "./status.ts";
import type { SummaryRules } from "./summarize.ts";

export const manager = "source-controller";

/** An object of a source kind, as far as all of them agree. */
export interface SourceObject<S extends SourceStatus = SourceStatus> extends KubeObject {
  /** Flux's CRDs let objects without one in. */
  readonly spec?: { readonly interval?: string; readonly suspend?: boolean };
  readonly status?: S;
}

/** What one kind adds to the common loop. */
export interface SourceKind<T extends SourceObject<S>, S extends SourceStatus> {
  readonly rules: SummaryRules;
  /** Observes, decides and acts. Throws FailureError for what belongs into a condition. */
  readonly refresh: (run: Run<T, S>) => Promise<Announcement>;
}

/** One reconcile that is under way. */
export interface Run<T extends SourceObject<S>, S extends SourceStatus> {
  readonly object: T;
  readonly owner: Owner;
  readonly context: Context;
  /** The status as it is now, with all events so far. */
  readonly status: () => S;
  readonly record: (event: SourceEvent<S>) => void;
  /** Writes the status if it changed. */
  readonly publish: () => Promise<void>;
}

/** What is said of an artifact when it is new, and when a failure is over. */
export interface Announcement {
  readonly reason: string;
  readonly recoveredReason: string;
  readonly message: string;
}

export interface LoopOptions {
  readonly store: ArtifactStore;
  /** Flux: --requeue-dependency. */
  readonly requeueDependency?: number;
}

/** The loop that all sources share: finalizer, deletion, suspension, storage, and the report at the end. */
export async function reconcileSource<T extends SourceObject<S>, S extends SourceStatus>(
  given: T,
  context: Context,
  kind: SourceKind<T, S>,
  options: LoopOptions,
): Promise<Outcome> {
  try {
    return await reconcile(given, context, kind, options);
  } catch (error) {
    // Whoever deletes an object while it is looked at wants no status any more.
    if (!isApiError(error, "NotFound") || (await context.client.tryGet(referenceTo(given))) !== undefined) throw error;
    return { outcome: "done" };
  }
}

async function reconcile<T extends SourceObject<S>, S extends SourceStatus>(
  given: T,
  context: Context,
  kind: SourceKind<T, S>,
  options: LoopOptions,
): Promise<Outcome> {
  const { store, requeueDependency = 30_000 } = options;
  const { namespace = "", name = "" } = given.metadata;
  const owner: Owner = { kind: given.kind, namespace, name };
  if (given.metadata.deletionTimestamp !== undefined) return finish(given, context, store, owner);
  let object = await writeFinalizer(context, given, "present", manager);
  if (object.spec?.suspend === true) {
    context.log.info("reconciliation is suspended for this object", { kind: object.kind, namespace, name });
    return { outcome: "done" };
  }

  const before = (object.status ?? {}) as S;
  let status = before;
  const moment = { generation: object.metadata.generation ?? 0, rules: kind.rules };
  const run: Run<T, S> = {
    object,
    owner,
    context,
    status: () => status,
    record: (event) => {
      status = record(status, event, { now: context.now(), ...moment });
    },
    publish: async () => {
      if (status.conditions !== undefined)
        status = { ...status, conditions: keepTransitionTimes(status.conditions, object.status?.conditions ?? []) };
      object = await writeStatus(context, object, status, manager);
    },
  };
  const asked = requestedAt(object);

  run.record({ event: "started" });
  const hasDisappeared = await checkStorage(run, store);
  if (hasDisappeared || isAskedFor(object, asked)) await run.publish();

  let failure: Failure | undefined;
  try {
    if (object.spec === undefined)
      fail({ condition: "FetchFailed", reason: "URLInvalid", message: "spec is missing", next: "stall" });
    const announcement = await kind.refresh(run);
    const after = run.status();
    announce({ context, object, before, after, announcement });
    run.record({ event: "ended", how: "done", requestedAt: asked });
  } catch (error) {
    // What fails because we are told to stop says nothing about the source.
    if (!(error instanceof FailureError) || context.signal.aborted) throw error;
    failure = error.failure;
    run.record({ event: "failed", failure });
    run.record({ event: "ended", how: failure.next === "stall" ? "stalled" : "again", requestedAt: asked });
    report(context, object, failure);
  }
  await run.publish();

  const { interval = "1m" } = object.spec ?? {};
  if (failure === undefined) return { outcome: "done", again: parseDuration(interval) };
  const { reason, message } = failure;
  switch (failure.next) {
    case "stall":
      return { outcome: "stalled", reason, message };
    case "wait":
      return { outcome: "waiting", reason, message, again: requeueDependency };
    case "retry":
    case "requeue":
      return { outcome: "retry", reason, message };
  }
}

/** True when somebody waits for this reconcile: its beginning should show. Later tries of the same should not flicker. */
function isAskedFor<T extends SourceObject>({ metadata, status }: T, asked: string | undefined): boolean {
  if (asked !== undefined && asked !== status?.lastHandledReconcileAt) return true;
  const reconciling = findCondition(status?.conditions, "Reconciling");
  return status?.observedGeneration !== metadata.generation && reconciling?.observedGeneration !== metadata.generation;
}

/** Cleans up after a deleted object and lets it go. */
async function finish<T extends SourceObject>(
  object: T,
  context: Context,
  store: ArtifactStore,
  owner: Owner,
): Promise<Outcome> {
  if (!hasFinalizer(object)) return { outcome: "done" };
  if (await store.remove(owner)) context.log.info("garbage collected artifacts for deleted resource", { ...owner });
  await writeFinalizer(context, object, "absent", manager);
  return { outcome: "done" };
}

/** Collects garbage and looks whether the artifact of the status is still what it was. True when it is gone. */
async function checkStorage<T extends SourceObject<S>, S extends SourceStatus>(
  run: Run<T, S>,
  store: ArtifactStore,
): Promise<boolean> {
  const { artifact, url } = run.status();
  if (artifact === undefined) {
    run.record({ event: "artifactMissing", disappeared: false });
    return false;
  }
  const found = await store.check(artifact);
  if (found !== "present") {
    if (found === "changed") {
      const message = `failed to verify integrity of artifact: computed digest doesn't match '${artifact.digest}'`;
      run.context.events.record(run.object, { type: "Warning", reason: "ArtifactVerificationFailed", message });
      await store.discard(artifact);
    }
    run.record({ event: "artifactMissing", disappeared: true });
    return true;
  }
  const removed = await store.collect(artifact);
  if (removed.length > 0) run.context.log.info(`garbage collected ${removed.length} artifacts`, { ...run.owner });
  // The store may be served at another address than last time.
  const folder = artifact.path.slice(0, artifact.path.lastIndexOf("/"));
  const fields = {
    artifact: { ...artifact, url: store.urlOf(artifact.path) },
    ...(url === undefined ? {} : { url: store.urlOf(`${folder}/${url.slice(url.lastIndexOf("/") + 1)}`) }),
  };
  run.record({ event: "observed", fields: fields as Partial<S> });
  return false;
}

function announce(options: {
  readonly context: Context;
  readonly object: KubeObject;
  readonly before: SourceStatus;
  readonly after: SourceStatus;
  readonly announcement: Announcement;
}): void {
  const { context, object, before, after, announcement } = options;
  const { artifact } = after;
  if (artifact === undefined) return;
  const isNew = artifact.digest !== before.artifact?.digest;
  if (!isNew && !hasRecovered(before, after)) return;
  const { message } = announcement;
  const reason = isNew ? announcement.reason : announcement.recoveredReason;
  const annotations = {
    "source.toolkit.fluxcd.io/revision": artifact.revision,
    "source.toolkit.fluxcd.io/digest": artifact.digest,
  };
  context.events.record(object, { type: "Normal", reason, message, annotations });
  context.log.info(message, { kind: object.kind, namespace: object.metadata.namespace, name: object.metadata.name });
}

function report(context: Context, object: KubeObject, { reason, message, next }: Failure): void {
  const type = next === "retry" || next === "stall" ? "Warning" : "Trace";
  context.events.record(object, { type, reason, message });
  const fields = { kind: object.kind, namespace: object.metadata.namespace, name: object.metadata.name, reason };
  if (type === "Warning") context.log.error(message, fields);
  else context.log.info(message, fields);
}

/** Runs a step and turns what it throws into a failure of the given kind. */
export async function orFail<R>(
  failure: Pick<Failure, "condition" | "reason"> & { readonly prefix: string },
  step: () => Promise<R>,
): Promise<R> {
  try {
    return await step();
  } catch (cause) {
    if (cause instanceof FailureError) throw cause;
    const { condition, reason, prefix } = failure;
    throw new FailureError(
      {
        condition,
        reason,
        message: prefix === "" ? messageOf(cause) : `${prefix}: ${messageOf(cause)}`,
        next: "retry",
      },
      { cause },
    );
  }
}
