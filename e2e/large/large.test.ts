import assert from "node:assert/strict";
import { test } from "node:test";
import { openTestApi } from "../../src/kube/testing/api.ts";
import { liveLarge } from "./life.ts";

const count = 2000;

test("a chart of 2,000 objects is installed, upgraded in a few writes, and uninstalled", async () => {
  await using api = await openTestApi();
  const { client, namespace } = api;
  const [install, changed, unchanged, uninstall] = await liveLarge(api, { namespace, count });
  // Each object once, and the revision before and after.
  assert.equal(install?.writes, count + 2);
  // The new revision before and after, the one before it, and the object that changed.
  assert.equal(changed?.writes, 4);
  assert.equal(unchanged?.writes, 3);
  // The objects by lists of 500 and not one by one.
  for (const step of [install, changed, unchanged]) assert.ok((step?.reads ?? 0) <= 12, `${step?.reads} reads`);
  // Each object, the last revision as under way, and the three revisions.
  assert.equal(uninstall?.writes, count + 4);
  const left = await client.list({ apiVersion: "v1", kind: "ConfigMap" }, { namespace });
  assert.deepEqual(
    left.items.filter(({ metadata }) => metadata.name?.startsWith("large-")),
    [],
  );
  const secrets = await client.list({ apiVersion: "v1", kind: "Secret" }, { namespace, labelSelector: "owner=helm" });
  assert.deepEqual(secrets.items, []);
});
