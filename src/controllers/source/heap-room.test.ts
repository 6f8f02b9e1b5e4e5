import assert from "node:assert/strict";
import { test } from "node:test";
import { createHeapRoom } from "./heap-room.ts";

test("createHeapRoom() gives room while anybody works, and takes it back, after a failure too", async () => {
  const set: string[] = [];
  const growing = createHeapRoom({ flags: ["--optimize-for-size"], set: (flag) => void set.push(flag) });
  const [one, other] = [Promise.withResolvers<number>(), Promise.withResolvers<number>()];
  const both = [growing(5e7, () => one.promise), growing(6e7, () => other.promise)] as const;
  one.resolve(1);
  assert.equal(await both[0], 1);
  assert.deepEqual(set, ["--no-optimize-for-size"]);
  other.reject(new Error("no index"));
  await assert.rejects(both[1], /no index/);
  assert.deepEqual(set, ["--no-optimize-for-size", "--optimize-for-size"]);
});

test("createHeapRoom() gives none for what is small", async () => {
  const set: string[] = [];
  const growing = createHeapRoom({ flags: ["--optimize-for-size"], set: (flag) => void set.push(flag) });
  assert.equal(await growing(1e6, async () => 1), 1);
  assert.deepEqual(set, []);
});

test("createHeapRoom() changes nothing in a process that may grow", async () => {
  const set: string[] = [];
  await createHeapRoom({ flags: [], set: (flag) => void set.push(flag) })(5e7, async () => undefined);
  assert.deepEqual(set, []);
});
