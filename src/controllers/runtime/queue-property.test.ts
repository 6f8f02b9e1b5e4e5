import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { createQueue } from "./queue.ts";

const key = fc.constantFrom("a", "b", "c");
const step = fc.oneof(
  fc.record({ what: fc.constant("add" as const), key }),
  fc.record({ what: fc.constant("later" as const), key, delay: fc.integer({ min: 0, max: 50 }) }),
  fc.record({ what: fc.constant("failed" as const), key }),
  fc.record({ what: fc.constant("end" as const), key }),
  fc.record({ what: fc.constant("time" as const), by: fc.integer({ min: 1, max: 2000 }) }),
);

test("createQueue() never runs one key twice at once, and forgets no wish, whatever happens in whatever order", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      let now = 0;
      let timers: { readonly at: number; readonly callback: () => void }[] = [];
      const ends = new Map<string, () => void>();
      const wishes = new Set<string>();
      let twice = false;
      const queue = createQueue({
        random: () => 0.5,
        setTimer: (callback, delay) => {
          const timer = { at: now + delay, callback };
          timers.push(timer);
          return () => void (timers = timers.filter((other) => other !== timer));
        },
        run: async (running) => {
          twice ||= ends.has(running);
          wishes.delete(running);
          await new Promise<void>((resolve) => ends.set(running, resolve));
          ends.delete(running);
        },
      });
      const settle = async (): Promise<void> => {
        for (let turn = 0; turn < 8; turn += 1) await Promise.resolve();
      };
      const pass = async (by: number): Promise<void> => {
        now += by;
        const due = timers.filter(({ at }) => at <= now);
        timers = timers.filter(({ at }) => at > now);
        for (const { callback } of due) callback();
        await settle();
      };
      for (const one of steps) {
        switch (one.what) {
          case "add":
            wishes.add(one.key);
            queue.add(one.key);
            break;
          case "later":
            wishes.add(one.key);
            queue.addAfter(one.key, one.delay);
            break;
          case "failed":
            wishes.add(one.key);
            queue.addFailed(one.key);
            break;
          case "end":
            ends.get(one.key)?.();
            break;
          case "time":
            await pass(one.by);
        }
        await settle();
      }
      for (let turn = 0; turn < 20; turn += 1) {
        await pass(1_000_000);
        for (const end of ends.values()) end();
        await settle();
      }
      assert.equal(twice, false);
      assert.deepEqual([...wishes], []);
      assert.equal(queue.running, 0);
    }),
    { numRuns: 150 },
  );
});
