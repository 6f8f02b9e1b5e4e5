import assert from "node:assert/strict";
import { test } from "node:test";
import { limitTo } from "./limit.ts";

test("limitTo() runs as many pieces of work at once as it may, in order", async () => {
  const limit = limitTo(2);
  let running = 0;
  let most = 0;
  const order: number[] = [];
  await Promise.all(
    Array.from({ length: 6 }, (_, index) =>
      limit(async () => {
        running += 1;
        most = Math.max(most, running);
        order.push(index);
        await Promise.resolve();
        running -= 1;
      }),
    ),
  );
  assert.equal(most, 2);
  assert.deepEqual(order, [0, 1, 2, 3, 4, 5]);
});

test("limitTo() goes on after work that throws", async () => {
  const limit = limitTo(1);
  await assert.rejects(
    limit(async () => Promise.reject(new Error("no"))),
    /no/,
  );
  assert.equal(await limit(async () => 1), 1);
});

test("limitTo() takes back what has not begun when its signal says so, and goes on with the rest", async () => {
  const limit = limitTo(1);
  const first = Promise.withResolvers<void>();
  const running = limit(() => first.promise);
  const leaving = new AbortController();
  const second = limit(async () => assert.fail("it was taken back"), leaving.signal);
  const third = limit(async () => "third", new AbortController().signal);
  leaving.abort(new Error("not any more"));
  await assert.rejects(second, /not any more/);
  await assert.rejects(
    limit(async () => assert.fail("it was never asked for"), leaving.signal),
    /not any more/,
  );
  first.resolve();
  assert.equal(await third, "third");
  await running;
});
