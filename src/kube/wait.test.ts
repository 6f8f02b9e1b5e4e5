import assert from "node:assert/strict";
import { test } from "node:test";
import type { KubeObject } from "../api/index.ts";
import { createCluster } from "../cluster/index.ts";
import { createClient, createWatchCache, waitDeleted, waitReady } from "./index.ts";
import type { SetTimer } from "./wait.ts";

const deployment = (name: string): KubeObject => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name, namespace: "default" },
  spec: {
    replicas: 1,
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: "c", image: "i" }] } },
  },
});
const target = (name: string) => ({ apiVersion: "apps/v1", kind: "Deployment", namespace: "default", name });
const healthy = {
  status: {
    observedGeneration: 1,
    replicas: 1,
    updatedReplicas: 1,
    readyReplicas: 1,
    availableReplicas: 1,
    conditions: [
      { type: "Available", status: "True" },
      { type: "Progressing", status: "True", reason: "NewReplicaSetAvailable" },
    ],
  },
};
const stuck = {
  status: { conditions: [{ type: "Progressing", status: "False", reason: "ProgressDeadlineExceeded" }] },
};

function clusterAndCache() {
  const cluster = createCluster();
  const client = createClient({ server: "http://cluster", fetch: cluster.fetch });
  const cache = createWatchCache({ client });
  const close = async () => {
    await cache[Symbol.asyncDispose]();
    await cluster.close();
  };
  const setStatus = (name: string, patch: object) =>
    client.patch(target(name), patch, { type: "merge", subresource: "status" });
  return { client, cache, setStatus, [Symbol.asyncDispose]: close };
}

/** Timers that run only when the test says so. */
function timers() {
  const waiting = new Map<() => void, number>();
  const setTimer: SetTimer = (milliseconds, callback) => {
    waiting.set(callback, milliseconds);
    return () => waiting.delete(callback);
  };
  const elapse = (milliseconds: number): void => {
    for (const [callback, due] of new Map(waiting)) {
      if (due > milliseconds) continue;
      waiting.delete(callback);
      callback();
    }
  };
  return { setTimer, elapse, waiting };
}

test("waitReady() ends when everything is Current", async () => {
  await using given = clusterAndCache();
  const { client, cache, setStatus } = given;
  await client.create(deployment("a"));
  await client.create(deployment("b"));
  const waiting = waitReady({ cache, targets: [target("a"), target("b")] });
  await setStatus("a", healthy);
  await setStatus("b", healthy);
  const { outcome, targets, pending } = await waiting;
  assert.equal(outcome, "reached");
  assert.deepEqual(
    targets.map(({ readiness }) => readiness.message),
    ["Deployment is available. Replicas: 1", "Deployment is available. Replicas: 1"],
  );
  assert.deepEqual(pending, []);
});

test("waitReady() tells at the timeout what is not ready and why", async () => {
  await using given = clusterAndCache();
  const { client, cache, setStatus } = given;
  const { setTimer, elapse } = timers();
  await client.create(deployment("a"));
  await client.create(deployment("b"));
  await setStatus("a", healthy);
  using kind = await cache.kind(target("a"), { namespace: "default" });
  assert.equal(kind.list().length, 2);
  const waiting = waitReady({ cache, targets: [target("a"), target("b"), target("none")], timeout: 60_000, setTimer });
  await new Promise((resolve) => setImmediate(resolve));
  elapse(60_000);
  const { outcome, pending } = await waiting;
  assert.equal(outcome, "timeout");
  assert.deepEqual(
    pending.map((one) => [one.target.name, one.readiness.status, one.readiness.message]),
    [
      ["b", "InProgress", "Replicas: 0/1"],
      ["none", "NotFound", "Resource not found"],
    ],
  );
});

test("waitReady() ends at the first failure only when it must fail fast", async () => {
  await using given = clusterAndCache();
  const { client, cache, setStatus } = given;
  await client.create(deployment("a"));
  await client.create(deployment("b"));
  await setStatus("a", stuck);
  const targets = [target("a"), target("b")];
  const fast = await waitReady({ cache, targets, failFast: true });
  assert.equal(fast.outcome, "failed");
  const patient = waitReady({ cache, targets });
  await setStatus("b", healthy);
  const { outcome, pending } = await patient;
  assert.equal(outcome, "failed");
  assert.deepEqual(
    pending.map(({ readiness }) => readiness),
    [{ status: "Failed", message: "Progress deadline exceeded" }],
  );
});

test("waitReady() does not believe what the watch knew before our write", async () => {
  await using given = clusterAndCache();
  const { client, cache, setStatus } = given;
  await client.create(deployment("a"));
  const before = await setStatus("a", healthy);
  using _kind = await cache.kind(target("a"), { namespace: "default" });
  const beyond = String(Number(before.metadata.resourceVersion) + 1);
  const { setTimer, elapse } = timers();
  const waiting = waitReady({ cache, targets: [{ ...target("a"), resourceVersion: beyond }], timeout: 1000, setTimer });
  await new Promise((resolve) => setImmediate(resolve));
  elapse(1000);
  assert.equal((await waiting).outcome, "timeout");
});

test("waitReady() watches nothing for kinds that are done when they are written", async () => {
  const cache = { kind: () => Promise.reject(new Error("asked")), [Symbol.asyncDispose]: async () => {} };
  const written = { apiVersion: "v1", kind: "ConfigMap", namespace: "default", name: "a", resourceVersion: "5" };
  const { outcome } = await waitReady({ cache, targets: [written] });
  assert.equal(outcome, "reached");
});

test("waitReady() ends by the caller's signal and leaves no timer behind", async () => {
  await using given = clusterAndCache();
  const { setTimer, waiting } = timers();
  const abort = new AbortController();
  const result = waitReady({
    cache: given.cache,
    targets: [target("a")],
    timeout: 1000,
    signal: abort.signal,
    setTimer,
  });
  abort.abort();
  assert.equal((await result).outcome, "aborted");
  assert.equal(waiting.size, 0);
});

test("waitReady() waits for kinds that are defined later", async () => {
  await using given = clusterAndCache();
  const { setTimer, elapse } = timers();
  const thing = { apiVersion: "example.com/v1", kind: "Thing", namespace: "default", name: "x" };
  const result = waitReady({ cache: given.cache, targets: [thing], timeout: 60_000, setTimer });
  await new Promise((resolve) => setTimeout(resolve, 20));
  elapse(60_000);
  const { outcome, pending } = await result;
  assert.equal(outcome, "timeout");
  assert.equal(pending[0]?.readiness.status, "NotFound");
});

test("waitReady() asks the judge about kinds that are always ready, too", async () => {
  await using given = clusterAndCache();
  const { client, cache } = given;
  const { metadata } = await client.create<KubeObject>({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "a", namespace: "default" },
  });
  const { resourceVersion = "" } = metadata;
  const map = { apiVersion: "v1", kind: "ConfigMap", namespace: "default", name: "a", resourceVersion };
  const judge = ({ kind }: KubeObject) =>
    kind === "ConfigMap" ? ({ status: "Failed", message: "by decree" } as const) : undefined;
  const { outcome } = await waitReady({ cache, targets: [map], judge, failFast: true });
  assert.equal(outcome, "failed");
});

test("waitReady() asks the caller's judge first", async () => {
  await using given = clusterAndCache();
  const { client, cache } = given;
  await client.create(deployment("a"));
  const judge = () => ({ status: "Current", message: "by decree" }) as const;
  const { outcome, targets } = await waitReady({ cache, targets: [target("a")], judge });
  assert.equal(outcome, "reached");
  assert.equal(targets[0]?.readiness.message, "by decree");
});

test("waitDeleted() ends when nothing is left, or only others of the same name", async () => {
  await using given = clusterAndCache();
  const { client, cache } = given;
  const a = await client.create(deployment("a"));
  const uid = a.metadata.uid ?? "";
  const waiting = waitDeleted({ cache, targets: [{ ...target("a"), uid }, target("never")] });
  await client.delete(target("a"), { propagation: "Background" });
  await client.create(deployment("a"));
  assert.equal((await waiting).outcome, "reached");
});

test("waitReady() takes a Job that vanished after it was seen, or for some time, for done", async () => {
  await using given = clusterAndCache();
  const { client, cache } = given;
  const job = { apiVersion: "batch/v1", kind: "Job", namespace: "default", name: "j" };
  const container = { name: "c", image: "i" };
  const template = { spec: { restartPolicy: "Never", containers: [container] } };
  await client.create({ ...job, metadata: { name: "j", namespace: "default" }, spec: { template } });
  const waiting = waitReady({ cache, targets: [{ ...job, mayVanish: true }], jobs: "complete" });
  using kind = await cache.kind(job, { namespace: "default" });
  assert.equal(kind.list().length, 1);
  await client.delete(job, { propagation: "Background" });
  assert.equal((await waiting).outcome, "reached");

  const { setTimer, elapse } = timers();
  const late = waitReady({
    cache,
    targets: [{ ...job, mayVanish: true }],
    jobs: "complete",
    timeout: 60_000,
    setTimer,
  });
  await new Promise((resolve) => setImmediate(resolve));
  elapse(5_000);
  assert.equal((await late).outcome, "reached");
});

test("waitReady() gives a StatefulSet up whose Pod crashes, as kstatus does", async () => {
  await using given = clusterAndCache();
  const { client, cache } = given;
  const labels = { app: "db" };
  const reference = { apiVersion: "apps/v1", kind: "StatefulSet", namespace: "default", name: "db" };
  const metadata = { name: "db", namespace: "default" };
  const template = { metadata: { labels }, spec: { containers: [{ name: "c", image: "i" }] } };
  const spec = { serviceName: "db", selector: { matchLabels: labels }, template };
  await client.create({ apiVersion: "apps/v1", kind: "StatefulSet", metadata, spec });
  const pod = { apiVersion: "v1", kind: "Pod", namespace: "default", name: "db-0" };
  await client.create({ ...pod, metadata: { name: "db-0", namespace: "default", labels }, spec: template.spec });
  const waiting = waitReady({ cache, targets: [reference], failFast: true });
  const state = { waiting: { reason: "CrashLoopBackOff" } };
  const status = {
    phase: "Running",
    containerStatuses: [{ name: "c", ready: false, restartCount: 1, image: "i", imageID: "", state }],
  };
  await client.patch(pod, { status }, { type: "merge", subresource: "status" });
  const { outcome, pending } = await waiting;
  assert.equal(outcome, "failed");
  assert.deepEqual(pending[0]?.readiness, { status: "Failed", message: "1 pods have failed" });
});
