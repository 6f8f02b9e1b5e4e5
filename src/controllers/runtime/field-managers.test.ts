import assert from "node:assert/strict";
import { test } from "node:test";
import type { ManagedFieldsEntry } from "../../api/index.ts";
import { overriddenBy, withReplacedManagers } from "./field-managers.ts";

const entry = (manager: string, operation: "Apply" | "Update", field: string, more = {}): ManagedFieldsEntry => ({
  manager,
  operation,
  apiVersion: "v1",
  fieldsType: "FieldsV1",
  fieldsV1: { "f:data": { [`f:${field}`]: {} } },
  ...more,
});
const both = (...fields: readonly string[]) => ({
  "f:data": Object.fromEntries(fields.map((field) => [`f:${field}`, {}])),
});

const cases: readonly {
  readonly name: string;
  readonly entries: readonly ManagedFieldsEntry[];
  readonly want: readonly ManagedFieldsEntry[] | undefined;
}[] = [
  { name: "leaves an object alone that nobody managed", entries: [], want: undefined },
  {
    name: "leaves other managers alone",
    entries: [entry("ours", "Apply", "a"), entry("hpa", "Update", "b")],
    want: undefined,
  },
  {
    name: "takes the fields of those whose names begin so, and puts the entry last",
    entries: [entry("ours", "Apply", "a"), entry("kubectl-edit", "Update", "b"), entry("hpa", "Update", "c")],
    want: [entry("hpa", "Update", "c"), entry("ours", "Apply", "a", { fieldsV1: both("a", "b") })],
  },
  {
    name: "makes the first of the others the entry where there is none",
    entries: [entry("kubectl", "Apply", "a"), entry("kubectl-patch", "Update", "b")],
    want: [entry("ours", "Apply", "a", { fieldsV1: both("a", "b") })],
  },
  {
    name: "leaves the status alone",
    entries: [entry("ours", "Apply", "a"), entry("kubectl", "Update", "b", { subresource: "status" })],
    want: undefined,
  },
];
for (const { name, entries, want } of cases)
  test(`withReplacedManagers() ${name}`, () =>
    assert.deepEqual(withReplacedManagers(entries, overriddenBy(["kubectl"]), "ours"), want));
