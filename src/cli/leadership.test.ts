import assert from "node:assert/strict";
import { test } from "node:test";
import { leaseName } from "./leadership.ts";

// Flux: leaderelection.GenerateID, with the digest of its own test.
const cases = [
  { name: "all objects", selector: "", want: "helm-controller-leader-election" },
  { name: "a shard", selector: "bar", want: "helm-controller-leader-election-fcde2b2e" },
];
for (const { name, selector, want } of cases)
  test(`leaseName() is Flux's for ${name}`, async () =>
    assert.equal(await leaseName("helm-controller", selector), want));
