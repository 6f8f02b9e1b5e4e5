import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { startWorld } from "../source/testing/world.ts";
import { playBuckets, type Seen } from "./testing/play.ts";

// What source-controller 1.9.1 made of the same objects on a real API server; tools/record-buckets.ts.
const recorded = JSON.parse(readFileSync(new URL("./testdata/flux.json", import.meta.url), "utf8")) as readonly Seen[];

test("bucketController() leaves the conditions, events, revisions and files that Flux leaves", async (t) => {
  const world = await startWorld(t);
  const seen = await playBuckets(world.client, "apps");
  const named = new Map(seen.map((each) => [each.name, each]));
  assert.equal(recorded.length, seen.length);
  for (const want of recorded)
    await t.test(want.name, () => {
      const found = JSON.parse(JSON.stringify(named.get(want.name)).replaceAll("apps/", "{namespace}/"));
      assert.deepEqual(found, want);
    });
});
