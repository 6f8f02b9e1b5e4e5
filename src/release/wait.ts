import { groupOf, type KubeObject } from "../api/index.ts";
import { isValues } from "../base/value.ts";
import {
  createWatchCache,
  type Readiness,
  readinessOf,
  type WaitedFor,
  type WaitResult,
  type WaitTarget,
  waitDeleted,
  waitReady,
} from "../kube/index.ts";
import { cancellation, type Milliseconds, type ReleaseContext, type WaitProgress } from "./context.ts";
import { ReleaseError } from "./errors.ts";
import { createLegacyWaiter } from "./legacy-wait.ts";
import { type ReleaseObject, referenceOf } from "./objects.ts";
import { explainWait } from "./why.ts";

/**
 * How to wait for objects: `watcher` as the command line does by default, `poller` as the HelmRelease controller does (a failed object ends the
 * wait at once), `hookOnly` for hooks alone, `legacy` by Helm 3's own rules.
 */
export type WaitStrategy = "watcher" | "poller" | "hookOnly" | "legacy";

/** Waits for objects of one release. Each method throws WaitFailed with the texts of its strategy, or Canceled. */
export interface Waiter extends AsyncDisposable {
  readonly untilReady: (
    objects: readonly ReleaseObject[],
    timeout: Milliseconds,
    options: { readonly jobs: boolean },
  ) => Promise<void>;
  /** Jobs must be complete and Pods succeeded; everything else is done when it exists. */
  readonly untilHooksComplete: (objects: readonly ReleaseObject[], timeout: Milliseconds) => Promise<void>;
  /** As `untilReady`, with any strategy: what was defined must be served before it can be used. */
  readonly untilEstablished: (objects: readonly ReleaseObject[], timeout: Milliseconds) => Promise<void>;
  readonly untilGone: (objects: readonly ReleaseObject[], timeout: Milliseconds) => Promise<void>;
}

// Helm: a timeout of zero would end every wait before it began.
const defaultTimeout: Milliseconds = 30_000;

/** A waiter on the context's watches, or on watches of its own that end with it. What it throws knows the reasons: `reasonsOf`. */
export function createWaiter(context: ReleaseContext, strategy: WaitStrategy): Waiter {
  return explaining(context, strategy === "legacy" ? createLegacyWaiter(context) : createWatcher(context, strategy));
}

/** The reasons are read as soon as a wait fails, before anything is undone. */
function explaining(context: ReleaseContext, waiter: Waiter): Waiter {
  const explained = async (objects: readonly ReleaseObject[], wait: Promise<void>): Promise<void> => {
    try {
      await wait;
    } catch (error) {
      if (!(error instanceof ReleaseError) || error.code !== "WaitFailed") throw error;
      const reasons = await explainWait(context, objects, error.unready);
      throw new ReleaseError("WaitFailed", error.message, { cause: error, unready: error.unready, reasons });
    }
  };
  return {
    ...waiter,
    untilReady: (objects, timeout, options) => explained(objects, waiter.untilReady(objects, timeout, options)),
    untilHooksComplete: (objects, timeout) => explained(objects, waiter.untilHooksComplete(objects, timeout)),
  };
}

function createWatcher(context: ReleaseContext, strategy: Exclude<WaitStrategy, "legacy">): Waiter {
  const cache = context.cache ?? createWatchCache({ client: context.client });
  const texts = strategy === "poller" ? pollerTexts : watcherTexts;
  const { now, signal } = context;
  const judge = (object: KubeObject, jobs: boolean): Readiness | undefined =>
    context.judge?.(object) ?? (strategy !== "poller" && jobs ? judgeJob(object) : undefined);
  const common = (objects: readonly ReleaseObject[], timeout: Milliseconds) => ({
    cache,
    targets: objects.map(toTarget),
    timeout: timeout === 0 ? defaultTimeout : timeout,
    now,
    ...(signal === undefined ? {} : { signal }),
  });
  const ready = async (
    objects: readonly ReleaseObject[],
    timeout: Milliseconds,
    how: { readonly jobs: boolean; readonly purpose: "release" | "hook"; readonly failFast: boolean },
  ): Promise<void> => {
    const { jobs, purpose, failFast } = how;
    const awaited = objects.filter(({ object }) => !isPausedDeployment(object));
    if (awaited.length === 0) return;
    const goal = purpose === "hook" ? "complete" : "ready";
    using progress = progressOf(context, goal, awaited.length);
    // Flux: a hook may be a migration, which nothing interrupts.
    const ending = purpose === "hook" || strategy !== "poller" ? signal : signalOf(context);
    const result = await waitReady({
      ...common(awaited, timeout),
      ...(ending === undefined ? {} : { signal: ending }),
      ...progress.options,
      purpose,
      failFast,
      jobs: jobs ? "complete" : "started",
      judge: (object) => judge(object, jobs),
    });
    throwUnless(result, "reached", ending, texts.notReady);
  };
  return {
    untilReady: async (objects, timeout, { jobs }) => {
      if (strategy === "hookOnly") return;
      await ready(objects, timeout, { jobs, purpose: "release", failFast: strategy === "poller" });
    },
    // Flux: a hook may be a migration, so a failed one does not end the wait for its siblings.
    untilHooksComplete: (objects, timeout) => ready(objects, timeout, { jobs: true, purpose: "hook", failFast: false }),
    untilEstablished: (objects, timeout) =>
      ready(objects, timeout, { jobs: false, purpose: "release", failFast: true }),
    untilGone: async (objects, timeout) => {
      if (strategy === "hookOnly" || objects.length === 0) return;
      using progress = progressOf(context, "gone", objects.length);
      const result = await waitDeleted({ ...common(objects, timeout), ...progress.options });
      throwUnless(result, "reached", signal, texts.notGone);
    },
    [Symbol.asyncDispose]: async () => {
      if (context.cache === undefined) await cache[Symbol.asyncDispose]();
    },
  };
}

function signalOf({ signal, interruption }: ReleaseContext): AbortSignal | undefined {
  if (signal === undefined || interruption === undefined) return signal ?? interruption;
  return AbortSignal.any([signal, interruption]);
}

/** Tells of a wait while it lasts, to those who listen. */
function progressOf({ onProgress }: ReleaseContext, goal: WaitProgress["goal"], total: number) {
  const onLook = (pending: readonly WaitedFor[]): void => onProgress?.({ goal, total, pending });
  return {
    options: onProgress === undefined ? {} : { onLook },
    [Symbol.dispose]: () => onProgress?.(undefined),
  };
}

function toTarget(target: ReleaseObject): WaitTarget {
  const { resourceVersion } = target.written ?? {};
  return { ...referenceOf(target), ...(resourceVersion === undefined ? {} : { resourceVersion }) };
}

// Helm: nobody may ever resume it.
function isPausedDeployment({ apiVersion, kind, spec }: KubeObject): boolean {
  return apiVersion === "apps/v1" && kind === "Deployment" && isValues(spec) && spec.paused === true;
}

// Helm knows a Job's end only, where Flux tells how far it is and does not wait for a suspended one.
function judgeJob(object: KubeObject): Readiness | undefined {
  if (object.kind !== "Job" || groupOf(object.apiVersion) !== "batch") return undefined;
  const spec = isValues(object.spec) ? { ...object.spec, suspend: false } : {};
  const readiness = readinessOf({ ...object, spec }, { jobs: "complete" });
  return readiness.status === "InProgress" ? { status: "InProgress", message: "Job in progress" } : readiness;
}

type Describe = (result: WaitResult) => string;

function throwUnless(
  result: WaitResult,
  wanted: WaitResult["outcome"],
  signal: AbortSignal | undefined,
  describe: Describe,
): void {
  if (result.outcome === wanted) return;
  const unready = result.pending.map(({ target: { apiVersion, kind, namespace, name } }) => ({
    apiVersion,
    kind,
    name,
    ...(namespace === undefined ? {} : { namespace }),
  }));
  throw cancellation(signal) ?? new ReleaseError("WaitFailed", describe(result), { unready });
}

interface Texts {
  readonly notReady: Describe;
  readonly notGone: Describe;
}

const deadline = "context deadline exceeded";

/** The texts of Helm's watcher. */
const watcherTexts: Texts = {
  notReady: (result) => lines(result, "not ready"),
  notGone: (result) => lines(result, "still exists"),
};

function lines({ pending, outcome }: WaitResult, what: string): string {
  const described = pending.map(({ target, readiness: { status, message } }) => {
    const { kind, namespace = "", name } = target;
    return `resource ${kind}/${namespace}/${name} ${what}. status: ${status}, message: ${message}`;
  });
  return [...described, ...(outcome === "timeout" ? [deadline] : [])].join("\n");
}

/** The texts of Flux's poller. */
const pollerTexts: Texts = {
  notReady: ({ pending, outcome }) => {
    const listed = outcome === "failed" ? pending.filter(({ readiness }) => readiness.status === "Failed") : pending;
    const why = outcome === "failed" ? "failed early due to stalled resources" : "timeout waiting for";
    return `${why}: [${listed.map((seen) => `${subject(seen)} status: ${verdict(seen)}`).join(", ")}]`;
  },
  notGone: ({ pending: [first] }) => `${first === undefined ? "" : subject(first)} termination timeout: ${deadline}`,
};

/** Of what cannot be judged, why not. */
function verdict({ readiness: { status, message } }: WaitedFor): string {
  return status === "Unknown" && message !== "" ? `'${status}': ${message}` : `'${status}'`;
}

function subject({ target: { kind, namespace, name } }: WaitedFor): string {
  return [kind, namespace, name].filter((part) => part !== undefined && part !== "").join("/");
}
