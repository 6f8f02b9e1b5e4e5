import assert from "node:assert/strict";
import { test } from "node:test";
import type { HelmRelease, KubeObject } from "../../api/index.ts";
import { wakesOf } from "./wakes.ts";

const release = (name: string, spec: Partial<HelmRelease["spec"]>, namespace = "apps"): HelmRelease => ({
  apiVersion: "helm.toolkit.fluxcd.io/v2",
  kind: "HelmRelease",
  metadata: { name, namespace },
  spec: { interval: "5m", ...spec },
});
const map = (kind: string, data: Readonly<Record<string, string>>, labels = {}): KubeObject => ({
  apiVersion: "v1",
  kind,
  metadata: { name: "settings", namespace: "apps", labels },
  data,
});
const own = [
  release("default-key", { valuesFrom: [{ kind: "ConfigMap", name: "settings" }] }),
  release("other-key", { valuesFrom: [{ kind: "ConfigMap", name: "settings", valuesKey: "other" }] }),
  release("secret", { valuesFrom: [{ kind: "Secret", name: "settings" }] }),
  release("kubeconfig", { kubeConfig: { secretRef: { name: "settings" } } }),
  release("elsewhere", { valuesFrom: [{ kind: "ConfigMap", name: "settings" }] }, "other"),
  release("nothing", {}),
];

const cases: readonly {
  readonly name: string;
  readonly object: KubeObject;
  readonly previous?: KubeObject;
  readonly deleted?: boolean;
  readonly labelled?: string;
  readonly want: readonly string[];
}[] = [
  {
    name: "wakes whoever reads the key that changed, and nobody else",
    object: map("ConfigMap", { "values.yaml": "a: 2", other: "b: 1" }),
    previous: map("ConfigMap", { "values.yaml": "a: 1", other: "b: 1" }),
    want: ["default-key"],
  },
  {
    name: "wakes nobody for a key that nobody reads",
    object: map("ConfigMap", { other: "b: 1", more: "c" }),
    previous: map("ConfigMap", { other: "b: 1" }),
    want: [],
  },
  {
    name: "wakes all readers when the map appears",
    object: map("ConfigMap", { other: "b: 1" }),
    want: ["default-key", "other-key"],
  },
  {
    name: "wakes all readers when the map goes",
    object: map("ConfigMap", { other: "b: 1" }),
    previous: map("ConfigMap", { other: "b: 1" }),
    deleted: true,
    want: ["default-key", "other-key"],
  },
  {
    name: "wakes whoever takes values from a Secret",
    object: map("Secret", { "values.yaml": "YQ==" }),
    previous: map("Secret", { "values.yaml": "Yg==" }),
    want: ["secret"],
  },
  {
    name: "wakes whoever reaches a cluster by it",
    object: map("Secret", { value: "YQ==" }),
    previous: map("Secret", { value: "Yg==" }),
    want: ["kubeconfig"],
  },
  {
    name: "leaves maps without Flux's label alone where only those with it count",
    object: map("ConfigMap", { "values.yaml": "a: 2" }),
    previous: map("ConfigMap", { "values.yaml": "a: 1" }),
    labelled: "reconcile.fluxcd.io/watch=Enabled",
    want: [],
  },
  {
    name: "wakes by maps with Flux's label where only those count",
    object: map("ConfigMap", { "values.yaml": "a: 2" }, { "reconcile.fluxcd.io/watch": "Enabled" }),
    previous: map("ConfigMap", { "values.yaml": "a: 1" }),
    labelled: "reconcile.fluxcd.io/watch=Enabled",
    want: ["default-key"],
  },
];
for (const { name, object, previous, deleted = false, labelled, want } of cases)
  test(`wakesOf() ${name}`, () => {
    const wakes = wakesOf(labelled === undefined ? {} : { watchConfigs: { labelled } });
    const wake = wakes.find(({ kind }) => kind.kind === object.kind);
    const change = { object, deleted, ...(previous === undefined ? {} : { previous }) };
    assert.deepEqual(
      wake?.keys(change, own).map((key) => key.name),
      want,
    );
    assert.ok((wake?.quiet ?? 0) > 0);
  });
