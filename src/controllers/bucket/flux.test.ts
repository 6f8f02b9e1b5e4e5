import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { serveGoogle } from "../../sources/testing/google-server.ts";
import { startWorld } from "../source/testing/world.ts";
import { contents } from "./testing/cases.ts";
import { playBuckets, type Seen } from "./testing/play.ts";

// What source-controller 1.9.1 made of the same objects on a real API server; tools/record-buckets.ts.
const recorded = JSON.parse(readFileSync(new URL("./testdata/flux.json", import.meta.url), "utf8")) as readonly Seen[];

test("bucketController() leaves the conditions, events, revisions and files that Flux leaves", async (t) => {
  const google = await serveGoogle({ buckets: contents(), pageSize: 2 });
  t.after(() => google.close());
  const nobody = () => Promise.reject(new Error("nobody is asked"));
  const env = { STORAGE_EMULATOR_HOST: `127.0.0.1:${google.port}` };
  const world = await startWorld(t, { cloud: { env, fetch: nobody, readFile: nobody, now: () => new Date() } });
  const seen = await playBuckets(world.client, "apps");
  const named = new Map(seen.map((each) => [each.name, each]));
  assert.equal(recorded.length, seen.length);
  for (const want of recorded)
    await t.test(want.name, () => {
      const found = JSON.parse(JSON.stringify(named.get(want.name)).replaceAll("apps/", "{namespace}/"));
      assert.deepEqual(found, want);
    });
});
