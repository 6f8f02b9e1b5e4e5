import assert from "node:assert/strict";
import { test } from "node:test";
import { createTokenCache, type TokenObserver } from "./token-cache.ts";

const owner = { kind: "HelmRelease", namespace: "apps", name: "web" };

/** A cache whose clock the test moves, and what its observer was told. */
function start(options: { readonly maxSize?: number; readonly maxDuration?: number } = {}) {
  let time = 0;
  let made = 0;
  const told: string[] = [];
  const observer: TokenObserver = {
    asked: (_owner, found) => void told.push(found ? "hit" : "miss"),
    answered: (ok) => void told.push(ok ? "ok" : "failed"),
    evicted: () => void told.push("evicted"),
    kept: (count) => void told.push(`${count} kept`),
  };
  const cache = createTokenCache<{ readonly text: string; readonly expiresAt: Date }>({
    maxSize: 2,
    maxDuration: 3_600_000,
    now: () => new Date(time),
    observer,
    ...options,
  });
  const get = (key: string, life = 1000): Promise<string> =>
    cache
      .get(key, owner, async () => {
        made += 1;
        if (life < 0) throw new Error("no token");
        return { text: `${key}${made}`, expiresAt: new Date(time + life) };
      })
      .then(({ text }) => text);
  const pass = (milliseconds: number): void => {
    time += milliseconds;
  };
  return { get, pass, told, made: () => made };
}

test("createTokenCache() keeps a token for four fifths of its time", async () => {
  const { get, pass, told } = start();
  assert.equal(await get("a"), "a1");
  pass(799);
  assert.equal(await get("a"), "a1");
  pass(1);
  assert.equal(await get("a"), "a2");
  assert.deepEqual(told, ["0 kept", "miss", "1 kept", "ok", "hit", "ok", "miss", "1 kept", "ok"]);
});

test("createTokenCache() keeps none longer than it may", async () => {
  const { get, pass } = start({ maxDuration: 100 });
  assert.equal(await get("a"), "a1");
  pass(100);
  assert.equal(await get("a"), "a2");
});

test("createTokenCache() drops what was used longest ago, and keeps nothing where there is no room", async () => {
  const { get, told, made } = start();
  for (const key of ["a", "b", "a", "c", "a", "b"]) await get(key);
  assert.equal(made(), 4);
  assert.equal(told.filter((what) => what === "evicted").length, 2);
  const none = start({ maxSize: 0 });
  assert.deepEqual([await none.get("a"), await none.get("a")], ["a1", "a2"]);
});

test("createTokenCache() makes one token for all who ask at once, and none out of a failure", async () => {
  const { get, made, told } = start();
  assert.deepEqual(await Promise.all([get("a"), get("a")]), ["a1", "a1"]);
  assert.equal(made(), 1);
  await assert.rejects(get("b", -1), { message: "no token" });
  assert.equal(await get("b"), "b3");
  assert.equal(told.filter((what) => what === "failed").length, 1);
});
