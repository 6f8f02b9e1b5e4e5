import { ApiError, internalError } from "../api/index.ts";
import { messageOf } from "../base/errors.ts";
import { bootstrap } from "./bootstrap.ts";
import { runCrds } from "./crds.ts";
import { createLogs } from "./lifecycle/index.ts";
import { StoreError } from "./errors.ts";
import type { Core, LogSource } from "./http/call.ts";
import { respondStatus } from "./http/respond.ts";
import { route } from "./http/route.ts";
import { createRegistry } from "./registry/registry.ts";
import { createStore } from "./store/store.ts";
import type { Store } from "./store/types.ts";

export interface ClusterOptions {
  /** Where objects are kept; in memory when absent. Closed with the cluster. */
  readonly store?: Store;
  readonly now?: () => Date;
  /** What `pods/log` answers; what the simulated containers have printed when absent. */
  readonly logs?: LogSource;
}

/** An API server as a function: no socket, no process. */
export interface Cluster {
  /** Answers one request as kube-apiserver does. Never rejects. */
  readonly fetch: (request: Request) => Promise<Response>;
  readonly store: Store;
  /** Ends all watches and closes the store. */
  readonly close: () => Promise<void>;
}

/** Starts an API server on a store, with the objects that every cluster has from the start. */
export function createCluster(options: ClusterOptions = {}): Cluster {
  const { store = createStore(), now = () => new Date(), logs = createLogs(store) } = options;
  const closing = new AbortController();
  const core: Core = { store, registry: createRegistry(store), now, closing: closing.signal, logs };
  const crds = runCrds(core);
  const ready = bootstrap(core);
  // Every answer waits for it, and says so when it failed.
  ready.catch(() => {});
  return {
    fetch: (request) => answer(core, ready, request),
    store,
    async close() {
      closing.abort();
      crds.stop();
      await crds.settled();
      await store.close();
    },
  };
}

async function answer(core: Core, ready: Promise<void>, request: Request): Promise<Response> {
  const query = new URL(request.url).searchParams;
  const warnings: string[] = [];
  try {
    await ready;
    return await route(core, request, { query, warnings });
  } catch (thrown) {
    const refusal = toRefusal(thrown);
    const retry = refusal.status.details?.retryAfterSeconds;
    return respondStatus(
      { request, query, warnings },
      refusal.status,
      retry === undefined ? {} : { "retry-after": String(retry) },
    );
  }
}

function toRefusal(thrown: unknown): ApiError {
  if (thrown instanceof ApiError) return thrown;
  if (thrown instanceof StoreError) return internalError(thrown.message);
  return internalError(messageOf(thrown));
}
