import assert from "node:assert/strict";
import { test } from "node:test";
import type { KubeObject, ManagedFieldsEntry } from "../../api/index.ts";
import { leaveToOthers } from "./ignore.ts";

const applied = (manager: string, fieldsV1: ManagedFieldsEntry["fieldsV1"]): ManagedFieldsEntry => ({
  manager,
  operation: "Apply",
  apiVersion: "apps/v1",
  fieldsType: "FieldsV1",
  fieldsV1,
});
const deployment = (
  replicas: number | undefined,
  image = "a",
  managedFields: readonly ManagedFieldsEntry[] = [],
): KubeObject => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "web", namespace: "apps", managedFields },
  spec: {
    ...(replicas === undefined ? {} : { replicas }),
    template: {
      spec: {
        containers: [
          { name: "side", image: "s" },
          { name: "web", image },
        ],
      },
    },
  },
});
const ownReplicas = { "f:spec": { "f:replicas": {} } };
const ownImage = {
  "f:spec": { "f:template": { "f:spec": { "f:containers": { 'k:{"name":"web"}': { "f:image": {} } } } } },
};

const replicas = "/spec/replicas";
const image = "/spec/template/spec/containers/1/image";
const cases: readonly {
  readonly name: string;
  readonly object: KubeObject;
  readonly live: KubeObject;
  readonly ignored: readonly string[];
  readonly want: KubeObject;
}[] = [
  {
    name: "keeps the value that an ignored field has, where another one differs",
    object: deployment(1, "b"),
    live: deployment(5),
    ignored: [replicas],
    want: deployment(5, "b"),
  },
  {
    name: "leaves an ignored field out that another manager applied",
    object: deployment(1, "b"),
    live: deployment(5, "a", [applied("hpa", ownReplicas), applied("ours", ownReplicas)]),
    ignored: [replicas],
    want: deployment(undefined, "b"),
  },
  {
    name: "knows an item of a list by its key",
    object: deployment(2, "b"),
    live: deployment(1, "c", [applied("updater", ownImage)]),
    ignored: [image],
    want: {
      ...deployment(2),
      spec: { replicas: 2, template: { spec: { containers: [{ name: "side", image: "s" }, { name: "web" }] } } },
    },
  },
  {
    name: "applies what is ignored elsewhere as it is",
    object: deployment(1, "b"),
    live: deployment(1),
    ignored: ["/spec/absent"],
    want: deployment(1, "b"),
  },
];
for (const { name, object, live, ignored, want } of cases)
  test(`leaveToOthers() ${name}`, () =>
    assert.deepEqual(leaveToOthers({ object, live, dryRun: object, ignored, manager: "ours" }), want));
