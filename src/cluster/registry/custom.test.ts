import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { openTestServer, patches } from "../testing/server.ts";

// Every case holds for kube-apiserver 1.36 too: COX_TEST_KUBECONFIG=… npm test -- src/cluster/registry
const server = await openTestServer();
const { ask, namespace } = server;
const group = `g${namespace.slice(-8)}.example.com`;
const crds = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const widgets = `/apis/${group}/v1/namespaces/${namespace}/widgets`;
const table = "application/json;as=Table;v=v1;g=meta.k8s.io";

const version = (name: string, more: object = {}) => ({
  name,
  served: true,
  storage: name === "v1",
  subresources: { status: {}, scale: { specReplicasPath: ".spec.replicas", statusReplicasPath: ".status.replicas" } },
  additionalPrinterColumns: [
    { name: "Size", type: "integer", jsonPath: ".spec.replicas" },
    { name: "Ready", type: "string", jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
  ],
  schema: {
    openAPIV3Schema: {
      type: "object",
      properties: {
        spec: {
          type: "object",
          required: ["color"],
          properties: {
            replicas: { type: "integer", default: 1, minimum: 0 },
            color: { type: "string", enum: ["red", "blue"] },
            name: { type: "string", pattern: "^[a-z]+$", maxLength: 5 },
            limit: { type: "integer" },
            any: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
            port: { "x-kubernetes-int-or-string": true },
            items: {
              type: "array",
              "x-kubernetes-list-type": "map",
              "x-kubernetes-list-map-keys": ["name"],
              items: {
                type: "object",
                required: ["name"],
                properties: { name: { type: "string" }, size: { type: "integer", default: 2 } },
              },
            },
          },
          "x-kubernetes-validations": [
            { rule: "!has(self.limit) || self.replicas <= self.limit", message: "too many" },
          ],
        },
        status: {
          type: "object",
          properties: {
            replicas: { type: "integer" },
            conditions: { type: "array", items: { type: "object", "x-kubernetes-preserve-unknown-fields": true } },
          },
        },
      },
    },
  },
  ...more,
});
const crd = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: `widgets.${group}` },
  spec: {
    group,
    scope: "Namespaced",
    names: { kind: "Widget", plural: "widgets", shortNames: ["wd"], categories: ["all"] },
    versions: [version("v1"), version("v1beta1", { deprecated: true })],
  },
};
const widget = (name: string, spec: object, more: object = {}) => ({
  apiVersion: `${group}/v1`,
  kind: "Widget",
  metadata: { name },
  spec,
  ...more,
});

before(async () => {
  assert.equal((await ask(`POST ${crds}`, { body: crd })).code, 201);
  // A real server takes a moment to serve what it has accepted.
  for (let tries = 0; tries < 100 && (await ask(`GET ${widgets}`)).code !== 200; tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
});
after(async () => {
  await ask(`DELETE ${crds}/widgets.${group}`);
  await server[Symbol.asyncDispose]();
});

test("a CRD is established under the names that it asks for", async () => {
  const { body } = await ask(`GET ${crds}/widgets.${group}`);
  const names = {
    kind: "Widget",
    listKind: "WidgetList",
    plural: "widgets",
    singular: "widget",
    shortNames: ["wd"],
    categories: ["all"],
  };
  assert.deepEqual(body["status"]?.["acceptedNames"], names);
  assert.deepEqual(body["status"]?.["storedVersions"], ["v1"]);
  const conditions = body["status"]?.["conditions"] as unknown as readonly {
    readonly type: string;
    readonly status: string;
    readonly reason: string;
  }[];
  assert.deepEqual(
    conditions.map(({ type, status, reason }) => `${type}=${status} ${reason}`),
    ["NamesAccepted=True NoConflicts", "Established=True InitialNamesAccepted"],
  );
});

test("discovery names the kind, its subresources and its preferred version", async () => {
  const { body } = await ask(`GET /apis/${group}`);
  assert.deepEqual(body["preferredVersion"], { groupVersion: `${group}/v1`, version: "v1" });
  const { body: list } = await ask(`GET /apis/${group}/v1`);
  const found = list["resources"] as unknown as readonly { readonly name: string }[];
  assert.deepEqual(
    found.map(({ name }) => name),
    ["widgets", "widgets/status", "widgets/scale"],
  );
});

test("an object is pruned and defaulted", async () => {
  const { code, body, warnings } = await ask(`POST ${widgets}`, {
    body: widget(
      "pruned",
      { color: "red", nope: 1, any: { x: { y: 1 } }, items: [{ name: "a" }] },
      { extra: 1, status: { replicas: 3 } },
    ),
  });
  assert.equal(code, 201);
  assert.deepEqual(body["spec"], { color: "red", replicas: 1, any: { x: { y: 1 } }, items: [{ name: "a", size: 2 }] });
  assert.equal(body["status"], undefined);
  assert.deepEqual(warnings, ['unknown field "extra"', 'unknown field "spec.nope"']);
});

const invalid: readonly { readonly name: string; readonly spec: object; readonly message: string }[] = [
  { name: "a missing field", spec: {}, message: "spec.color: Required value" },
  {
    name: "another value",
    spec: { color: "green" },
    message: 'spec.color: Unsupported value: "green": supported values: "red", "blue"',
  },
  {
    name: "another type",
    spec: { color: "red", limit: "x" },
    message: 'spec.limit: Invalid value: "string": spec.limit in body must be of type integer: "string"',
  },
  {
    name: "a pattern that is not met",
    spec: { color: "red", name: "A1" },
    message: "spec.name: Invalid value: \"A1\": spec.name in body should match '^[a-z]+$'",
  },
  {
    name: "a long text",
    spec: { color: "red", name: "abcdef" },
    message: "spec.name: Too long: may not be more than 5 bytes",
  },
  {
    name: "a small number",
    spec: { color: "red", replicas: -1 },
    message: "spec.replicas: Invalid value: -1: spec.replicas in body should be greater than or equal to 0",
  },
  {
    name: "a key that comes twice",
    spec: { color: "red", items: [{ name: "a" }, { name: "a" }] },
    message: 'spec.items[1]: Duplicate value: {"name":"a"}',
  },
  {
    name: "a rule that is broken",
    spec: { color: "red", replicas: 3, limit: 2 },
    message: "spec: Invalid value: too many",
  },
];
for (const { name, spec, message } of invalid) {
  test(`an object with ${name} is invalid`, async () => {
    const { code, body } = await ask(`POST ${widgets}`, { body: widget("invalid", spec) });
    assert.equal(code, 422);
    assert.ok(String(body["message"]).startsWith(`Widget.${group} "invalid" is invalid: `), String(body["message"]));
    assert.ok(String(body["message"]).includes(message), String(body["message"]));
  });
}

test("a strategic patch is refused, a merge patch is not", async () => {
  await ask(`POST ${widgets}`, { body: widget("patched", { color: "red" }) });
  const strategic = await ask(`PATCH ${widgets}/patched`, { body: {}, type: patches.strategic });
  assert.deepEqual([strategic.code, strategic.body["reason"]], [415, "UnsupportedMediaType"]);
  const merged = await ask(`PATCH ${widgets}/patched`, { body: { spec: { color: "blue" } }, type: patches.merge });
  assert.deepEqual([merged.code, merged.body["metadata"]?.["generation"]], [200, 2]);
});

test("an update must name the revision that it is based on", async () => {
  await ask(`POST ${widgets}`, { body: widget("blind", { color: "red" }) });
  const { body } = await ask(`PUT ${widgets}/blind`, { body: widget("blind", { color: "blue" }) });
  assert.equal(
    body["message"],
    `widgets.${group} "blind" is invalid: metadata.resourceVersion: Invalid value: 0: must be specified for an update`,
  );
});

test("the status has a door of its own", async () => {
  await ask(`POST ${widgets}`, { body: widget("status", { color: "red" }) });
  const { body } = await ask(`PATCH ${widgets}/status/status`, {
    body: { spec: { color: "blue" }, status: { replicas: 2 } },
    type: patches.merge,
  });
  assert.deepEqual(
    [body["spec"]?.["color"], body["status"], body["metadata"]?.["generation"]],
    ["red", { replicas: 2 }, 1],
  );
  const { body: scale } = await ask(`GET ${widgets}/status/scale`);
  assert.deepEqual([scale["spec"], scale["status"]], [{ replicas: 1 }, { replicas: 2 }]);
});

test("a table shows the printer columns", async () => {
  await ask(`POST ${widgets}`, { body: widget("table", { color: "red", replicas: 4 }) });
  await ask(`PATCH ${widgets}/table/status`, {
    body: { status: { conditions: [{ type: "Ready", status: "True" }] } },
    type: patches.merge,
  });
  const { body } = await ask(`GET ${widgets}/table`, { accept: table });
  const columns = body["columnDefinitions"] as unknown as readonly { readonly name: string }[];
  assert.deepEqual(
    columns.map(({ name }) => name),
    ["Name", "Size", "Ready"],
  );
  assert.deepEqual(body["rows"]?.["0"]?.["cells"], ["table", 4, "True"]);
});

test("another version shows the same object, with a warning where it is deprecated", async () => {
  await ask(`POST ${widgets}`, { body: widget("versions", { color: "red" }) });
  const { body, warnings } = await ask(`GET ${widgets.replace("/v1/", "/v1beta1/")}/versions`);
  assert.equal(body["apiVersion"], `${group}/v1beta1`);
  assert.deepEqual(warnings, [`${group}/v1beta1 Widget is deprecated; use ${group}/v1 Widget`]);
});

test("a CRD that is not well formed is invalid", async () => {
  const bad = {
    ...crd,
    metadata: { name: "bad" },
    spec: { ...crd.spec, scope: "Galaxy", versions: [version("v1", { schema: undefined })] },
  };
  const { code, body } = await ask(`POST ${crds}`, { body: bad });
  assert.equal(code, 422);
  for (const text of [
    'metadata.name: Invalid value: "bad": must be spec.names.plural+"."+spec.group',
    'spec.scope: Unsupported value: "Galaxy": supported values: "Cluster", "Namespaced"',
    "spec.versions[0].schema.openAPIV3Schema: Required value",
  ]) {
    assert.ok(String(body["message"]).includes(text), `${text} in ${String(body["message"])}`);
  }
});

test("a CRD takes its objects with it", async () => {
  const name = `gadgets.${group}`;
  const gadgets = `/apis/${group}/v1/namespaces/${namespace}/gadgets`;
  const names = { kind: "Gadget", plural: "gadgets" };
  await ask(`POST ${crds}`, { body: { ...crd, metadata: { name }, spec: { ...crd.spec, names } } });
  const gadget = { ...widget("a", { color: "red" }), kind: "Gadget" };
  let created = 0;
  for (let tries = 0; tries < 100 && created !== 201; tries += 1) {
    created = (await ask(`POST ${gadgets}`, { body: gadget })).code;
    if (created !== 201) await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.equal(created, 201);
  assert.equal((await ask(`DELETE ${crds}/${name}`)).code, 200);
  let left = 200;
  for (let tries = 0; tries < 200 && left === 200; tries += 1) {
    left = (await ask(`GET ${crds}/${name}`)).code;
    if (left === 200) await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.equal(left, 404);
  assert.equal((await ask(`GET ${gadgets}/a`)).code, 404);
});
