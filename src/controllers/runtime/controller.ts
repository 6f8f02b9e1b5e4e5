import { messageOf } from "../../base/errors.ts";
import type { KubeObject } from "../../api/index.ts";
import type { Client, KindCache, WatchCache } from "../../kube/index.ts";
import { createEventRecorder } from "./events.ts";
import { limitTo } from "./limit.ts";
import { createQueue, type Queue } from "./queue.ts";
import { requestedAt } from "./status.ts";
import type { Context, Controller, Log, Milliseconds } from "./types.ts";

export interface RuntimeOptions {
  readonly client: Client;
  readonly cache: WatchCache;
  readonly controllers: readonly Controller[];
  readonly log: Log;
  readonly now: () => Date;
  readonly setTimer?: (callback: () => void, delay: Milliseconds) => () => void;
  readonly random?: () => number;
  /** How many reconciles of one kind may render or write at once (Flux: --concurrent). Waiting is not counted. */
  readonly concurrent?: number;
  /** Flux: --interval-jitter-percentage. */
  readonly jitterPercentage?: number;
  /** Told how each reconcile ended: for metrics, and for a terminal that shows the loop at work. */
  readonly onReconciled?: (report: ReconcileReport) => void;
}

export interface ReconcileReport {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly duration: Milliseconds;
  readonly error?: string;
}

export interface Controllers {
  /** Takes no more work, tells running reconciles to end, and waits for them. */
  stop(): Promise<void>;
}

/** Starts controllers on one cluster: watches become keys, keys become reconciles, outcomes become the next ones. */
export async function runControllers(options: RuntimeOptions): Promise<Controllers> {
  const stopping = new AbortController();
  const running = await Promise.all(
    options.controllers.map((controller) => runController(controller, options, stopping.signal)),
  );
  return {
    async stop() {
      stopping.abort(new Error("the controllers are stopping"));
      await Promise.all(running.map((stop) => stop()));
    },
  };
}

/** A change of the object asks for a reconcile when a person or a parent object could mean one by it. */
export function isRequest(object: KubeObject, previous: KubeObject): boolean {
  return (
    object.metadata.generation !== previous.metadata.generation ||
    requestedAt(object) !== requestedAt(previous) ||
    object.metadata.deletionTimestamp !== previous.metadata.deletionTimestamp ||
    object.metadata.uid !== previous.metadata.uid
  );
}

async function runController(
  controller: Controller,
  options: RuntimeOptions,
  signal: AbortSignal,
): Promise<() => Promise<void>> {
  const { client, cache, log, now, random = Math.random, concurrent = 4, jitterPercentage = 5 } = options;
  const setTimer = options.setTimer ?? startTimer;
  const own = await cache.kind(controller.kind);
  const events = createEventRecorder({ client, component: controller.manager, now, log });
  const context: Context = { client, cache, events, log, now, signal, busy: limitTo(concurrent) };
  const jittered = (delay: Milliseconds): Milliseconds => delay * (1 + ((2 * random() - 1) * jitterPercentage) / 100);

  const queue: Queue = createQueue({
    setTimer,
    random,
    run: async (key) => {
      const object = own.get(nameOf(key));
      if (object === undefined || signal.aborted) {
        queue.forget(key);
        return;
      }
      const began = performance.now();
      const report = { kind: controller.kind.kind, ...nameOf(key) };
      try {
        const outcome = await controller.reconcile(object, context);
        options.onReconciled?.({ ...report, duration: performance.now() - began });
        switch (outcome.outcome) {
          case "done":
            queue.forget(key);
            if (outcome.again !== undefined) queue.addAfter(key, jittered(outcome.again));
            break;
          case "waiting":
            queue.forget(key);
            queue.addAfter(key, outcome.again);
            break;
          case "stalled":
            queue.forget(key);
            break;
          case "retry":
            queue.addFailed(key);
            break;
        }
      } catch (error) {
        if (signal.aborted) return;
        log.error("Reconciler error", { ...report, error: messageOf(error) });
        options.onReconciled?.({ ...report, duration: performance.now() - began, error: messageOf(error) });
        queue.addFailed(key);
      }
    },
  });

  const unsubscribes = [watchOwn(own, controller, queue)];
  for (const wake of controller.wakes ?? []) {
    const others = await cache.kind(wake.kind, wake.selection);
    const known = new Map<string, KubeObject>();
    unsubscribes.push(
      others.subscribe((event) => {
        if (event.type === "BOOKMARK") return;
        const key = keyOf(event.object);
        const previous = known.get(key);
        const deleted = event.type === "DELETED";
        if (deleted) known.delete(key);
        else known.set(key, event.object);
        const change = { object: event.object, deleted, ...(previous === undefined ? {} : { previous }) };
        for (const name of wake.keys(change, own.list())) queue.add(keyOf({ metadata: name }));
      }),
    );
  }
  return async () => {
    for (const unsubscribe of unsubscribes) unsubscribe();
    await queue.stop();
    await events.flush();
  };
}

function watchOwn(own: KindCache, controller: Controller, queue: Queue): () => void {
  const known = new Map<string, KubeObject>();
  return own.subscribe(({ type, object }) => {
    if (type === "BOOKMARK") return;
    const key = keyOf(object);
    const previous = known.get(key);
    if (type === "DELETED") {
      known.delete(key);
      return;
    }
    known.set(key, object);
    if (previous === undefined || (controller.changed ?? isRequest)(object, previous)) queue.add(key);
  });
}

function keyOf(object: { readonly metadata: { readonly namespace?: string; readonly name?: string } }): string {
  return `${object.metadata.namespace ?? ""}/${object.metadata.name ?? ""}`;
}

function nameOf(key: string): { readonly namespace: string; readonly name: string } {
  const slash = key.indexOf("/");
  return { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}

function startTimer(callback: () => void, delay: Milliseconds): () => void {
  // Node's timers overflow at 2^31 ms; no interval of ours is longer than that in practice, and an early look does no harm.
  const timer = setTimeout(callback, Math.min(delay, 2_147_483_647));
  return () => clearTimeout(timer);
}
