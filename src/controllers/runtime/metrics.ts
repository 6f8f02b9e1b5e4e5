import type { Fetch } from "../../kube/index.ts";
import { createRegistry, type Labels } from "./registry.ts";
import type { TokenObserver } from "./token-cache.ts";
import type { Milliseconds } from "./types.ts";

/** How a reconcile ended, as controller-runtime counts it; `terminal` is an error that no retry mends. */
export type ReconcileResult = "success" | "requeue" | "requeue_after" | "error" | "terminal";

/** An object of a kind. */
export interface Reconciled {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

export interface ReconcileReport extends Reconciled {
  readonly duration: Milliseconds;
  readonly result: ReconcileResult;
  readonly error?: string;
}

/** Is told what controllers do. */
export interface Observer {
  /** Before the first reconcile of a kind. */
  opened(kind: string, workers: number): void;
  /** An object is to be reconciled after a pause. */
  delayed(kind: string): void;
  /** An object is to be reconciled now. */
  added(kind: string): void;
  /** Its turn came, after it waited for an earlier look at it to end. */
  taken(kind: string, waited: Milliseconds): void;
  started(object: Reconciled): void;
  ended(report: ReconcileReport): void;
  /** The object is gone for good. */
  forgotten(kind: string, object: { readonly namespace: string; readonly name: string }): void;
}

export interface Metrics extends Observer {
  /** Whether this process holds a lease. */
  readonly leads: (lease: string, leads: boolean) => void;
  readonly tokens: TokenObserver;
  /** Counts the requests of a client. */
  readonly counting: (fetch: Fetch) => Fetch;
  /** Prometheus' text. */
  readonly format: () => string;
}

/** Flux: ten steps from 10 ms to half an hour. */
const durations = Array.from({ length: 10 }, (_, step) => 0.01 * (1800 / 0.01) ** (step / 9));
const reconcileTimes = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.25, 1.5, 1.75, 2,
  2.5, 3, 3.5, 4, 4.5, 5, 6, 7, 8, 9, 10, 15, 20, 25, 30, 40, 50, 60,
];
// controller-runtime multiplies step by step, which shows in the last digits.
const workTimes = Array.from({ length: 11 }).reduce<number[]>((steps) => [...steps, steps.at(-1)! * 10], [1e-8]);

/** Counts what controllers do under the names of Flux and controller-runtime. Our queue has no workers: what waits for a cluster is active. */
export function createMetrics(now: () => Milliseconds = () => performance.now()): Metrics {
  const registry = createRegistry();
  const { counter, gauge, histogram } = registry;
  const active = gauge("controller_runtime_active_workers", "Number of currently used workers per controller");
  const workers = gauge(
    "controller_runtime_max_concurrent_reconciles",
    "Maximum number of concurrent reconciles per controller",
  );
  const errors = counter(
    "controller_runtime_reconcile_errors_total",
    "Total number of reconciliation errors per controller",
  );
  const times = histogram(
    "controller_runtime_reconcile_time_seconds",
    "Length of time per reconciliation per controller",
    reconcileTimes,
  );
  const total = counter("controller_runtime_reconcile_total", "Total number of reconciliations per controller");
  const duration = histogram(
    "gotk_reconcile_duration_seconds",
    "The duration in seconds of a GitOps Toolkit resource reconciliation.",
    durations,
  );
  const panics = counter(
    "controller_runtime_reconcile_panics_total",
    "Total number of reconciliation panics per controller",
  );
  const timeouts = counter(
    "controller_runtime_reconcile_timeouts_total",
    "Total number of reconciliation timeouts per controller",
  );
  const terminals = counter(
    "controller_runtime_terminal_reconcile_errors_total",
    "Total number of terminal reconciliation errors per controller",
  );
  const cacheEvents = counter(
    "gotk_token_cache_events_total",
    "Total number of cache retrieval events for a Gitops Toolkit resource reconciliation.",
  );
  const cacheEvictions = counter("gotk_token_cache_evictions_total", "Total number of cache evictions.");
  const cacheRequests = counter(
    "gotk_token_cache_requests_total",
    "Total number of cache requests partioned by success or failure.",
  );
  const cachedItems = gauge("gotk_token_cached_items", "Total number of items in the cache.");
  const leading = gauge(
    "leader_election_master_status",
    "Gauge of if the reporting system is master of the relevant lease, 0 indicates backup, 1 indicates master. 'name' is the string used to identify the lease. Please make sure to group by name.",
  );
  const requests = counter(
    "rest_client_requests_total",
    "Number of HTTP requests, partitioned by status code, method, and host.",
  );
  const adds = counter("workqueue_adds_total", "Total number of adds handled by workqueue");
  const retries = counter(
    "workqueue_retries_total",
    "Total number of items added to the workqueue with a non-zero delay (rate-limited requeues, explicit RequeueAfter or AddAfter calls)",
  );
  const work = histogram(
    "workqueue_work_duration_seconds",
    "How long in seconds processing an item from workqueue takes.",
    workTimes,
  );
  const depth = gauge("workqueue_depth", "Current depth of workqueue by workqueue and priority");
  const longest = gauge(
    "workqueue_longest_running_processor_seconds",
    "How many seconds has the longest running processor for workqueue been running.",
  );
  const waiting = histogram(
    "workqueue_queue_duration_seconds",
    "How long in seconds an item stays in workqueue before being requested",
    workTimes,
  );
  const unfinished = gauge(
    "workqueue_unfinished_work_seconds",
    "How many seconds of work has been done that is in progress and hasn't been observed by work_duration. Large values indicate stuck threads. One can deduce the number of stuck threads by observing the rate at which this increases.",
  );
  /** When each look began that is under way, by its kind and object. */
  const running = new Map<string, Map<string, Milliseconds>>();
  const depthOf = (kind: string): Labels => ({ ...queueOf(kind), priority: "0" });
  const objectOf = ({ namespace, name }: Reconciled): string => `${namespace}/${name}`;
  const measure = (): void => {
    for (const [kind, began] of running) {
      const ages = [...began.values()].map((time) => (now() - time) / 1000);
      unfinished.set(
        queueOf(kind),
        ages.reduce((sum, age) => sum + age, 0),
      );
      longest.set(queueOf(kind), Math.max(0, ...ages));
    }
  };
  const nameOf = (kind: string): string => kind.toLowerCase();
  const queueOf = (kind: string): Labels => ({ controller: nameOf(kind), name: nameOf(kind) });
  return {
    opened(kind, count) {
      const controller = nameOf(kind);
      active.set({ controller }, 0);
      workers.set({ controller }, count);
      for (const never of [errors, panics, terminals, timeouts]) never.add({ controller }, 0);
      for (const result of ["error", "requeue", "requeue_after", "success"]) total.add({ controller, result }, 0);
      for (const each of [adds, retries]) each.add(queueOf(kind), 0);
      depth.set(depthOf(kind), 0);
      running.set(kind, new Map());
    },
    delayed: (kind) => retries.add(queueOf(kind)),
    added(kind) {
      adds.add(queueOf(kind));
      depth.add(depthOf(kind));
    },
    taken(kind, waited) {
      depth.add(depthOf(kind), -1);
      waiting.observe(queueOf(kind), waited / 1000);
    },
    started(object) {
      active.add({ controller: nameOf(object.kind) });
      running.get(object.kind)?.set(objectOf(object), now());
    },
    ended({ duration: took, result, ...object }) {
      const { kind, name, namespace } = object;
      const controller = nameOf(kind);
      running.get(kind)?.delete(objectOf(object));
      active.add({ controller }, -1);
      const isError = result === "error" || result === "terminal";
      total.add({ controller, result: isError ? "error" : result });
      if (isError) errors.add({ controller });
      if (result === "terminal") terminals.add({ controller });
      times.observe({ controller }, took / 1000);
      work.observe(queueOf(kind), took / 1000);
      duration.observe({ kind, name, namespace }, took / 1000);
    },
    leads: (name, leads) => leading.set({ name }, leads ? 1 : 0),
    tokens: {
      asked(owner, found) {
        const { kind, name, namespace } = owner;
        const event_type = found ? "cache_hit" : "cache_miss";
        cacheEvents.add({ event_type, kind, name, namespace, operation: "reconcile" });
      },
      answered: (ok) => cacheRequests.add({ status: ok ? "success" : "failure" }),
      evicted: () => cacheEvictions.add({}),
      kept: (count) => cachedItems.set({}, count),
    },
    forgotten(kind, { namespace, name }) {
      for (const each of [duration, cacheEvents]) each.forget({ kind, name, namespace });
    },
    counting: (fetch) => async (request) => {
      const { host } = new URL(request.url);
      const { method } = request;
      try {
        const response = await fetch(request);
        requests.add({ code: String(response.status), host, method });
        return response;
      } catch (error) {
        requests.add({ code: "<error>", host, method });
        throw error;
      }
    },
    format() {
      measure();
      return registry.format();
    },
  };
}
