import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { startWorld } from "../source/testing/world.ts";
import { playRegistries, type Seen } from "./testing/play.ts";

// What source-controller 1.9.1 made of the same objects on a real API server; tools/record-registries.ts.
const recorded = JSON.parse(readFileSync(new URL("./testdata/flux.json", import.meta.url), "utf8")) as readonly Seen[];

/** Flux takes a signature that was copied from another artifact; docs/compatibility.md. */
const differs: ReadonlySet<string> = new Set(["OCIRepository moved-tag", "HelmChart moved-tag"]);

test("what comes from registries has the conditions, events and revisions that Flux leaves", async (t) => {
  const world = await startWorld(t);
  const seen = await playRegistries(world.client, { namespace: "apps", ending: t, pause: async () => {} });
  const named = new Map(seen.map((each) => [`${each.kind} ${each.name}`, each]));
  assert.equal(recorded.length, seen.length);
  for (const want of recorded) {
    const key = `${want.kind} ${want.name}`;
    await t.test(key, () => {
      const found = named.get(key);
      if (!differs.has(key)) return assert.deepEqual(found, want);
      assert.match(want.conditions["SourceVerified"] ?? "", /^True Succeeded/);
      assert.match(found?.conditions["SourceVerified"] ?? "", /^False VerificationError/);
    });
  }
});
