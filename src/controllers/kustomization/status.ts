import { type Condition, type Kustomization, removeCondition, setCondition, toSeconds } from "../../api/index.ts";
import type { InventoryEntry } from "./inventory.ts";

export type Status = NonNullable<Kustomization["status"]>;

/** Something that happened to a Kustomization, as far as its status tells of it. */
export type StatusEvent =
  | { readonly event: "progressing"; readonly message: string; readonly attempted?: string }
  | { readonly event: "notReady"; readonly reason: string; readonly message: string }
  | { readonly event: "stalled"; readonly reason: string; readonly message: string }
  | { readonly event: "tracked"; readonly entries: readonly InventoryEntry[] }
  | { readonly event: "healthChecking"; readonly message: string }
  | { readonly event: "healthChecked"; readonly isHealthy: boolean; readonly message: string }
  | { readonly event: "healthNotAsked" }
  | {
      readonly event: "built";
      readonly digest: string;
      readonly revision: string;
      readonly status: string;
      readonly duration: string;
    }
  | { readonly event: "applied"; readonly revision: string }
  | { readonly event: "failed" }
  | { readonly event: "ended"; readonly observed: boolean; readonly requestedAt: string | undefined };

const longestHistory = 5;

/** Gives the status after an event. Pure, and the only writer of conditions. */
export function record(
  status: Status,
  event: StatusEvent,
  moment: { readonly now: Date; readonly generation: number },
): Status {
  const mark = (from: Status, type: string, is: Condition["status"], reason: string, message: string): Status => ({
    ...from,
    conditions: setCondition(
      from.conditions ?? [],
      { type, status: is, reason, message },
      { now: moment.now, observedGeneration: moment.generation },
    ),
  });
  switch (event.event) {
    case "progressing": {
      const begun = without(mark(status, "Reconciling", "True", "Progressing", event.message), "Stalled");
      const next = mark(begun, "Ready", "Unknown", "Progressing", "Reconciliation in progress");
      return event.attempted === undefined ? next : { ...next, lastAttemptedRevision: event.attempted };
    }
    case "notReady":
      return mark(status, "Ready", "False", event.reason, event.message);
    case "stalled":
      return without(
        mark(
          mark(status, "Ready", "False", event.reason, event.message),
          "Stalled",
          "True",
          event.reason,
          event.message,
        ),
        "Reconciling",
      );
    case "tracked":
      return { ...status, inventory: { entries: event.entries.map(({ id, v }) => ({ id, v })) } };
    case "healthChecking":
      return mark(
        without(mark(status, "Reconciling", "True", "Progressing", event.message), "Stalled"),
        "Healthy",
        "Unknown",
        "Progressing",
        event.message,
      );
    case "healthChecked":
      return mark(
        status,
        "Healthy",
        event.isHealthy ? "True" : "False",
        event.isHealthy ? "Succeeded" : "HealthCheckFailed",
        event.message,
      );
    case "healthNotAsked":
      return without(status, "Healthy");
    case "built":
      return { ...status, history: withBuild(status.history ?? [], event, moment.now) };
    case "applied": {
      const done = without(status, "Reconciling", "Stalled");
      const ready = mark(done, "Ready", "True", "ReconciliationSucceeded", `Applied revision: ${event.revision}`);
      return { ...ready, lastAppliedRevision: event.revision };
    }
    case "failed": {
      const ready = status.conditions?.find(({ type }) => type === "Ready");
      return mark(status, "Reconciling", "True", "ProgressingWithRetry", ready?.message ?? "");
    }
    case "ended": {
      const handled =
        event.requestedAt === undefined ? status : { ...status, lastHandledReconcileAt: event.requestedAt };
      return event.observed ? { ...handled, observedGeneration: moment.generation } : handled;
    }
  }
}

type Build = NonNullable<Status["history"]>[number];

/** One entry for each content that was built, the last reconciled first. */
function withBuild(
  history: readonly Build[],
  event: Extract<StatusEvent, { readonly event: "built" }>,
  now: Date,
): readonly Build[] {
  const known = history.find(
    ({ digest, lastReconciledStatus }) => digest === event.digest && lastReconciledStatus === event.status,
  );
  const build: Build = {
    digest: event.digest,
    firstReconciled: known?.firstReconciled ?? toSeconds(now),
    lastReconciled: toSeconds(now),
    lastReconciledDuration: event.duration,
    lastReconciledStatus: event.status,
    totalReconciliations: (known?.totalReconciliations ?? 0) + 1,
    metadata: { revision: event.revision },
  };
  return [build, ...history.filter((other) => other !== known)].slice(0, longestHistory);
}

function without(status: Status, ...types: readonly string[]): Status {
  const conditions = types.reduce<readonly Condition[]>(
    (rest, type) => removeCondition(rest, type),
    status.conditions ?? [],
  );
  return { ...status, conditions };
}
