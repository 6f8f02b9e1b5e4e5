import assert from "node:assert/strict";
import { test } from "node:test";
import type { KubeObject } from "../../api/index.ts";
import { compare, ignoredPaths } from "../ignored-fields.ts";
import { isExcluded, summarizeDrift } from "./drift.ts";

const deployment: KubeObject = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "web", namespace: "apps", labels: { a: "1" } },
  spec: { replicas: 1 },
  status: { replicas: 1 },
};

const comparisons: readonly {
  readonly name: string;
  readonly live: KubeObject;
  readonly ignored?: readonly string[];
  readonly want: readonly string[];
}[] = [
  { name: "finds nothing in equal objects", live: deployment, want: [] },
  { name: "finds a changed field", live: { ...deployment, spec: { replicas: 3 } }, want: ["replace /spec/replicas"] },
  {
    name: "finds an added field",
    live: { ...deployment, spec: { replicas: 1, paused: true } },
    want: ["remove /spec/paused"],
  },
  { name: "does not look at status", live: { ...deployment, status: { replicas: 9 } }, want: [] },
  {
    name: "finds a changed label",
    live: { ...deployment, metadata: { ...deployment.metadata, labels: { a: "2" } } },
    want: ["replace /metadata/labels/a"],
  },
  {
    name: "finds a missing label",
    live: { ...deployment, metadata: { name: "web", namespace: "apps" } },
    want: ["add /metadata/labels"],
  },
  {
    name: "does not mind labels of others",
    live: { ...deployment, metadata: { ...deployment.metadata, labels: { a: "1", b: "2" } } },
    want: [],
  },
  {
    name: "does not mind other metadata",
    live: { ...deployment, metadata: { ...deployment.metadata, finalizers: ["x"] } },
    want: [],
  },
  {
    name: "does not look at ignored paths",
    live: { ...deployment, spec: { replicas: 3 } },
    ignored: ["/spec/replicas"],
    want: [],
  },
];
for (const row of comparisons)
  test(`compare() ${row.name}`, () =>
    assert.deepEqual(
      compare(row.live, deployment, row.ignored ?? []).map(({ op, path }) => `${op} ${path}`),
      row.want,
    ));

const rules: readonly {
  readonly name: string;
  readonly rules: Parameters<typeof ignoredPaths>[1];
  readonly want: readonly string[];
}[] = [
  { name: "applies a rule without a target to everything", rules: [{ paths: ["/a"] }], want: ["/a"] },
  {
    name: "keeps only the last of several rules without a target",
    rules: [{ paths: ["/a"] }, { paths: ["/b"] }],
    want: ["/b"],
  },
  {
    name: "adds up rules with the same target",
    rules: [
      { paths: ["/a"], target: { kind: "Deployment" } },
      { paths: ["/b"], target: { kind: "Deployment" } },
    ],
    want: ["/a", "/b"],
  },
  {
    name: "matches the kind",
    rules: [
      { paths: ["/a"], target: { kind: "Deployment" } },
      { paths: ["/b"], target: { kind: "Service" } },
    ],
    want: ["/a"],
  },
  {
    name: "anchors patterns",
    rules: [
      { paths: ["/a"], target: { name: "we" } },
      { paths: ["/b"], target: { name: "we.*" } },
    ],
    want: ["/b"],
  },
  {
    name: "matches group and version",
    rules: [{ paths: ["/a"], target: { group: "apps", version: "v1" } }],
    want: ["/a"],
  },
];
for (const row of rules)
  test(`ignoredPaths() ${row.name}`, () => assert.deepEqual(ignoredPaths(deployment, row.rules), row.want));

test("ignoredPaths() comes to an end with a selector that would take others for ever", () => {
  const long: KubeObject = { ...deployment, metadata: { name: "a".repeat(200) } };
  assert.deepEqual(ignoredPaths(long, [{ paths: ["/a"], target: { name: "(a+)+b" } }]), []);
});

test("isExcluded() reads labels and annotations", () => {
  const mark = { "helm.toolkit.fluxcd.io/driftDetection": "disabled" };
  assert.ok(isExcluded({ ...deployment, metadata: { name: "web", labels: mark } }));
  assert.ok(isExcluded({ ...deployment, metadata: { name: "web", annotations: mark } }));
  assert.ok(!isExcluded(deployment));
});

test("summarizeDrift() writes Flux's lines", () => {
  const lines = summarizeDrift([
    { change: "removed", object: deployment },
    { change: "excluded", object: deployment },
    { change: "changed", object: deployment, patch: compare({ ...deployment, spec: { replicas: 3 } }, deployment, []) },
  ]);
  assert.equal(
    lines,
    "Deployment/apps/web removed\nDeployment/apps/web excluded\nDeployment/apps/web changed (0 additions, 1 changes, 0 removals)",
  );
});
