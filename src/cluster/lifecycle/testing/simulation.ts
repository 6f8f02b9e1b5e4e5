import type { KubeObject, Status } from "../../../api/index.ts";
import { ApiError } from "../../../api/index.ts";
import { createCluster, createStore, type LogSource } from "../../index.ts";
import { createLogs, startLifecycle } from "../index.ts";

/** A cluster that lives in a time of its own: it stands still until a test lets it pass. */
export interface Simulation {
  readonly now: () => Date;
  /** Sends a request; throws ApiError for an answer that is not a success. */
  readonly send: (method: string, path: string, body?: unknown) => Promise<KubeObject>;
  readonly list: (path: string) => Promise<readonly KubeObject[]>;
  readonly logs: LogSource;
  /** Lets time pass until nothing happens any more, or for as long as is given, in milliseconds. */
  readonly settle: (milliseconds?: number) => Promise<void>;
  readonly reports: readonly string[];
  readonly close: () => Promise<void>;
}

export async function simulate(): Promise<Simulation> {
  let time = Date.parse("2026-01-01T00:00:00Z");
  const now = () => new Date(time);
  const timers = new Set<{ readonly due: number; readonly run: () => void }>();
  const store = createStore();
  const logs = createLogs(store);
  const cluster = createCluster({ store, now, logs });
  const reports: string[] = [];
  const lifecycle = await startLifecycle({
    cluster,
    now,
    setTimer(milliseconds, run) {
      const timer = { due: time + milliseconds, run };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    report: (message) => reports.push(message),
  });
  const request = async (method: string, path: string, body?: unknown): Promise<Response> =>
    await cluster.fetch(
      new Request(`http://cluster${path}`, {
        method,
        headers: { "content-type": method === "PATCH" ? "application/merge-patch+json" : "application/json" },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    );
  const send = async (method: string, path: string, body?: unknown): Promise<KubeObject> => {
    const response = await request(method, path, body);
    const answer: unknown = await response.json();
    if (!response.ok) throw new ApiError(answer as Status);
    return answer as KubeObject;
  };
  return {
    now,
    send,
    list: async (path) => (await send("GET", path))["items"] as readonly KubeObject[],
    logs,
    async settle(milliseconds = 60_000) {
      const end = time + milliseconds;
      for (;;) {
        await lifecycle.quiet();
        const next = [...timers].sort((a, b) => a.due - b.due)[0];
        if (next === undefined || next.due > end) break;
        timers.delete(next);
        time = Math.max(time, next.due);
        next.run();
      }
      time = end;
    },
    reports,
    async close() {
      await lifecycle.stop();
      await cluster.close();
    },
  };
}
