import assert from "node:assert/strict";
import { test } from "node:test";
import { builtinResources, schemaOf } from "./index.ts";

test("builtinResources names each kind with its plural, scope, short names and subresources", () => {
  const deployment = builtinResources.find(({ kind }) => kind === "Deployment");
  assert.equal(deployment?.plural, "deployments");
  assert.equal(deployment?.singular, "deployment");
  assert.deepEqual(deployment?.shortNames, ["deploy"]);
  assert.deepEqual(deployment?.categories, ["all"]);
  assert.deepEqual(deployment?.subresources, [
    { name: "scale", kind: "Scale", verbs: ["get", "patch", "update"], group: "autoscaling", version: "v1" },
    { name: "status", kind: "Deployment", verbs: ["get", "patch", "update"] },
  ]);
  assert.equal(builtinResources.find(({ kind }) => kind === "Namespace")?.namespaced, false);
});

test("schemaOf() knows every resource", () => {
  for (const resource of builtinResources) assert.equal(schemaOf(resource)?.type, "object", resource.plural);
});

test("schemaOf() answers undefined for a kind that is not Kubernetes' own", () => {
  assert.equal(schemaOf({ group: "example.com", version: "v1", kind: "Widget" }), undefined);
  assert.equal(schemaOf({ group: "", version: "v1", kind: "__proto__" }), undefined);
});

test("schemaOf() keeps merge keys, defaults, quantities and int-or-string", () => {
  const pod = schemaOf({ group: "", version: "v1", kind: "Pod" });
  const container = pod?.properties?.["spec"]?.properties?.["containers"]?.items;
  const ports = container?.properties?.["ports"];
  assert.equal(ports?.["x-kubernetes-list-type"], "map");
  assert.deepEqual(ports?.["x-kubernetes-list-map-keys"], ["containerPort", "protocol"]);
  assert.equal(ports?.["x-kubernetes-patch-merge-key"], "containerPort");
  assert.equal(ports?.items?.properties?.["protocol"]?.default, "TCP");
  const limits = container?.properties?.["resources"]?.properties?.["limits"]?.additionalProperties;
  assert.equal(typeof limits === "object" && limits.format, "quantity");
  const service = schemaOf({ group: "", version: "v1", kind: "Service" });
  const target = service?.properties?.["spec"]?.properties?.["ports"]?.items?.properties?.["targetPort"];
  assert.equal(target?.["x-kubernetes-int-or-string"], true);
});

test("schemaOf() closes the circle of JSONSchemaProps", () => {
  const crd = schemaOf({ group: "apiextensions.k8s.io", version: "v1", kind: "CustomResourceDefinition" });
  const versions = crd?.properties?.["spec"]?.properties?.["versions"]?.items;
  const schema = versions?.properties?.["schema"]?.properties?.["openAPIV3Schema"];
  assert.equal(schema?.properties?.["not"], schema);
  const nested = schema?.properties?.["properties"]?.additionalProperties;
  assert.equal(typeof nested === "object" && nested.properties, schema?.properties);
});
