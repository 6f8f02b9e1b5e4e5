import assert from "node:assert/strict";
import { test } from "node:test";
import { helmRelease, helmRepository, ready, releaseSpec, startWorld } from "./world.ts";

const schema = { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } };
const definition = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "gadgets.example.com" },
  spec: {
    group: "example.com",
    scope: "Namespaced",
    names: { kind: "Gadget", listKind: "GadgetList", plural: "gadgets", singular: "gadget" },
    versions: [{ name: "v1", served: true, storage: true, schema }],
  },
};
const files = {
  "values.yaml": "size: 1\n",
  "templates/gadget.yaml":
    "apiVersion: example.com/v1\nkind: Gadget\nmetadata: {name: {{ .Release.Name }}}\nspec: {size: {{ .Values.size }}}\n",
};

for (const { persistentClient, asks } of [
  { persistentClient: true, asks: false },
  { persistentClient: false, asks: true },
])
  test(`a release with persistentClient: ${persistentClient} ${asks ? "asks again" : "does not ask again"} which kinds there are`, {
    timeout: 60_000,
  }, async (t) => {
    const world = await startWorld(t);
    await world.client.create(definition);
    await world.publish("web", "1.0.0", files);
    await world.create(helmRepository, "charts", { interval: "10m", url: world.repositoryUrl });
    await world.create(helmRelease, "web", releaseSpec("web", { persistentClient }));
    const at = (version: number) =>
      world.until(
        helmRelease,
        "web",
        (object) => ready(object)?.status === "True" && object.status?.history?.[0]?.version === version,
      );
    await at(1);
    const before = world.requests.length;
    await world.patch(helmRelease, "web", { spec: { values: { size: 2 } } });
    await at(2);
    assert.equal(
      world.requests.slice(before).some((line) => line === "GET /apis"),
      asks,
    );
  });
