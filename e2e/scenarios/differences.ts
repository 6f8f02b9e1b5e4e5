import type { Seen } from "./look.ts";

/** Where we differ from Flux by intent: what its recording would show if it did as we do. The list only shrinks. */
export const differences: Readonly<Record<string, (recorded: readonly Seen[]) => readonly Seen[]>> = {
  // Flux looks for the objects of the old release in the new namespace, finds none, and leaves the old ones behind. Ours go.
  "target-namespace-changed": (recorded) =>
    recorded.map((seen) => ({ ...seen, live: seen.live.filter((line) => line.includes("<namespace>-other/")) })),
};
