import type { KubeObject } from "../api/index.ts";
import type { Client, Readiness, WaitedFor, WatchCache } from "../kube/index.ts";
import { ReleaseError } from "./errors.ts";
import type { ReleaseRecord } from "./record.ts";
import { observeStorage } from "./storage/observer.ts";
import type { Storage } from "./storage/types.ts";

export type Milliseconds = number;

/** A line of Helm's log. */
export interface LogEntry {
  readonly level: "DEBUG" | "INFO" | "WARN" | "ERROR";
  readonly message: string;
  readonly attributes?: Readonly<Record<string, unknown>>;
}

export type Log = (entry: LogEntry) => void;

/** What a wait is for, and what of it is still missing. */
export interface WaitProgress {
  readonly goal: "ready" | "complete" | "gone";
  readonly total: number;
  readonly pending: readonly WaitedFor[];
}

/** What a container of a hook wrote. */
export interface HookLogs {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly text: string;
}

/** What actions work with. */
export interface ReleaseContext {
  readonly client: Client;
  /** Shared watches for waiting; without it an action that waits opens its own. */
  readonly cache?: WatchCache;
  /** Must not end with `signal`: an action that is aborted still stores that it failed. */
  readonly storage: Storage;
  readonly now: () => Date;
  /** `helm` for the command line, `helm-controller` for the controller. */
  readonly fieldManager: string;
  readonly signal?: AbortSignal;
  /** Ends waits for readiness by the poller, and nothing else, as a cancellation. */
  readonly interruption?: AbortSignal;
  readonly log?: Log;
  /** Runs what costs processor time or API writes under the caller's limit. Nothing waits for the cluster inside it. */
  readonly busy?: <T>(work: () => Promise<T>) => Promise<T>;
  /** Judges objects that it knows better than kstatus does while an action waits: a HelmRelease's health checks. */
  readonly judge?: (object: KubeObject) => Readiness | undefined;
  /** Receives the logs of hooks whose `helm.sh/hook-output-log-policy` asks for them. */
  readonly onHookLogs?: (logs: HookLogs) => void;
  /** Told what an action waits for, at each change; undefined when the wait is over. */
  readonly onProgress?: (progress: WaitProgress | undefined) => void;
  /** Called with every record after it was stored, replaced or removed. */
  readonly onRecord?: (record: ReleaseRecord) => void;
}

/** The context whose storage reports to `onRecord`. Actions call it once, at their door. */
export function observed(context: ReleaseContext): ReleaseContext {
  const { onRecord, ...rest } = context;
  return onRecord === undefined ? context : { ...rest, storage: observeStorage(context.storage, onRecord) };
}

/** The context for what has to be done even though the action was aborted. */
export function withoutSignal(context: ReleaseContext): ReleaseContext {
  const { signal: _, ...rest } = context;
  return rest;
}

/** Runs work under the context's limit, when it has one. */
export function busily<T>(context: ReleaseContext, work: () => Promise<T>): Promise<T> {
  return context.busy === undefined ? work() : context.busy(work);
}

/** The signal as an option of a client's call. */
export function abortOption(context: Pick<ReleaseContext, "signal">): { readonly signal?: AbortSignal } {
  return context.signal === undefined ? {} : { signal: context.signal };
}

/** Go's text for an aborted signal; undefined while it is not. */
export function cancellation(signal: AbortSignal | undefined): ReleaseError | undefined {
  if (signal?.aborted !== true) return undefined;
  const timedOut = signal.reason instanceof DOMException && signal.reason.name === "TimeoutError";
  return new ReleaseError("Canceled", timedOut ? "context deadline exceeded" : "context canceled", {
    cause: signal.reason,
  });
}

/** Throws Canceled when the signal is aborted. */
export function assertNotCanceled(context: Pick<ReleaseContext, "signal">): void {
  const canceled = cancellation(context.signal);
  if (canceled !== undefined) throw canceled;
}
