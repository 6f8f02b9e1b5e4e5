import type { Milliseconds } from "./context.ts";
import type { ReleaseObject } from "./objects.ts";

/**
 * How to wait for objects: `watcher` as the command line does by default, `legacy` as Helm 3 did, `poller` as the HelmRelease controller does
 * (a failed object ends the wait at once), `hookOnly` for hooks alone.
 */
export type WaitStrategy = "watcher" | "legacy" | "poller" | "hookOnly";

/** Waits for objects of one release. Each method throws WaitFailed with the texts of its strategy, or Canceled. */
export interface Waiter extends AsyncDisposable {
  readonly untilReady: (objects: readonly ReleaseObject[], timeout: Milliseconds, options: { readonly jobs: boolean }) => Promise<void>;
  /** Jobs must be complete and Pods succeeded; everything else is done when it exists. */
  readonly untilHooksComplete: (objects: readonly ReleaseObject[], timeout: Milliseconds) => Promise<void>;
  /** As `untilReady`, with any strategy: what was defined must be served before it can be used. */
  readonly untilEstablished: (objects: readonly ReleaseObject[], timeout: Milliseconds) => Promise<void>;
  readonly untilGone: (objects: readonly ReleaseObject[], timeout: Milliseconds) => Promise<void>;
}
