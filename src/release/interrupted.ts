import { isPending, type RecordedHook, type ReleaseRecord } from "./record.ts";

/** True for a revision whose action ended without a word: its process died, whether or not somebody has unlocked it since. */
export function isInterrupted({ info: { status, description = "" } }: ReleaseRecord): boolean {
  return isPending(status) || (status === "failed" && description.startsWith(unlocked));
}

/** How the description of a revision begins that was unlocked. The words are Flux's. */
export const unlocked = "Release unlocked from stale '";

/**
 * The revisions besides `current` whose objects may be in the cluster, of which the last is the one to compare with first. Helm looks at
 * `current` alone, and so do we where no process has died since the deployed revision: what such a process has left would belong to nobody.
 */
export function leftRevisions(
  history: readonly ReleaseRecord[],
  current: ReleaseRecord,
  deployed: ReleaseRecord | undefined,
): readonly ReleaseRecord[] {
  const since = history.filter(({ version }) => version > (deployed?.version ?? 0));
  const interrupted = since.filter(isInterrupted);
  if (interrupted.length === 0) return [];
  return [...interrupted, ...(deployed === undefined ? [] : [deployed])].filter(
    ({ version }) => version !== current.version,
  );
}

/** Names the hook objects that a process left behind when it died: those that it ran, and those that it was yet to delete. */
export function leftHooks(history: readonly ReleaseRecord[]): ReadonlySet<string> {
  const left = history.flatMap((record) => record.hooks.filter((hook) => isLeft(hook, isInterrupted(record))));
  return new Set(left.map(hookKey));
}

/** Hooks of different revisions with this key are the same object. */
export function hookKey({ kind = "", name = "" }: RecordedHook): string {
  return `${kind}/${name}`;
}

function isLeft({ last_run: { phase, started_at }, delete_policies }: RecordedHook, interrupted: boolean): boolean {
  if (phase === "Running") return true;
  if (!interrupted || started_at === undefined) return false;
  return (
    (phase === "Succeeded" && delete_policies.includes("hook-succeeded")) ||
    (phase === "Failed" && delete_policies.includes("hook-failed"))
  );
}
