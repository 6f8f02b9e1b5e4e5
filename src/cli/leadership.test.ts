import assert from "node:assert/strict";
import { test } from "node:test";
import { leaseName, whileLeading } from "./leadership.ts";

// Flux: leaderelection.GenerateID, with the digest of its own test.
const cases = [
  { name: "all objects", selector: "", want: "helm-controller-leader-election" },
  { name: "a shard", selector: "bar", want: "helm-controller-leader-election-fcde2b2e" },
];
for (const { name, selector, want } of cases)
  test(`leaseName() is Flux's for ${name}`, async () =>
    assert.equal(await leaseName("helm-controller", selector), want));

test("whileLeading() lets reads pass always, and writes while its process leads", async () => {
  let leads = true;
  const fetch = whileLeading(
    () => Promise.resolve(new Response("done")),
    () => leads,
  );
  const ask = async (method: string) => (await fetch(new Request("http://cluster/api", { method }))).text();
  assert.equal(await ask("PATCH"), "done");
  leads = false;
  assert.equal(await ask("GET"), "done");
  for (const method of ["POST", "PUT", "PATCH", "DELETE"])
    await assert.rejects(ask(method), /leader election lost/, method);
});
