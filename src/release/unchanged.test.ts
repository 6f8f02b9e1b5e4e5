import assert from "node:assert/strict";
import { test } from "node:test";
import type { KubeObject } from "../api/index.ts";
import { openTestApi } from "../kube/testing/api.ts";
import { isApplied } from "./unchanged.ts";

const config = (data: object, labels: object = { a: "1" }): KubeObject => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "one", labels: labels as Readonly<Record<string, string>> },
  data,
});
const deployment = (
  change: { image?: string; ports?: readonly object[]; args?: readonly string[] } = {},
): KubeObject => {
  const { image = "web:1", ports = [{ containerPort: 80 }], args = ["a"] } = change;
  const container = {
    name: "web",
    image,
    args,
    ports,
    resources: { limits: { cpu: "100m" } },
    env: [{ name: "A", value: "1" }],
  };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web", labels: { app: "web" } },
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: "web" } },
      template: {
        metadata: { labels: { app: "web" } },
        spec: {
          containers: [container],
          volumes: [{ name: "tmp", emptyDir: {} }],
          tolerations: [{ operator: "Exists" }],
        },
      },
    },
  };
};
const service = (...ports: readonly object[]): KubeObject => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "web", finalizers: ["example.com/one"] } as KubeObject["metadata"],
  spec: { selector: { app: "web" }, ports },
});

/** What was applied, what happened since, and what is applied next. */
const cases: readonly {
  readonly name: string;
  readonly before: KubeObject;
  readonly meanwhile?: { readonly patch: object; readonly manager?: string };
  readonly applyMeanwhile?: KubeObject;
  readonly next: KubeObject;
  readonly want: boolean;
}[] = [
  { name: "a ConfigMap that did not change", before: config({ k: "1" }), next: config({ k: "1" }), want: true },
  { name: "another value", before: config({ k: "1" }), next: config({ k: "2" }), want: false },
  { name: "another field", before: config({ k: "1" }), next: config({ k: "1", l: "2" }), want: false },
  {
    name: "a field that is no longer wanted",
    before: config({ k: "1", l: "2" }),
    next: config({ k: "1" }),
    want: false,
  },
  { name: "a label that is no longer wanted", before: config({}, { a: "1", b: "2" }), next: config({}), want: false },
  {
    name: "a value that somebody changed",
    before: config({ k: "1" }),
    meanwhile: { patch: { data: { k: "other" } } },
    next: config({ k: "1" }),
    want: false,
  },
  {
    name: "a field that somebody removed",
    before: config({ k: "1", l: "2" }),
    meanwhile: { patch: { data: { l: null } } },
    next: config({ k: "1", l: "2" }),
    want: false,
  },
  {
    name: "a field that somebody added",
    before: config({ k: "1" }),
    meanwhile: { patch: { data: { more: "2" } } },
    next: config({ k: "1" }),
    want: true,
  },
  {
    name: "a field that our manager wrote in another way, too",
    before: config({ k: "1" }),
    meanwhile: { patch: { data: { more: "2" } }, manager: "helm" },
    next: config({ k: "1" }),
    want: false,
  },
  {
    name: "the same fields that somebody else applies, too",
    before: config({ k: "1" }),
    applyMeanwhile: config({ k: "1" }),
    next: config({ k: "1" }),
    want: true,
  },
  { name: "a Deployment that did not change, defaults and all", before: deployment(), next: deployment(), want: true },
  { name: "another image", before: deployment(), next: deployment({ image: "web:2" }), want: false },
  {
    name: "a port more",
    before: deployment(),
    next: deployment({ ports: [{ containerPort: 80 }, { containerPort: 81 }] }),
    want: false,
  },
  { name: "an argument less", before: deployment({ args: ["a", "b"] }), next: deployment(), want: false },
  {
    name: "arguments in another order",
    before: deployment({ args: ["a", "b"] }),
    next: deployment({ args: ["b", "a"] }),
    want: false,
  },
  {
    name: "a Service, its finalizers and its port's defaults",
    before: service({ port: 80 }),
    next: service({ port: 80 }),
    want: true,
  },
  { name: "another port", before: service({ port: 80 }), next: service({ port: 81 }), want: false },
  {
    name: "a port with a target",
    before: service({ port: 80 }),
    next: service({ port: 80, targetPort: 8080 }),
    want: false,
  },
  {
    name: "a status in the manifest, which nobody can judge",
    before: config({}),
    next: { ...config({}), status: {} },
    want: false,
  },
];

for (const { name, before, meanwhile, applyMeanwhile, next, want } of cases) {
  test(`isApplied() is ${want} for ${name}`, async () => {
    await using api = await openTestApi();
    const { client, namespace } = api;
    const there = (object: KubeObject): KubeObject => ({ ...object, metadata: { ...object.metadata, namespace } });
    const how = { fieldManager: "helm", fieldValidation: "Strict" } as const;
    let live = await client.apply(there(before), how);
    const { name: named = "" } = before.metadata;
    const reference = { apiVersion: before.apiVersion, kind: before.kind, name: named, namespace };
    if (meanwhile !== undefined) {
      const { patch, manager = "somebody" } = meanwhile;
      live = await client.patch(reference, patch, { type: "merge", fieldManager: manager });
    }
    if (applyMeanwhile !== undefined) live = await client.apply(there(applyMeanwhile), { fieldManager: "somebody" });
    assert.equal(isApplied(there(next), live, "helm"), want);
    assert.equal(isApplied(there(next), live, "another"), false);
    if (!want) return;
    // What it promises: the server sees no change either.
    const after = await client.apply(there(next), how);
    assert.equal(after.metadata.resourceVersion, live.metadata.resourceVersion);
  });
}
