import assert from "node:assert/strict";
import { test } from "node:test";
import { createCluster, createLogs, createStore, startLifecycle } from "../cluster/index.ts";
import { createClient } from "../kube/index.ts";
import type { HookLogs, LogEntry } from "./context.ts";
import { install } from "./install.ts";
import { createMemoryStorage } from "./storage/memory-driver.ts";
import { createChart } from "./testing/world.ts";

const job = (policy: string, command: string): string => `apiVersion: batch/v1
kind: Job
metadata:
  name: work
  annotations: {helm.sh/hook: pre-install, helm.sh/hook-output-log-policy: "${policy}"}
spec:
  backoffLimit: 0
  template:
    spec:
      restartPolicy: Never
      containers: [{name: main, image: example.com/work, command: [sh, -c, "echo one; ${command}"]}]
`;

const cases = [
  { name: "tells what a hook wrote that succeeded", policy: "hook-succeeded", command: "true", want: ["one\n"] },
  { name: "tells what a hook wrote that failed", policy: "hook-failed", command: "exit 3", want: ["one\n"] },
  { name: "is silent about success when only failure counts", policy: "hook-failed", command: "true", want: [] },
  { name: "is silent about failure when only success counts", policy: "hook-succeeded", command: "exit 3", want: [] },
];

async function installed(
  chart: ReturnType<typeof createChart>,
  fetch?: (request: Request) => Promise<Response> | undefined,
) {
  const store = createStore();
  const cluster = createCluster({ store, logs: createLogs(store) });
  const lifecycle = await startLifecycle({ cluster });
  const logs: HookLogs[] = [];
  const entries: LogEntry[] = [];
  try {
    const client = createClient({
      server: "http://cluster.local",
      fetch: (request) => fetch?.(request) ?? cluster.fetch(request),
    });
    const now = (): Date => new Date();
    const context = {
      client,
      now,
      storage: createMemoryStorage({ now }),
      fieldManager: "helm",
      log: (entry: LogEntry) => void entries.push(entry),
      onHookLogs: (seen: HookLogs) => void logs.push(seen),
    };
    const options = { name: "web", namespace: "default", chart, values: {}, timeout: 20_000 };
    await install(context, options).catch(() => undefined);
  } finally {
    await lifecycle.stop();
    await cluster.close();
  }
  return { logs, entries };
}

for (const { name, policy, command, want } of cases) {
  test(`a hook's log policy ${name}`, async () => {
    const { logs } = await installed(createChart({ "job.yaml": job(policy, command) }));
    assert.deepEqual(
      logs.map(({ text }) => text),
      want,
    );
  });
}

test("a hook whose logs cannot be read is told of in Helm's words, and is no failure", async () => {
  const chart = createChart({ "job.yaml": job("hook-succeeded", "true") });
  const { logs, entries } = await installed(chart, (request) =>
    request.url.includes("/log?") ? Promise.resolve(new Response("no", { status: 404 })) : undefined,
  );
  assert.deepEqual(logs, []);
  const told = entries.filter(({ level }) => level === "INFO").map(({ message }) => message);
  assert.equal(told.length, 1);
  assert.match(
    told[0] ?? "",
    /^error outputting logs for hook failure: failed to stream pod logs for pod: work-\w+, container: main$/,
  );
});
