import assert from "node:assert/strict";
import { test } from "node:test";
import type { HelmRelease } from "../../api/index.ts";
import type { Context } from "../runtime/index.ts";
import { openLedger } from "./ledger.ts";

const release = (generation: number, timeout: string, status = {}): HelmRelease =>
  ({
    apiVersion: "helm.toolkit.fluxcd.io/v2",
    kind: "HelmRelease",
    metadata: { name: "web", namespace: "apps", generation, resourceVersion: String(generation) },
    spec: { interval: "1m", timeout },
    status,
  }) as unknown as HelmRelease;

test("a ledger keeps the spec that its look began with, whatever the server has by now", async () => {
  const changed = release(2, "60s", { observedGeneration: 1 });
  const client = { patch: () => Promise.resolve(changed) };
  const learned: unknown[] = [];
  const context = { client, now: () => new Date(0), learn: (object: unknown) => learned.push(object) };
  const options = { releases: { open: () => assert.fail("nobody asked for storage") }, concealer: { conceal: String } };
  const ledger = openLedger(release(1, "1s"), context as unknown as Context, options as never);
  ledger.tell({ event: "stalled", reason: "AccessDenied", message: "no" });
  await ledger.save();
  assert.equal(ledger.release.spec.timeout, "1s");
  assert.equal(ledger.release.metadata.generation, 1);
  assert.equal(ledger.release.metadata.resourceVersion, "2");
  // The cache hears of the change, so that the next look begins with it.
  assert.deepEqual(learned, [changed]);
});
