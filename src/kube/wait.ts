import { groupOf, isApiError, type KubeObject, type ObjectReference, type StatusReason } from "../api/index.ts";
import { failedPods, hasTellingPods, selects } from "./failed-pods.ts";
import { notFoundReadiness, type Readiness, type ReadinessOptions, readinessOf } from "./readiness.ts";
import type { KindCache, WatchCache } from "./types.ts";

/** Something to wait for. */
export interface WaitTarget extends ObjectReference {
  /** The answer of our own write: what the watch knows from before it does not count. */
  readonly resourceVersion?: string;
  /** When waiting for a deletion: another object of the same name is not the one. */
  readonly uid?: string;
  /** It may be gone because it is done: a Job that is deleted some time after it has finished. */
  readonly mayVanish?: boolean;
}

export interface WaitOptions extends Omit<ReadinessOptions, "now"> {
  readonly cache: WatchCache;
  readonly targets: readonly WaitTarget[];
  /** Milliseconds; without it the wait ends by itself or by the signal. */
  readonly timeout?: number;
  readonly signal?: AbortSignal;
  /** Ends the wait as soon as something has Failed, instead of when everything else is settled. */
  readonly failFast?: boolean;
  /** Judges the objects that it knows better than kstatus; undefined leaves them to kstatus. */
  readonly judge?: (object: KubeObject) => Readiness | undefined;
  /** Told at each look what is not as awaited yet. */
  readonly onLook?: (pending: readonly WaitedFor[]) => void;
  readonly now?: () => Date;
  readonly setTimer?: SetTimer;
}

/** Calls back once after some milliseconds; returns what takes it back. */
export type SetTimer = (milliseconds: number, callback: () => void) => () => void;

export interface WaitedFor {
  readonly target: WaitTarget;
  readonly readiness: Readiness;
  readonly object?: KubeObject;
}

export interface WaitResult {
  /** `reached`: everything is as awaited. `failed`: something will not be. The others: time or the caller's signal ended it. */
  readonly outcome: "reached" | "failed" | "timeout" | "aborted";
  /** Each target as it was seen last, in the order given. */
  readonly targets: readonly WaitedFor[];
  /** Those that are not as awaited. */
  readonly pending: readonly WaitedFor[];
}

/** Waits until every object is Current, on shared watches and without polling. Throws only what keeps it from looking. */
export async function waitReady(options: WaitOptions): Promise<WaitResult> {
  const { judge, jobs, purpose, now = () => new Date() } = options;
  // Whoever has something to say about a kind must see the object.
  const isJudged = ({ apiVersion, kind }: ObjectReference): boolean =>
    judge?.({ apiVersion, kind, metadata: {} }) !== undefined;
  const how = { ...(jobs === undefined ? {} : { jobs }), ...(purpose === undefined ? {} : { purpose }) };
  return await waitUntil(options, {
    isReached: ({ status }) => status === "Current",
    isLost: ({ status }) => status === "Failed",
    known: (target) =>
      target.resourceVersion !== undefined && isAlwaysCurrent(target) && !isJudged(target) ? always : undefined,
    looksAtPods: (target) => purpose !== "hook" && hasTellingPods(target),
    readiness(object, pods) {
      const own = judge?.(object) ?? readinessOf(object, { ...how, now: now() });
      return own.status === "InProgress" ? (failedPods(object, pods, now()) ?? own) : own;
    },
  });
}

/** Waits until none of the objects exists any more. */
export async function waitDeleted(
  options: Omit<WaitOptions, "failFast" | "judge" | "jobs" | "purpose">,
): Promise<WaitResult> {
  const { now = () => new Date() } = options;
  return await waitUntil(options, {
    isReached: ({ status }) => status === "NotFound",
    isLost: () => false,
    known: () => undefined,
    looksAtPods: () => false,
    readiness: (object) => readinessOf(object, { now: now() }),
  });
}

interface Goal {
  isReached(readiness: Readiness): boolean;
  isLost(readiness: Readiness): boolean;
  known(target: WaitTarget): Readiness | undefined;
  looksAtPods(target: WaitTarget): boolean;
  readiness(object: KubeObject, pods: readonly KubeObject[]): Readiness;
}

const recheck = 5_000;

async function waitUntil(options: WaitOptions, goal: Goal): Promise<WaitResult> {
  const { cache, targets, timeout, signal, failFast = false, setTimer = platformTimer } = options;
  const done = Promise.withResolvers<WaitResult["outcome"]>();
  const watchers = targets.map((target) => createWatcher(target, goal));
  const seenSoFar = (): readonly WaitedFor[] =>
    watchers.map(({ seen, target }) => seen ?? { target, readiness: unknown });
  const pendingOf = (seen: readonly WaitedFor[]) => seen.filter(({ readiness }) => !goal.isReached(readiness));
  const look = (): void => {
    options.onLook?.(pendingOf(seenSoFar()));
    const lost = watchers.some(({ seen }) => seen !== undefined && goal.isLost(seen.readiness));
    if (lost && failFast) done.resolve("failed");
    const settled = watchers.every(
      ({ seen }) => seen !== undefined && (goal.isReached(seen.readiness) || goal.isLost(seen.readiness)),
    );
    if (settled) done.resolve(lost ? "failed" : "reached");
  };
  const abort = (): void => done.resolve("aborted");
  using stack = new DisposableStack();
  const timer = (milliseconds: number, callback: () => void): void => stack.defer(setTimer(milliseconds, callback));
  if (timeout !== undefined) timer(timeout, () => done.resolve("timeout"));
  if (signal !== undefined) {
    signal.addEventListener("abort", abort, { once: true });
    stack.defer(() => signal.removeEventListener("abort", abort));
    if (signal.aborted) abort();
  }
  const start = async (watcher: Watcher): Promise<void> => {
    try {
      for (const held of await watcher.open(cache, look)) {
        if (stack.disposed) held[Symbol.dispose]();
        else stack.use(held);
      }
    } catch (error) {
      if (!isApiError(error, "NoMatch", "NotFound")) {
        done.reject(error);
        return;
      }
      // The kind may yet be defined: by a chart's CRDs, or by somebody else.
      watcher.miss();
      if (!stack.disposed) timer(recheck, () => void start(watcher));
    }
    look();
  };
  // Some of kstatus' rules depend on the time alone, so a look is due even where nothing changes.
  const again = (): void => {
    for (const watcher of watchers) watcher.look({ late: true });
    look();
    if (!stack.disposed) timer(recheck, again);
  };
  timer(recheck, again);
  for (const watcher of watchers) void start(watcher);
  look();
  const outcome = await done.promise;
  const seen = seenSoFar();
  return { outcome, targets: seen, pending: pendingOf(seen) };
}

const unknown: Readiness = { status: "Unknown", message: "" };
const vanishedReadiness: Readiness = { status: "Current", message: "Resource is gone after it was done" };
const always: Readiness = { status: "Current", message: "Resource is current" };

interface Watcher {
  readonly target: WaitTarget;
  readonly seen: WaitedFor | undefined;
  /** Looks at the object now and at each change. Gives what it holds for that: nothing when no watch is needed. */
  open(cache: WatchCache, changed: () => void): Promise<readonly KindCache[]>;
  /** `late`: the watch has surely caught up with our write. */
  look(options?: { readonly late: boolean }): void;
  miss(): void;
}

function createWatcher(target: WaitTarget, goal: Goal): Watcher {
  const { namespace, name, uid, resourceVersion } = target;
  const scope = namespace === undefined ? {} : { namespace };
  const known = goal.known(target);
  let seen: WaitedFor | undefined = known === undefined ? undefined : { target, readiness: known };
  let held: KindCache | undefined;
  let pods: KindCache | undefined;
  let wasSeen = false;
  const look = ({ late } = { late: false }): void => {
    wasSeen ||= late;
    if (held === undefined) return;
    const object = held.get({ name, ...scope });
    if (object === undefined || (uid !== undefined && object.metadata.uid !== uid)) {
      seen = { target, readiness: wasSeen && target.mayVanish === true ? vanishedReadiness : notFoundReadiness };
    } else if (resourceVersion !== undefined && isOlder(object, resourceVersion)) {
      seen = { target, readiness: { status: "Unknown", message: "" } };
    } else {
      wasSeen = true;
      seen = { target, readiness: goal.readiness(object, pods?.list(scope) ?? []), object };
    }
  };
  return {
    target,
    get seen() {
      return seen;
    },
    look,
    miss: () => {
      seen = { target, readiness: notFoundReadiness };
    },
    async open(cache, changed) {
      if (known !== undefined) return [];
      held = await cache.kind(target, scope);
      if (goal.looksAtPods(target)) {
        // Without the right to read Pods their owner's word must do.
        pods = await cache.kind(podKind, scope).catch(unless("Forbidden"));
        pods?.subscribe(({ object: pod }) => {
          if (seen?.object === undefined || !selects(seen.object, pod)) return;
          look();
          changed();
        });
      }
      const follow = (): void => {
        look();
        changed();
      };
      held.subscribe(follow, { name, ...scope });
      look();
      return pods === undefined ? [held] : [held, pods];
    },
  };
}

function unless(reason: StatusReason): (error: unknown) => undefined {
  return (error) => {
    if (!isApiError(error, reason)) throw error;
    return undefined;
  };
}

const podKind = { apiVersion: "v1", kind: "Pod" } as const;

function isOlder({ metadata }: KubeObject, version: string): boolean {
  const digits = /^\d+$/;
  const mine = metadata.resourceVersion ?? "";
  return digits.test(mine) && digits.test(version) && BigInt(mine) < BigInt(version);
}

/** Kinds that are done when they are stored: an answered write is all there is to wait for. */
const alwaysCurrent: ReadonlySet<string> = new Set([
  "/ConfigMap",
  "/Secret",
  "/ServiceAccount",
  "/Namespace",
  "/LimitRange",
  "/ResourceQuota",
  "batch/CronJob",
  "rbac.authorization.k8s.io/Role",
  "rbac.authorization.k8s.io/RoleBinding",
  "rbac.authorization.k8s.io/ClusterRole",
  "rbac.authorization.k8s.io/ClusterRoleBinding",
  "networking.k8s.io/Ingress",
  "networking.k8s.io/IngressClass",
  "networking.k8s.io/NetworkPolicy",
  "storage.k8s.io/StorageClass",
  "scheduling.k8s.io/PriorityClass",
  "admissionregistration.k8s.io/MutatingWebhookConfiguration",
  "admissionregistration.k8s.io/ValidatingWebhookConfiguration",
]);

function isAlwaysCurrent({ apiVersion, kind }: ObjectReference): boolean {
  return alwaysCurrent.has(`${groupOf(apiVersion)}/${kind}`);
}

const platformTimer: SetTimer = (milliseconds, callback) => {
  const timer = setTimeout(callback, milliseconds);
  return () => clearTimeout(timer);
};
