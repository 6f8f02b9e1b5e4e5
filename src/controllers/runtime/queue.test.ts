import assert from "node:assert/strict";
import { test } from "node:test";
import { createQueue, type QueueOptions } from "./queue.ts";

/** A queue on a clock that only the test moves. */
function start(run: (key: string) => Promise<void>, more: Partial<QueueOptions> = {}) {
  let timers: { at: number; callback: () => void }[] = [];
  let now = 0;
  const queue = createQueue({
    ...more,
    run,
    random: () => 0.5,
    setTimer: (callback, delay) => {
      const timer = { at: now + delay, callback };
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
  });
  return {
    queue,
    delays: () => timers.map(({ at }) => at - now),
    async advance(by: number) {
      now += by;
      const due = timers.filter(({ at }) => at <= now);
      timers = timers.filter(({ at }) => at > now);
      for (const { callback } of due) callback();
      await settle();
    },
  };
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
}

test("createQueue() runs a key that is added", async () => {
  const ran: string[] = [];
  const { queue } = start(async (key) => void ran.push(key));
  queue.add("a");
  await settle();
  assert.deepEqual(ran, ["a"]);
});

test("createQueue() never runs one key twice at once, and once more when it was added meanwhile", async () => {
  let running = 0;
  let most = 0;
  let runs = 0;
  const gates: (() => void)[] = [];
  const { queue } = start(async () => {
    running += 1;
    runs += 1;
    most = Math.max(most, running);
    await new Promise<void>((resolve) => gates.push(resolve));
    running -= 1;
  });
  for (let i = 0; i < 5; i += 1) queue.add("a");
  await settle();
  gates.shift()?.();
  await settle();
  gates.shift()?.();
  await settle();
  assert.deepEqual({ most, runs, running }, { most: 1, runs: 2, running: 0 });
});

test("createQueue() does not let a waiting key hold up another", async () => {
  const ran: string[] = [];
  const { queue } = start(async (key) => {
    ran.push(key);
    if (key === "slow") await new Promise(() => {});
  });
  queue.add("slow");
  queue.add("quick");
  await settle();
  assert.deepEqual(ran, ["slow", "quick"]);
});

test("createQueue() keeps the earliest of several delays", async () => {
  const ran: string[] = [];
  const { queue, delays, advance } = start(async (key) => void ran.push(key));
  queue.addAfter("a", 5000);
  queue.addAfter("a", 1000);
  queue.addAfter("a", 3000);
  assert.deepEqual(delays(), [1000]);
  await advance(1000);
  assert.deepEqual(ran, ["a"]);
});

test("createQueue() doubles the delay after each failure, up to a quarter of an hour", async () => {
  const { queue, delays, advance } = start(async () => {});
  const seen: number[] = [];
  for (let failure = 0; failure < 14; failure += 1) {
    queue.addFailed("a");
    const [delay = 0] = delays();
    seen.push(delay);
    await advance(delay);
  }
  assert.deepEqual(seen.slice(0, 4), [750, 1500, 3000, 6000]);
  assert.equal(seen.at(-1), 900_000);
});

test("createQueue() begins with the shortest delay again after a success", async () => {
  const { queue, delays, advance } = start(async () => {});
  queue.addFailed("a");
  await advance(750);
  queue.addFailed("a");
  await advance(1500);
  queue.forget("a");
  queue.addFailed("a");
  assert.deepEqual(delays(), [750]);
});

test("createQueue() goes on after a run that throws", async () => {
  let runs = 0;
  const { queue } = start(async () => {
    runs += 1;
    throw new Error("no");
  });
  queue.add("a");
  await settle();
  queue.add("a");
  await settle();
  assert.equal(runs, 2);
});

test("createQueue() stops when everything that runs has ended, and takes nothing more", async () => {
  let release = (): void => {};
  const { queue, delays } = start(() => new Promise<void>((resolve) => (release = resolve)));
  queue.add("a");
  queue.addAfter("b", 1000);
  const stopped = queue.stop();
  queue.add("c");
  release();
  await stopped;
  assert.equal(queue.running, 0);
  assert.deepEqual(delays(), []);
});

test("createQueue() tells what is added, what is delayed, and what waited for its turn", async () => {
  const told: string[] = [];
  const first = Promise.withResolvers<void>();
  const { queue, advance } = start(() => first.promise, {
    onAdded: () => void told.push("added"),
    onDelayed: () => void told.push("delayed"),
    onStarted: (waited) => void told.push(waited === 0 ? "started" : "started late"),
  });
  queue.add("a");
  // Asked for twice while it runs, it runs once more.
  queue.add("a");
  queue.add("a");
  queue.addAfter("b", 100);
  first.resolve();
  await settle();
  await advance(100);
  assert.deepEqual(told, ["added", "started", "added", "delayed", "started late", "added", "started"]);
});
