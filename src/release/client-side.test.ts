import assert from "node:assert/strict";
import { test } from "node:test";
import type { ManagedFieldsEntry } from "../api/index.ts";
import type { Value } from "../base/value.ts";
import { withMigratedManager } from "./client-side.ts";

const entry = (
  operation: "Apply" | "Update",
  fieldsV1: Value,
  manager = "helm",
  subresource?: string,
): ManagedFieldsEntry => ({
  manager,
  operation,
  apiVersion: "v1",
  fieldsType: "FieldsV1",
  fieldsV1,
  ...(subresource === undefined ? {} : { subresource }),
});

test("withMigratedManager() gives undefined when the manager never updated", () => {
  assert.equal(
    withMigratedManager(
      [entry("Apply", {}), entry("Update", {}, "kubectl"), entry("Update", {}, "helm", "status")],
      "helm",
    ),
    undefined,
  );
});

test("withMigratedManager() makes the first Update entry the Apply entry, with the fields of all of them", () => {
  const entries = [
    entry("Update", { "f:data": { ".": {}, "f:a": {} } }),
    entry("Update", { "f:data": { "f:other": {} } }, "kubectl"),
    entry("Update", { "f:data": { "f:b": {} }, "f:spec": {} }),
  ];
  assert.deepEqual(withMigratedManager(entries, "helm"), [
    entry("Apply", { "f:data": { ".": {}, "f:a": {}, "f:b": {} }, "f:spec": {} }),
    entries[1],
  ]);
});

test("withMigratedManager() adds to an Apply entry that is there", () => {
  const entries = [entry("Update", { "f:data": { "f:b": {} } }), entry("Apply", { "f:data": { "f:a": {} } })];
  assert.deepEqual(withMigratedManager(entries, "helm"), [entry("Apply", { "f:data": { "f:a": {}, "f:b": {} } })]);
});
