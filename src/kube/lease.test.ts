import assert from "node:assert/strict";
import { test } from "node:test";
import { createCluster } from "../cluster/index.ts";
import { acquireLease, createClient, type LeaseOptions } from "./index.ts";
import type { Sleep } from "./throttle.ts";

const reference = {
  apiVersion: "coordination.k8s.io/v1",
  kind: "Lease",
  namespace: "default",
  name: "leader",
} as const;

/** A clock that only moves when somebody sleeps. Sleeps end in the order of their time, as the test asks. */
function clock() {
  let time = Date.parse("2026-01-01T00:00:00Z");
  const sleepers: { readonly until: number; readonly wake: () => void }[] = [];
  const sleep: Sleep = (milliseconds, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted === true) reject(signal.reason);
      signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
      sleepers.push({ until: time + milliseconds, wake: resolve });
    });
  const settle = () => new Promise((resolve) => setTimeout(resolve, 5));
  const pass = async (milliseconds: number): Promise<void> => {
    const end = time + milliseconds;
    await settle();
    for (;;) {
      const next = sleepers.filter(({ until }) => until <= end).sort((a, b) => a.until - b.until)[0];
      if (next === undefined) break;
      sleepers.splice(sleepers.indexOf(next), 1);
      time = Math.max(time, next.until);
      next.wake();
      await settle();
    }
    time = end;
  };
  return { now: () => time, sleep, pass };
}

function leaseOf() {
  const cluster = createCluster();
  let reachable = true;
  const client = createClient({
    server: "http://cluster",
    fetch: (request) => (reachable ? cluster.fetch(request) : Promise.reject(new Error("unreachable"))),
    sleep: async () => {},
  });
  const { now, sleep, pass } = clock();
  const acquire = (identity: string, options: Partial<LeaseOptions> = {}) =>
    acquireLease({ client, namespace: "default", name: "leader", identity, now, sleep, ...options });
  const setReachable = (is: boolean): void => {
    reachable = is;
  };
  const holder = async () => ((await client.get(reference))["spec"] as Record<string, unknown>)["holderIdentity"];
  return { client, acquire, pass, setReachable, holder, [Symbol.asyncDispose]: () => cluster.close() };
}

test("acquireLease() takes a free lease, keeps it, and writes it as client-go does", async () => {
  await using given = leaseOf();
  await using lease = await given.acquire("a");
  assert.deepEqual((await given.client.get(reference))["spec"], {
    holderIdentity: "a",
    leaseDurationSeconds: 35,
    acquireTime: "2026-01-01T00:00:00.000000Z",
    renewTime: "2026-01-01T00:00:00.000000Z",
    leaseTransitions: 0,
  });
  await given.pass(300_000);
  assert.equal(lease.lost.aborted, false);
  assert.equal(await given.holder(), "a");
});

test("acquireLease() waits while another renews, and takes over when it stops", async () => {
  await using given = leaseOf();
  const first = await given.acquire("a");
  let taken = false;
  const waiting = given.acquire("b").finally(() => {
    taken = true;
  });
  await given.pass(120_000);
  assert.equal(taken, false);
  await first.release();
  assert.equal(first.lost.aborted, true);
  await given.pass(10_000);
  await using _second = await waiting;
  assert.equal(await given.holder(), "b");
  assert.equal(((await given.client.get(reference))["spec"] as Record<string, unknown>)["leaseTransitions"], 1);
});

test("acquireLease() lets the lease run out at its end when it is told to", async () => {
  await using given = leaseOf();
  const first = await given.acquire("a", { runsOut: true });
  await first.release();
  assert.equal(await given.holder(), "a");
  const waiting = given.acquire("b");
  await given.pass(30_000);
  assert.equal(await given.holder(), "a");
  await given.pass(20_000);
  await using _second = await waiting;
  assert.equal(await given.holder(), "b");
});

test("acquireLease() gives the lease up when it cannot renew it, before another may take it", async () => {
  await using given = leaseOf();
  await using lease = await given.acquire("a");
  given.setReachable(false);
  await given.pass(29_000);
  assert.equal(lease.lost.aborted, false);
  await given.pass(6_000);
  assert.equal(lease.lost.aborted, true);
  given.setReachable(true);
});

test("acquireLease() gives up at once when another holds the lease", async () => {
  await using given = leaseOf();
  await using lease = await given.acquire("a");
  await given.client.patch(reference, { spec: { holderIdentity: "b" } }, { type: "merge" });
  await given.pass(6_000);
  assert.equal(lease.lost.aborted, true);
  assert.equal(await given.holder(), "b");
});

test("acquireLease() only looks before its turn, and then does not wait for what it has seen run out", async () => {
  await using given = leaseOf();
  const first = await given.acquire("a");
  await first.leave();
  const turn = Promise.withResolvers<void>();
  let taken = false;
  const waiting = given.acquire("b", { turn: turn.promise }).finally(() => {
    taken = true;
  });
  await given.pass(60_000);
  assert.equal(taken, false);
  turn.resolve();
  await given.pass(0);
  await using _second = await waiting;
  assert.equal(await given.holder(), "b");
});

test("acquireLease() renews the lease of a process that is told to end, until it is released", async () => {
  await using given = leaseOf();
  const told = new AbortController();
  const lease = await given.acquire("a", { signal: told.signal });
  told.abort(new Error("interrupted"));
  await given.pass(300_000);
  assert.equal(lease.lost.aborted, false);
  await lease.release();
  assert.equal(await given.holder(), "");
});

test("leave() renews the lease no more, and another waits for it to run out", async () => {
  await using given = leaseOf();
  const first = await given.acquire("a");
  await first.leave();
  assert.equal(first.lost.aborted, true);
  assert.equal(await given.holder(), "a");
  const waiting = given.acquire("b");
  await given.pass(30_000);
  assert.equal(await given.holder(), "a");
  await given.pass(15_000);
  await using _second = await waiting;
  assert.equal(await given.holder(), "b");
});

test("isFresh() is false for a process that slept while its lease ran out, before it has noticed", async () => {
  let time = 0;
  const cluster = createCluster();
  const client = createClient({ server: "http://cluster", fetch: cluster.fetch });
  const lease = await acquireLease({
    client,
    namespace: "default",
    name: "leader",
    identity: "a",
    now: () => time,
    sleep: (_, signal) => new Promise((_resolve, reject) => signal?.addEventListener("abort", reject)),
  });
  time += 29_999;
  assert.equal(lease.isFresh(), true);
  time += 1;
  assert.equal(lease.isFresh(), false);
  assert.equal(lease.lost.aborted, false);
  await lease.leave();
  await cluster.close();
});
