import type { HelmRelease } from "../../api/index.ts";

export type Status = NonNullable<HelmRelease["status"]>;
export type Snapshot = NonNullable<Status["history"]>[number];

/** Newest first. The stored order is not to be trusted: Flux records deletions of storage as writes, too. */
export function newestFirst(history: readonly Snapshot[] | undefined): readonly Snapshot[] {
  return (history ?? []).toSorted((a, b) => b.version - a.version);
}

export function latestSnapshot(status: Status | undefined): Snapshot | undefined {
  return newestFirst(status?.history)[0];
}

/** True when the tests of the release were run to an end, or there were none to run. */
export function wasTested({ testHooks }: Snapshot): boolean {
  if (testHooks === undefined) return false;
  const phases = Object.values(testHooks).map((hook) => hook?.phase);
  return phases.length === 0 || phases.includes("Failed") || phases.every((phase) => phase === "Succeeded");
}

export function hasFailedTest({ testHooks }: Snapshot): boolean {
  return Object.values(testHooks ?? {}).some((hook) => hook?.phase === "Failed");
}

/** The newest revision before the latest to which a rollback may go: it was deployed, and its tests count when they are not ignored. */
export function previousGood(status: Status | undefined, options: { readonly ignoreTests: boolean }): Snapshot | undefined {
  return newestFirst(status?.history)
    .slice(1)
    .find((snapshot) => (snapshot.status === "deployed" || snapshot.status === "superseded") && (options.ignoreTests || !hasFailedTest(snapshot)));
}

/** Puts a snapshot in front, or in the place of the one with its version. */
export function withSnapshot(history: readonly Snapshot[] | undefined, snapshot: Snapshot): readonly Snapshot[] {
  const all = history ?? [];
  const at = all.findIndex(({ version, name, namespace }) => version === snapshot.version && name === snapshot.name && namespace === snapshot.namespace);
  return at < 0 ? [snapshot, ...all] : all.with(at, snapshot);
}

const kept = 5; // Flux: RetryOnFailure keeps the newest five

/** What stays in the history of a release that is in sync: everything down to the revision one would roll back to. */
export function truncated(history: readonly Snapshot[] | undefined, options: { readonly ignoreTests: boolean; readonly retryOnFailure: boolean }): readonly Snapshot[] {
  const sorted = newestFirst(history);
  if (options.retryOnFailure) return sorted.slice(0, kept);
  const good = sorted.findIndex(
    (snapshot, index) => index > 0 && (snapshot.status === "deployed" || snapshot.status === "superseded") && (options.ignoreTests || !hasFailedTest(snapshot)),
  );
  return good < 0 ? sorted : sorted.slice(0, good + 1);
}
