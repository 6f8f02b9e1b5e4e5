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
export function previousGood(
  status: Status | undefined,
  options: { readonly ignoreTests: boolean },
): Snapshot | undefined {
  return newestFirst(status?.history)
    .slice(1)
    .find((snapshot) => isGood(snapshot, options.ignoreTests));
}

/**
 * Records what an install or upgrade wrote to storage: the newest revision in front, with its action, and the next older one in its place
 * without one. Flux stops there; what else was written, as a pruned revision, is not recorded.
 */
export function withReleased(
  history: readonly Snapshot[] | undefined,
  written: readonly Snapshot[],
): readonly Snapshot[] {
  const [newest, ...older] = newestFirst(written);
  if (newest === undefined) return history ?? [];
  const next = [newest, ...(history ?? [])];
  for (const snapshot of older) {
    const at = next.findIndex((known) => isSameRevision(known, snapshot));
    if (at < 0) continue;
    const { ociDigest, testHooks } = next[at]!;
    const { action: _forgotten, ...rest } = snapshot;
    return next.with(at, {
      ...rest,
      ...(ociDigest === undefined ? {} : { ociDigest }),
      ...(testHooks === undefined ? {} : { testHooks }),
    });
  }
  return next;
}

/** Records one revision that another action wrote: in its place where it is known, else in front when `orPrepend`. */
export function withRewritten(
  history: readonly Snapshot[] | undefined,
  written: Snapshot,
  orPrepend: boolean,
): readonly Snapshot[] {
  const all = history ?? [];
  const at = all.findIndex((known) => isSameRevision(known, written));
  if (at < 0) return orPrepend ? [written, ...all] : all;
  const { testHooks } = all[at]!;
  return all.with(at, {
    ...written,
    ...(testHooks === undefined || written.testHooks !== undefined ? {} : { testHooks }),
  });
}

function isSameRevision(a: Snapshot, b: Snapshot): boolean {
  return a.version === b.version && a.name === b.name && a.namespace === b.namespace;
}

const longest = 5; // Flux: defaultMaxHistory

/** What stays in the history of a release that is settled: everything down to the revision one would roll back to. */
export function truncated(
  history: readonly Snapshot[] | undefined,
  options: { readonly ignoreTests: boolean; readonly retryOnFailure: boolean },
): readonly Snapshot[] {
  const sorted = newestFirst(history);
  if (options.retryOnFailure) return sorted.slice(0, longest);
  const good = sorted.findIndex((snapshot, index) => index > 0 && isGood(snapshot, options.ignoreTests));
  return good < 0 ? sorted.slice(0, longest) : sorted.slice(0, good + 1);
}

function isGood(snapshot: Snapshot, ignoreTests: boolean): boolean {
  return (
    (snapshot.status === "deployed" || snapshot.status === "superseded") && (ignoreTests || !hasFailedTest(snapshot))
  );
}
