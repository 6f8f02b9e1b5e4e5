import { type Condition, findCondition, removeCondition, setCondition } from "../../api/index.ts";
import type { Artifact } from "../../sources/index.ts";
import type { Failure } from "./failure.ts";
import { summarize, type SummaryRules } from "./summarize.ts";

/** What the statuses of all sources have in common. */
export interface SourceStatus {
  readonly observedGeneration?: number;
  readonly conditions?: readonly Condition[];
  readonly artifact?: Artifact;
  readonly url?: string;
  readonly lastHandledReconcileAt?: string;
}

/** Something that happened to a source, as far as its status tells of it. */
export type SourceEvent<S extends SourceStatus> =
  | { readonly event: "started" }
  /** There is nothing in storage; `disappeared` when the status says that there was. */
  | { readonly event: "artifactMissing"; readonly disappeared: boolean }
  /** A new revision was found and is being stored. */
  | { readonly event: "building"; readonly reason: string; readonly message: string }
  | { readonly event: "observed"; readonly fields: Fields<S> }
  | { readonly event: "failed"; readonly failure: Failure }
  /** Who is trusted signed the revision. */
  | { readonly event: "verified"; readonly message: string }
  /** Signatures do not matter any more. */
  | { readonly event: "unverified" }
  /** The newest revision is in storage, just now or already. */
  | { readonly event: "inStorage"; readonly reason: string; readonly message: string; readonly fields: Fields<S> }
  | {
      readonly event: "ended";
      readonly how: "done" | "stalled" | "again";
      readonly requestedAt: string | undefined;
    };

/** Fields to set; undefined removes one. */
export type Fields<S> = { readonly [K in keyof S]?: S[K] | undefined };

/** When it happened, and to what. */
export interface Moment {
  readonly now: Date;
  readonly generation: number;
  readonly rules: SummaryRules;
}

const failures = ["StorageOperationFailed", "FetchFailed", "IncludeUnavailable", "BuildFailed"];

/** Gives the status after an event. Pure; the only writer of the conditions of sources. */
export function record<S extends SourceStatus>(status: S, event: SourceEvent<S>, moment: Moment): S {
  const { now, generation, rules } = moment;
  const mark = (
    conditions: readonly Condition[],
    type: string,
    is: Condition["status"],
    reason: string,
    message: string,
  ) => setCondition(conditions, { type, status: is, reason, message }, { now, observedGeneration: generation });
  /** Flux: ProgressiveStatus. A source that is ready stays so until there is something new. */
  const progress = (conditions: readonly Condition[], message: string, isNew: boolean): readonly Condition[] => {
    const ready = findCondition(conditions, "Ready");
    const next = mark(removeCondition(conditions, "Stalled"), "Reconciling", "True", "Progressing", message);
    return isNew || ready === undefined || ready.status === "Unknown"
      ? mark(next, "Ready", "Unknown", "Progressing", message)
      : next;
  };
  const before = status.conditions ?? [];

  switch (event.event) {
    case "started": {
      const { observedGeneration = 0 } = status;
      const message =
        observedGeneration === generation
          ? "reconciliation in progress"
          : `processing object: new generation ${observedGeneration} -> ${generation}`;
      const verified = findCondition(before, "SourceVerified");
      return {
        ...status,
        conditions: progress(
          verified?.status === "False" ? removeCondition(before, "SourceVerified") : before,
          message,
          false,
        ),
      };
    }
    case "artifactMissing": {
      const message = `building artifact${event.disappeared ? ": disappeared from storage" : ""}`;
      const conditions = progress(removeCondition(before, "ArtifactInStorage"), message, true);
      return withFields({ ...status, conditions }, { artifact: undefined, url: undefined } as Fields<S>);
    }
    case "building": {
      const outdated =
        status.artifact === undefined ? before : mark(before, "ArtifactOutdated", "True", event.reason, event.message);
      return { ...status, conditions: progress(outdated, `building artifact: ${event.message}`, true) };
    }
    case "observed":
      return withFields(status, event.fields);
    case "failed": {
      const { also } = event.failure;
      const others = failures.reduce(removeCondition, before);
      const told = [event.failure, ...(also === undefined ? [] : [also])];
      const conditions = told.reduce(
        (all, { condition, reason, message }) =>
          mark(all, condition, condition === "SourceVerified" ? "False" : "True", reason, message),
        others,
      );
      return { ...status, conditions };
    }
    case "verified":
      return { ...status, conditions: mark(before, "SourceVerified", "True", "Succeeded", event.message) };
    case "unverified":
      return { ...status, conditions: removeCondition(before, "SourceVerified") };
    case "inStorage": {
      const passed = [...failures, "ArtifactOutdated"].reduce(removeCondition, before);
      const conditions = mark(passed, "ArtifactInStorage", "True", event.reason, event.message);
      return withFields({ ...status, conditions }, event.fields);
    }
    case "ended": {
      let conditions = removeCondition(before, "Stalled");
      const reconciling = findCondition(conditions, "Reconciling");
      const verified = findCondition(conditions, "SourceVerified");
      const failed =
        failures.map((type) => findCondition(conditions, type)).find((each) => each !== undefined) ??
        (verified?.status === "False" ? verified : undefined);
      if (event.how !== "again") conditions = removeCondition(conditions, "Reconciling");
      else if (reconciling !== undefined)
        conditions = mark(conditions, "Reconciling", "True", "ProgressingWithRetry", reconciling.message);
      if (event.how === "stalled" && failed !== undefined)
        conditions = mark(conditions, "Stalled", "True", failed.reason, failed.message);
      const ready = summarize(conditions, rules);
      if (ready !== undefined) conditions = mark(conditions, "Ready", ready.status, ready.reason, ready.message);
      return withFields({ ...status, conditions }, {
        ...(event.how === "again" ? {} : { observedGeneration: generation }),
        ...(event.requestedAt === undefined ? {} : { lastHandledReconcileAt: event.requestedAt }),
      } as Fields<S>);
    }
  }
}

function withFields<S extends SourceStatus>(status: S, fields: Fields<S>): S {
  const next: Record<string, unknown> = { ...(status as object) };
  for (const [key, value] of Object.entries(fields)) {
    if (value === undefined) delete next[key];
    else next[key] = value;
  }
  return next as unknown as S;
}

/**
 * The conditions with the transition times of those that were published before and say the same: what a reconcile sets
 * and takes back again is no transition.
 */
export function keepTransitionTimes(
  conditions: readonly Condition[],
  published: readonly Condition[],
): readonly Condition[] {
  return conditions.map((condition) => {
    const old = findCondition(published, condition.type);
    const same =
      old?.status === condition.status && old.reason === condition.reason && old.message === condition.message;
    return same ? { ...condition, lastTransitionTime: old.lastTransitionTime } : condition;
  });
}

/** True when a failure that the old status tells of is gone in the new one. */
export function hasRecovered(before: SourceStatus, after: SourceStatus): boolean {
  const has = (status: SourceStatus): boolean =>
    failures.some((type) => findCondition(status.conditions ?? [], type) !== undefined);
  return has(before) && !has(after);
}
