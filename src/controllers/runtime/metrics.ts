import type { Fetch } from "../../kube/index.ts";
import { createRegistry, type Labels } from "./registry.ts";
import type { Milliseconds } from "./types.ts";

/** How a reconcile ended, as controller-runtime counts it. */
export type ReconcileResult = "success" | "requeue" | "requeue_after" | "error";

export interface ReconcileReport {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly duration: Milliseconds;
  readonly result: ReconcileResult;
  readonly error?: string;
}

/** Is told what controllers do. */
export interface Observer {
  /** Before the first reconcile of a kind. */
  opened(kind: string, workers: number): void;
  /** An object was put into the queue of its kind: `later` after a pause. */
  queued(kind: string, later: boolean): void;
  started(kind: string): void;
  ended(report: ReconcileReport): void;
  /** The object is gone for good. */
  forgotten(kind: string, object: { readonly namespace: string; readonly name: string }): void;
}

export interface Metrics extends Observer {
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
const workTimes = Array.from({ length: 10 }, (_, step) => Number(`1e${step - 8}`));

/** Counts what controllers do under the names of Flux and controller-runtime. Our queue has no workers: what waits for a cluster is active. */
export function createMetrics(): Metrics {
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
  const nameOf = (kind: string): string => kind.toLowerCase();
  const queueOf = (kind: string): Labels => ({ controller: nameOf(kind), name: nameOf(kind) });
  return {
    opened(kind, count) {
      const controller = nameOf(kind);
      active.set({ controller }, 0);
      workers.set({ controller }, count);
      errors.add({ controller }, 0);
      for (const result of ["error", "requeue", "requeue_after", "success"]) total.add({ controller, result }, 0);
      adds.add(queueOf(kind), 0);
      retries.add(queueOf(kind), 0);
    },
    queued(kind, later) {
      adds.add(queueOf(kind));
      if (later) retries.add(queueOf(kind));
    },
    started: (kind) => active.add({ controller: nameOf(kind) }),
    ended({ kind, namespace, name, duration: took, result }) {
      const controller = nameOf(kind);
      active.add({ controller }, -1);
      total.add({ controller, result });
      if (result === "error") errors.add({ controller });
      times.observe({ controller }, took / 1000);
      work.observe(queueOf(kind), took / 1000);
      duration.observe({ kind, name, namespace }, took / 1000);
    },
    forgotten: (kind, { namespace, name }) => duration.forget({ kind, name, namespace }),
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
    format: registry.format,
  };
}
