import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError, expired, forbidden, isApiError, type KubeObject, noMatch } from "../api/index.ts";
import { createWatchCache } from "./index.ts";
import { openTestApi } from "./testing/api.ts";
import type { Client, KindCache, WatchEvent } from "./types.ts";

const configMaps = { apiVersion: "v1", kind: "ConfigMap" } as const;
const configMap = (name: string, namespace = "default"): KubeObject => ({
  ...configMaps,
  metadata: { name, namespace },
  data: { name },
});

/** A cache of the API to test against, with what names objects in its namespace. */
async function openCache(scope: "cluster" | "namespace" = "namespace") {
  const api = await openTestApi();
  const cache = createWatchCache({ client: api.client, scope });
  const reference = (name: string) => ({ ...configMaps, namespace: api.namespace, name });
  const create = (name: string) => api.client.create(configMap(name, api.namespace));
  const close = async () => {
    await cache[Symbol.asyncDispose]();
    await api[Symbol.asyncDispose]();
  };
  return { ...api, cache, reference, create, [Symbol.asyncDispose]: close };
}

/** Resolves when the cache has told of an event that fits. */
function event(kind: KindCache, fits: (event: WatchEvent) => boolean): Promise<WatchEvent> {
  return new Promise((resolve) => {
    kind.subscribe((found) => {
      if (fits(found)) resolve(found);
    });
  });
}

test("createWatchCache() lists once, then follows", async () => {
  await using given = await openCache();
  const { client, cache, asked, namespace, reference, create } = given;
  await create("b");
  await create("a");
  asked.length = 0;
  const [kind, again] = await Promise.all([cache.kind(configMaps), cache.kind(configMaps)]);
  const names = () => kind.list({ namespace }).map(({ metadata }) => metadata.name);
  assert.deepEqual(names().slice(0, 2), ["a", "b"]);
  const added = event(kind, ({ type, object }) => type === "ADDED" && object.metadata.name === "c");
  await create("c");
  await added;
  const changed = event(again, ({ type, object }) => type === "MODIFIED" && object.metadata.name === "c");
  await client.patch(reference("c"), { data: { k: "v" } }, { type: "merge" });
  await changed;
  assert.deepEqual(again.get({ namespace, name: "c" })?.["data"], { name: "c", k: "v" });
  const gone = event(kind, ({ type }) => type === "DELETED");
  await client.delete(reference("c"));
  await gone;
  assert.ok(!names().includes("c"));
  const reads = asked.filter((call) => call.includes(" /api/v1/configmaps"));
  assert.deepEqual(reads, ["get /api/v1/configmaps?limit=500", "watch /api/v1/configmaps"]);
});

test("createWatchCache() tells a new subscriber first of what is there", async () => {
  await using given = await openCache();
  await given.create("a");
  const kind = await given.cache.kind(configMaps, { namespace: given.namespace });
  const seen: string[] = [];
  kind.subscribe(({ type, object }) => seen.push(`${type} ${object.metadata.name}`), { name: "a" });
  assert.deepEqual(seen, ["ADDED a"]);
});

test("createWatchCache() keeps the other namespaces out of the view of one", async () => {
  await using given = await openCache("cluster");
  const { client, cache, asked, namespace, create } = given;
  const elsewhere = { ...configMaps, namespace: "default", name: `of-${namespace}` };
  await client.create(configMap(elsewhere.name));
  await create("a");
  const kind = await cache.kind(configMaps, { namespace });
  assert.ok(kind.list().every(({ metadata }) => metadata.namespace === namespace));
  assert.equal(kind.get({ name: "a" })?.metadata.namespace, namespace);
  const whole = await cache.kind(configMaps);
  assert.ok(whole.get(elsewhere));
  assert.equal(asked.filter((call) => call === "watch /api/v1/configmaps").length, 1);
  await client.delete(elsewhere);
});

test("KindCache.subscribe() of one object is not told of the others", async () => {
  await using given = await openCache();
  const { cache, namespace, create } = given;
  const kind = await cache.kind(configMaps, { namespace });
  const seen: string[] = [];
  kind.subscribe(({ type, object }) => seen.push(`${type} ${object.metadata.name}`), { name: "b" });
  const last = event(kind, ({ object }) => object.metadata.name === "c");
  for (const name of ["a", "b", "c"]) await create(name);
  await last;
  assert.deepEqual(seen, ["ADDED b"]);
});

test("KindCache.learn() shows our own write at once and never goes back", async () => {
  await using given = await openCache();
  const { client, cache, namespace, reference, create } = given;
  const kind = await cache.kind(configMaps);
  const version = () => kind.get({ namespace, name: "a" })?.metadata.resourceVersion;
  const first = await create("a");
  kind.learn(first);
  assert.equal(version(), first.metadata.resourceVersion);
  const second = await client.patch(reference("a"), { data: { k: "2" } }, { type: "merge" });
  kind.learn(second);
  kind.learn(first);
  assert.equal(version(), second.metadata.resourceVersion);
  const gone = event(kind, ({ type }) => type === "DELETED");
  await client.delete(reference("a"));
  await gone;
  kind.learn(second);
  assert.equal(version(), undefined);
});

test("createWatchCache() keeps what is selected, with a list and a watch for each selection", async () => {
  await using given = await openCache();
  const { client, cache, namespace, reference, create } = given;
  await create("b");
  const selection = { namespace, labelSelector: "wanted=yes", metadataOnly: true } as const;
  const kind = await cache.kind(configMaps, selection);
  const whole = await cache.kind(configMaps, { namespace });
  assert.deepEqual(kind.list(), []);
  const added = event(kind, ({ type, object }) => type === "ADDED" && object.metadata.name === "b");
  await client.patch(reference("b"), { metadata: { labels: { wanted: "yes" } } }, { type: "merge" });
  await added;
  assert.equal(kind.get({ name: "b" })?.data, undefined);
  assert.deepEqual(whole.get({ name: "b" })?.data, { name: "b" });
  const removed = event(kind, ({ type }) => type === "DELETED");
  const written = await client.patch(reference("b"), { metadata: { labels: { wanted: null } } }, { type: "merge" });
  await removed;
  kind.learn({ ...written, metadata: { ...written.metadata, resourceVersion: String(2 ** 40) } });
  assert.equal(kind.get({ name: "b" })?.data, undefined);
});

test("createWatchCache() keeps of an object what `trim` leaves, and learns no more", async () => {
  await using api = await openTestApi();
  const { client, namespace } = api;
  await using cache = createWatchCache({
    client,
    trim: ({ data: _, ...object }) => object as KubeObject,
  });
  await client.create(configMap("a", namespace));
  const kind = await cache.kind(configMaps, { namespace });
  assert.equal(kind.get({ name: "a" })?.data, undefined);
  const added = event(kind, ({ object }) => object.metadata.name === "b");
  const written = await client.create(configMap("b", namespace));
  kind.learn(written);
  assert.equal((await added).object.data, undefined);
  assert.deepEqual(written.data, { name: "b" });
});

test("createWatchCache() rejects kinds that do not exist, each time it is asked", async () => {
  await using given = await openCache();
  const thing = { apiVersion: "example.com/v1", kind: "Nothing" };
  await assert.rejects(given.cache.kind(thing), (error) => isApiError(error, "NoMatch"));
  await assert.rejects(given.cache.kind(thing), (error) => isApiError(error, "NoMatch"));
});

const versioned = (name: string, resourceVersion: string, data = {}): KubeObject => ({
  ...configMap(name),
  metadata: { name, namespace: "default", resourceVersion },
  data,
});

/** A client whose lists and watches are a script: each watch yields its events, then ends or throws. */
function scripted(script: {
  readonly lists: readonly (readonly KubeObject[] | ApiError)[];
  readonly watches: readonly (readonly (WatchEvent | Error)[])[];
}) {
  let lists = 0;
  let watches = 0;
  const from: (string | undefined)[] = [];
  const begun = Promise.withResolvers<void>();
  const exhausted = Promise.withResolvers<void>();
  const client = {
    list: async () => {
      const found = script.lists[Math.min(lists, script.lists.length - 1)] ?? [];
      lists += 1;
      if (found instanceof ApiError) throw found;
      return { apiVersion: "v1", kind: "ConfigMapList", metadata: { resourceVersion: `${lists * 100}` }, items: found };
    },
    async *watch(_kind: unknown, options: { readonly resourceVersion?: string; readonly signal?: AbortSignal }) {
      await begun.promise;
      from.push(options.resourceVersion);
      const events = script.watches[watches];
      watches += 1;
      if (events === undefined) {
        exhausted.resolve();
        await new Promise((_resolve, reject) => options.signal?.addEventListener("abort", reject));
        return;
      }
      for (const found of events ?? []) {
        if (found instanceof Error) throw found;
        yield found;
      }
    },
  };
  const slept: number[] = [];
  const errors: unknown[] = [];
  const cache = createWatchCache({
    client: client as unknown as Client,
    onError: (error) => errors.push(error),
    sleep: async (milliseconds) => {
      slept.push(milliseconds);
    },
  });
  /** Lets the first watch begin, and waits until the script is at its end. */
  const play = async (): Promise<void> => {
    begun.resolve();
    await exhausted.promise;
  };
  return { cache, from, slept, errors, play, lists: () => lists };
}

test("createWatchCache() lists again when the watch's version has expired, and tells what it missed", async () => {
  const given = scripted({
    lists: [
      [versioned("a", "1"), versioned("b", "2")],
      [versioned("b", "150"), versioned("c", "160")],
    ],
    watches: [[expired("too old resource version")]],
  });
  await using cache = given.cache;
  const kind = await cache.kind(configMaps);
  const seen: string[] = [];
  kind.subscribe(({ type, object }) => seen.push(`${type} ${object.metadata.name}`));
  await given.play();
  assert.deepEqual(seen, ["ADDED a", "ADDED b", "DELETED a", "MODIFIED b", "ADDED c"]);
  assert.deepEqual(given.from, ["100", "200"]);
  assert.deepEqual(given.slept, []);
});

test("createWatchCache() goes on from the last bookmark when a watch ends", async () => {
  const bookmark = { type: "BOOKMARK", object: versioned("", "140") } as const;
  const given = scripted({
    lists: [[]],
    watches: [[{ type: "ADDED", object: versioned("a", "120") }, bookmark], []],
  });
  await using cache = given.cache;
  await cache.kind(configMaps);
  await given.play();
  assert.deepEqual(given.from, ["100", "140", "140"]);
  assert.equal(given.lists(), 1);
  assert.equal(given.slept.length, 1, "a watch that ends without a word is not begun again at once");
});

test("createWatchCache() waits longer and longer while the connection breaks, and lists no more than it must", async () => {
  const broken = new Error("connection reset");
  const given = scripted({ lists: [[]], watches: [[broken], [broken], [broken], [broken]] });
  await using cache = given.cache;
  await cache.kind(configMaps);
  await given.play();
  assert.equal(given.lists(), 1);
  assert.equal(given.errors.length, 4);
  const [first = 0, , , last = 0] = given.slept;
  assert.ok(first >= 400 && first <= 1200);
  assert.ok(last >= 3200 && last <= 9600);
});

test("createWatchCache() rejects what may not be read", async () => {
  const given = scripted({ lists: [forbidden({ group: "", plural: "configmaps" }, "", "no")], watches: [] });
  await using cache = given.cache;
  await assert.rejects(cache.kind(configMaps), (error) => isApiError(error, "Forbidden"));
});

test("createWatchCache() empties a kind whose definition is gone", async () => {
  const given = scripted({
    lists: [[versioned("a", "1")], noMatch(configMaps), []],
    watches: [[noMatch(configMaps)]],
  });
  await using cache = given.cache;
  const kind = await cache.kind(configMaps);
  assert.equal(kind.list().length, 1);
  await given.play();
  assert.deepEqual(kind.list(), []);
});
