import assert from "node:assert/strict";
import { test } from "node:test";
import type { KubeObject } from "../../api/index.ts";
import { StoreError } from "../errors.ts";
import { createStore } from "./store.ts";
import type { Change, JournalEntry } from "./types.ts";

const object = (name: string, value = ""): KubeObject => ({
  apiVersion: "v1",
  kind: "Thing",
  metadata: { name },
  value,
});
const put = (store: ReturnType<typeof createStore>, key: string, value = "") =>
  store.guaranteedUpdate("things", key, () => object(key, value));
const compacted = (thrown: unknown): boolean => thrown instanceof StoreError && thrown.code === "Compacted";

test("guaranteedUpdate() counts one revision for each write, in all buckets together", async () => {
  const store = createStore();
  const first = await put(store, "a");
  const second = await store.guaranteedUpdate("others", "b", () => object("b"));
  assert.equal(Number(second?.metadata.resourceVersion), Number(first?.metadata.resourceVersion) + 1);
  assert.equal(store.revision(), Number(second?.metadata.resourceVersion));
});

test("guaranteedUpdate() that gives the same object writes nothing", async () => {
  const store = createStore();
  await put(store, "a");
  const before = store.revision();
  await store.guaranteedUpdate("things", "a", (current) => current?.object);
  assert.equal(store.revision(), before);
});

test("guaranteedUpdate() that throws leaves all as it was", async () => {
  const store = createStore();
  await put(store, "a", "1");
  await assert.rejects(
    store.guaranteedUpdate("things", "a", () => {
      throw new Error("no");
    }),
    /no/,
  );
  assert.equal(store.get("things", "a")?.object["value"], "1");
});

test("list() sorts by key and shows earlier states until they are forgotten", async () => {
  const store = createStore({ history: 4 });
  await put(store, "b/2");
  await put(store, "a/1", "old");
  const at = store.revision();
  await put(store, "a/1", "new");
  await store.guaranteedUpdate("things", "b/2", () => undefined);
  await put(store, "c/3");
  assert.deepEqual(
    store.list("things").items.map(({ key }) => key),
    ["a/1", "c/3"],
  );
  assert.deepEqual(
    store.list("things", { prefix: "a/" }).items.map(({ key }) => key),
    ["a/1"],
  );
  const earlier = store.list("things", { at }).items;
  assert.deepEqual(
    earlier.map(({ key, object }) => [key, object["value"]]),
    [
      ["a/1", "old"],
      ["b/2", ""],
    ],
  );
  for (let step = 0; step < 10; step += 1) await put(store, "d/4", String(step));
  assert.throws(() => store.list("things", { at }), compacted);
});

test("watch() replays what came after a revision, then reports what comes, and refuses what is forgotten", async () => {
  const store = createStore({ history: 4 });
  await put(store, "a");
  const since = store.revision();
  await put(store, "b");
  const seen: string[] = [];
  const stop = store.watch("things", since, ({ key, next }: Change) =>
    seen.push(`${next === undefined ? "-" : "+"}${key}`),
  );
  await store.guaranteedUpdate("things", "a", () => undefined);
  stop();
  await put(store, "c");
  assert.deepEqual(seen, ["+b", "-a"]);
  for (let step = 0; step < 10; step += 1) await put(store, "d", String(step));
  assert.throws(() => store.watch("things", since, () => {}), compacted);
});

test("a watcher hears of a write when it is durable, and in order", async () => {
  const waiting: (() => void)[] = [];
  const journal = {
    append: (_entry: JournalEntry) => new Promise<void>((resolve) => void waiting.push(resolve)),
    close: async () => {},
  };
  const store = createStore({ journal });
  const seen: string[] = [];
  store.watch("things", 0, ({ key }) => seen.push(key));
  const writes = [put(store, "a"), put(store, "b")];
  assert.equal(store.get("things", "b")?.key, "b");
  assert.deepEqual(seen, []);
  for (const resolve of waiting) resolve();
  await Promise.all(writes);
  assert.deepEqual(seen, ["a", "b"]);
});

test("a store whose disk refused a write takes no more", async () => {
  const journal = { append: () => Promise.reject(new Error("disk full")), close: async () => {} };
  const store = createStore({ journal });
  const isUnavailable = (thrown: unknown): boolean => thrown instanceof StoreError && thrown.code === "Unavailable";
  await assert.rejects(put(store, "a"), isUnavailable);
  await assert.rejects(put(store, "b"), isUnavailable);
});
