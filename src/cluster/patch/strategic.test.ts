import assert from "node:assert/strict";
import { test } from "node:test";
import { isApiError, type KubeObject, schemaOf } from "../../api/index.ts";
import { applyStrategicPatch } from "./index.ts";

const pod: KubeObject = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "p" },
  spec: { containers: [{ name: "a", image: "x" }] },
};
const schema = schemaOf({ group: "", version: "v1", kind: "Pod" });

test("applyStrategicPatch() merges containers by name", () => {
  const patched = applyStrategicPatch(pod, { spec: { containers: [{ name: "a", image: "y" }] } }, schema);
  assert.deepEqual(patched["spec"], { containers: [{ name: "a", image: "y" }] });
});

const refusals = [
  { name: "a malformed directive with 400", patch: { spec: { $setElementOrder: [] } }, code: 400 },
  { name: "lists of lists with 422", patch: { spec: { containers: [[]] } }, code: 422 },
  { name: "an item without its key with 500", patch: { spec: { containers: [{ image: "y" }] } }, code: 500 },
];
for (const { name, patch, code } of refusals) {
  test(`applyStrategicPatch() refuses ${name}`, () => {
    assert.throws(
      () => applyStrategicPatch(pod, patch, schema),
      (thrown: unknown) => isApiError(thrown) && thrown.status.code === code,
    );
  });
}
