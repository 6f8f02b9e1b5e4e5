import assert from "node:assert/strict";
import { test } from "node:test";
import { findJsonPath, JsonPathError, parseJsonPath } from "./jsonpath.ts";

const object = {
  metadata: { name: "web", labels: { "app.kubernetes.io/name": "shop" }, creationTimestamp: "2026-01-01T00:00:00Z" },
  spec: {
    replicas: 3,
    ports: [
      { name: "http", port: 80 },
      { name: "admin", port: 8080 },
    ],
  },
  status: {
    conditions: [
      { type: "Ready", status: "True" },
      { type: "Stalled", status: "False" },
    ],
  },
};

const cases: readonly [string, readonly unknown[]][] = [
  [".metadata.name", ["web"]],
  ["{.metadata.name}", ["web"]],
  ["metadata.name", ["web"]],
  ["$.spec.replicas", [3]],
  ['.status.conditions[?(@.type=="Ready")].status', ["True"]],
  [".status.conditions[?(@.type=='Stalled')].status", ["False"]],
  ['.status.conditions[?(@.type == "Nope")].status', []],
  [".spec.ports[*].name", ["http", "admin"]],
  [".spec.ports[0].port", [80]],
  [".spec.ports[-1].port", [8080]],
  [".spec.ports[0:1].name", ["http"]],
  [".spec.ports[?(@.port>100)].name", ["admin"]],
  [".spec.ports[?(@.port<=80)].name", ["http"]],
  [".spec.ports[?(@.name)].name", ["http", "admin"]],
  [".spec.ports[0,1].name", ["http", "admin"]],
  [".metadata.labels.app\\.kubernetes\\.io/name", ["shop"]],
  [".metadata.labels['app\\.kubernetes\\.io/name']", ["shop"]],
  ["..port", [80, 8080]],
  [".missing.deeper", []],
  [".spec.__proto__", []],
];
for (const [path, want] of cases) {
  test(`findJsonPath() on ${path}`, () => assert.deepEqual(findJsonPath(parseJsonPath(path), object), want));
}

for (const path of [".a[", ".a[?(@.b==)]", ".a[!]", `.${"a".repeat(20_000)}`]) {
  test(`parseJsonPath() refuses ${path.slice(0, 20)}`, () => assert.throws(() => parseJsonPath(path), JsonPathError));
}
