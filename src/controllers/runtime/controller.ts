import { messageOf } from "../../base/errors.ts";
import { groupOf, type KubeObject } from "../../api/index.ts";
import type { Client, KindCache, WatchCache } from "../../kube/index.ts";
import { createEventRecorder } from "./events.ts";
import { createInterruptions, type Trigger } from "./interruption.ts";
import { limitTo } from "../../base/limit.ts";
import type { Observer, ReconcileReport } from "./metrics.ts";
import type { NotificationOptions } from "./notification.ts";
import { createQueue, type Queue } from "./queue.ts";
import { requestedAt } from "./status.ts";
import type { Context, Controller, Log, Milliseconds, Outcome } from "./types.ts";

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
  /** Flux: --min-retry-delay and --max-retry-delay. */
  readonly minimumRetryDelay?: Milliseconds;
  readonly maximumRetryDelay?: Milliseconds;
  /** Flux: --watch-label-selector. Only objects with these labels are reconciled: several processes share the work. */
  readonly labelSelector?: string;
  /** Only objects of this namespace are reconciled, and nothing outside of it is watched. Default: all namespaces. */
  readonly namespace?: string;
  /** Who is told of events besides the cluster. */
  readonly notifications?: NotificationOptions;
  readonly observer?: Observer;
  /** Told how each reconcile ended: for metrics, and for a terminal that shows the loop at work. */
  readonly onReconciled?: (report: ReconcileReport) => void;
}

export interface Controllers {
  /** Takes no more work, tells running reconciles to end, and waits for them. */
  stop(): Promise<void>;
}

/** Starts controllers on one cluster: watches become keys, keys become reconciles, outcomes become the next ones. */
export async function runControllers(options: RuntimeOptions): Promise<Controllers> {
  const stopping = new AbortController();
  const shared = { ...options, client: withRememberedVersion(options.client, () => options.now().getTime()) };
  const running = await Promise.all(
    options.controllers.map((controller) => runController(controller, shared, stopping.signal)),
  );
  return {
    async stop() {
      stopping.abort(new Error("the controllers are stopping"));
      await Promise.all(running.map((stop) => stop()));
    },
  };
}

/** A change of the object asks for a reconcile when a person or a parent object could mean one by it. */
function isRequest(object: KubeObject, previous: KubeObject): boolean {
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
  const { labelSelector = "", namespace, observer, notifications, minimumRetryDelay, maximumRetryDelay } = options;
  const { kind } = controller.kind;
  const setTimer = options.setTimer ?? startTimer;
  const scope = namespace === undefined ? {} : { namespace };
  const own = await cache.kind(controller.kind, { ...scope, ...(labelSelector === "" ? {} : { labelSelector }) });
  const events = createEventRecorder({ client, component: controller.manager, now, log, signal, notifications });
  const shared = { client, cache, scope, events, now, signal, busy: limitTo(concurrent), learn: own.learn };
  const interruptions = controller.cancelsWaits === true ? createInterruptions() : undefined;
  observer?.opened(kind, concurrent);
  const jittered = (delay: Milliseconds): Milliseconds => delay * (1 + ((2 * random() - 1) * jitterPercentage) / 100);

  const queue: Queue = createQueue({
    setTimer,
    random,
    ...(minimumRetryDelay === undefined ? {} : { minimumDelay: minimumRetryDelay }),
    ...(maximumRetryDelay === undefined ? {} : { maximumDelay: maximumRetryDelay }),
    ...(observer === undefined
      ? {}
      : {
          onDelayed: () => observer.delayed(kind),
          onAdded: () => observer.added(kind),
          onStarted: (waited) => observer.taken(kind, waited),
        }),
    run: async (key) => {
      const object = own.get(nameOf(key));
      if (object === undefined || signal.aborted) {
        queue.forget(key);
        return;
      }
      const began = performance.now();
      const fields = fieldsOf(controller, nameOf(key));
      using look = interruptions?.open(key);
      const interruption = look === undefined ? {} : { interruption: look.signal };
      const context: Context = { ...shared, ...interruption, log: withFields(log, fields) };
      const tell = (ended: Pick<ReconcileReport, "result" | "error">): void => {
        const report = { kind, ...nameOf(key), duration: performance.now() - began, ...ended };
        observer?.ended(report);
        options.onReconciled?.(report);
      };
      observer?.started({ kind, ...nameOf(key) });
      try {
        const outcome = await controller.reconcile(object, context);
        tell({ result: resultOf(outcome, controller) });
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
        tell({ result: "error", error: messageOf(error) });
        if (signal.aborted) return;
        context.log.error("Reconciler error", { error: messageOf(error) });
        queue.addFailed(key);
      }
    },
  });

  const add = (key: string): void => {
    interruptions?.interrupt(key, { kind, ...nameOf(key) });
    queue.add(key);
  };
  const unsubscribes = [watchOwn(own, controller, add, observer)];
  for (const wake of controller.wakes ?? []) {
    const others = await cache.kind(wake.kind, { ...scope, ...wake.selection });
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
        const trigger: Trigger = { kind: event.object.kind, ...nameOf(key) };
        for (const name of wake.keys(change, own.list())) {
          if (wake.interrupts?.(change) ?? true) interruptions?.interrupt(keyOf({ metadata: name }), trigger);
          if (wake.quiet === undefined) queue.add(keyOf({ metadata: name }));
          else queue.addAfter(keyOf({ metadata: name }), wake.quiet);
        }
      }),
    );
  }
  return async () => {
    for (const unsubscribe of unsubscribes) unsubscribe();
    await queue.stop();
    await events.flush();
  };
}

function watchOwn(own: KindCache, controller: Controller, add: (key: string) => void, observer?: Observer): () => void {
  const known = new Map<string, KubeObject>();
  return own.subscribe(({ type, object }) => {
    if (type === "BOOKMARK") return;
    const key = keyOf(object);
    const previous = known.get(key);
    if (type === "DELETED") {
      known.delete(key);
      observer?.forgotten(controller.kind.kind, nameOf(key));
      return;
    }
    known.set(key, object);
    if (previous === undefined || (controller.changed ?? isRequest)(object, previous)) add(key);
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

function resultOf(outcome: Outcome, { manager }: Controller): ReconcileReport["result"] {
  switch (outcome.outcome) {
    case "done":
      return outcome.again === undefined ? "success" : "requeue_after";
    case "waiting":
      return "requeue_after";
    case "stalled":
      // Flux: what no retry mends is a terminal error, but not to source-controller.
      return manager === "source-controller" ? "success" : "terminal";
    case "retry":
      return "requeue";
  }
}

type Named = { readonly namespace: string; readonly name: string };

/** The fields by which controller-runtime's log lines name an object, and this one look at it. */
function fieldsOf({ kind }: Controller, { namespace, name }: Named): Readonly<Record<string, unknown>> {
  return {
    controller: kind.kind.toLowerCase(),
    controllerGroup: groupOf(kind.apiVersion),
    controllerKind: kind.kind,
    [kind.kind]: { name, namespace },
    namespace,
    name,
    reconcileID: crypto.randomUUID(),
  };
}

function withFields(log: Log, fields: Readonly<Record<string, unknown>>): Log {
  return {
    info: (message, more) => log.info(message, { ...fields, ...more }),
    error: (message, more) => log.error(message, { ...fields, ...more }),
  };
}

/** The client, which asks for the server's version once a minute at most: it changes when a cluster is upgraded. */
function withRememberedVersion(client: Client, now: () => Milliseconds): Client {
  let known: { readonly answer: ReturnType<Client["version"]>; readonly until: Milliseconds } | undefined;
  return {
    ...client,
    version() {
      if (known !== undefined && now() < known.until) return known.answer;
      const answer = client.version();
      known = { answer, until: now() + 60_000 };
      // What could not be answered is asked again.
      answer.catch(() => (known = undefined));
      return answer;
    },
  };
}
