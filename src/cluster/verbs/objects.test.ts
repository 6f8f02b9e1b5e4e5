import assert from "node:assert/strict";
import { after, test } from "node:test";
import { openTestServer, patches } from "../testing/server.ts";

// Every case holds for kube-apiserver 1.36 too: COX_TEST_KUBECONFIG=… npm test -- src/cluster/verbs
const server = await openTestServer();
after(() => server[Symbol.asyncDispose]());
const { ask, namespace } = server;

const config = (name: string, more: object = {}) => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name },
  data: { a: "1" },
  ...more,
});
const deployment = (name: string, more: object = {}) => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name },
  spec: {
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: "c", image: "i:1" }] } },
    ...more,
  },
});
const deployments = `/apis/apps/v1/namespaces/${namespace}/deployments`;

test("a created object has a uid, a revision and a creation time, and belongs to who wrote it", async () => {
  const { code, body } = await ask("POST configmaps?fieldManager=me", { body: config("created") });
  assert.equal(code, 201);
  assert.match(String(body["metadata"]?.["uid"]), /^[0-9a-f-]{36}$/);
  assert.match(String(body["metadata"]?.["resourceVersion"]), /^\d+$/);
  assert.match(String(body["metadata"]?.["creationTimestamp"]), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  assert.equal(body["metadata"]?.["managedFields"]?.["0"]?.["manager"], "me");
  assert.deepEqual((await ask("GET configmaps/created")).body, body);
});

test("a name is generated from its prefix", async () => {
  const { code, body } = await ask("POST configmaps", { body: { metadata: { generateName: "web-" } } });
  assert.equal(code, 201);
  assert.match(String(body["metadata"]?.["name"]), /^web-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
});

test("__proto__ is a key as any other", async () => {
  const body = '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"proto"},"data":{"__proto__":"x"}}';
  const created = await ask("POST configmaps", { body });
  assert.equal(created.code, 201);
  assert.match((await ask("GET configmaps/proto")).text, /"__proto__":\s*"x"/);
  const patch = '{"data":{"__proto__":"y","constructor":"z"}}';
  const patched = await ask("PATCH configmaps/proto", { body: patch, type: patches.merge });
  assert.match(patched.text, /"__proto__":\s*"y"/);
});

const refusals: readonly {
  readonly name: string;
  readonly request: string;
  readonly body?: unknown;
  readonly type?: string;
  readonly code: number;
  readonly reason: string | undefined;
  readonly message: string;
}[] = [
  {
    name: "a read of what is not there",
    request: "GET configmaps/none",
    code: 404,
    reason: "NotFound",
    message: 'configmaps "none" not found',
  },
  {
    name: "a read of a kind with a group",
    request: `GET ${deployments}/none`,
    code: 404,
    reason: "NotFound",
    message: 'deployments.apps "none" not found',
  },
  {
    name: "a resource that is not served",
    request: "GET /apis/apps/v1/foos",
    code: 404,
    reason: "NotFound",
    message: "the server could not find the requested resource",
  },
  {
    name: "a method that the collection lacks",
    request: "PUT configmaps",
    body: {},
    code: 405,
    reason: "MethodNotAllowed",
    message: "the server does not allow this method on the requested resource",
  },
  {
    name: "a name that is taken",
    request: "POST configmaps",
    body: config("taken"),
    code: 409,
    reason: "AlreadyExists",
    message: 'configmaps "taken" already exists',
  },
  {
    name: "a namespace that is not there",
    request: "POST /api/v1/namespaces/nowhere/configmaps",
    body: config("a"),
    code: 404,
    reason: "NotFound",
    message: 'namespaces "nowhere" not found',
  },
  {
    name: "another namespace in the body",
    request: "POST configmaps",
    body: config("a", { metadata: { name: "a", namespace: "other" } }),
    code: 400,
    reason: "BadRequest",
    message: "the namespace of the provided object does not match the namespace sent on the request",
  },
  {
    name: "another kind in the body",
    request: "POST configmaps",
    body: { apiVersion: "v1", kind: "Secret", metadata: { name: "a" } },
    code: 400,
    reason: "BadRequest",
    message:
      'Secret in version "v1" cannot be handled as a ConfigMap: converting (v1.Secret) to (core.ConfigMap): unknown conversion',
  },
  {
    name: "no name",
    request: "POST configmaps",
    body: { metadata: {} },
    code: 422,
    reason: "Invalid",
    message: 'ConfigMap "" is invalid: metadata.name: Required value: name or generateName is required',
  },
  {
    name: "a body of an unknown type",
    request: "POST configmaps",
    body: "x",
    type: "text/plain",
    code: 415,
    reason: "UnsupportedMediaType",
    message:
      "the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, application/vnd.kubernetes.protobuf",
  },
  {
    name: "a field that is not known, strictly",
    request: "POST configmaps?fieldValidation=Strict",
    body: config("strict", { nope: 1 }),
    code: 400,
    reason: "BadRequest",
    message: 'ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: unknown field "nope"',
  },
  {
    name: "a key that comes twice, strictly",
    request: "POST configmaps?fieldValidation=Strict",
    body: '{"metadata":{"name":"twice"},"data":{"a":"1","a":"2"}}',
    code: 400,
    reason: "BadRequest",
    message:
      'ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: duplicate field "data.a"',
  },
  {
    name: "a dry run of another sort",
    request: "POST configmaps?dryRun=Some",
    body: config("dry"),
    code: 422,
    reason: "Invalid",
    message: 'CreateOptions.meta.k8s.io "" is invalid: dryRun: Unsupported value: ["Some"]: supported values: "All"',
  },
  {
    name: "a patch of another name",
    request: "PATCH configmaps/taken",
    body: { metadata: { name: "b" } },
    type: patches.merge,
    code: 400,
    reason: "BadRequest",
    message: "the name of the object (b) does not match the name on the URL (taken)",
  },
  {
    name: "a patch with an old revision",
    request: "PATCH configmaps/taken",
    body: { metadata: { resourceVersion: "1" } },
    type: patches.merge,
    code: 409,
    reason: "Conflict",
    message:
      'Operation cannot be fulfilled on configmaps "taken": the object has been modified; please apply your changes to the latest version and try again',
  },
  {
    name: "a JSON patch whose test fails",
    request: "PATCH configmaps/taken",
    body: [{ op: "test", path: "/data/a", value: "2" }],
    type: patches.json,
    code: 422,
    reason: "Invalid",
    message: "the server rejected our request due to an error in our request",
  },
  {
    name: "an applied configuration with a field that is not known, whatever the validation",
    request: "PATCH configmaps/taken?fieldManager=test&fieldValidation=Ignore",
    body: { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "taken" }, nope: 1 },
    type: patches.apply,
    code: 500,
    reason: undefined,
    message: "failed to create typed patch object (/taken; /v1, Kind=ConfigMap): .nope: field not declared in schema",
  },
  {
    name: "an applied configuration without a manager",
    request: "PATCH configmaps/taken",
    body: config("taken"),
    type: patches.apply,
    code: 422,
    reason: "Invalid",
    message: 'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
  },
  {
    name: "a deletion of another object",
    request: "DELETE configmaps/taken",
    body: { kind: "DeleteOptions", apiVersion: "v1", preconditions: { resourceVersion: "1" } },
    code: 409,
    reason: "Conflict",
    message: "",
  },
  {
    name: "a deletion of the default namespace",
    request: "DELETE /api/v1/namespaces/default",
    code: 403,
    reason: "Forbidden",
    message: 'namespaces "default" is forbidden: this namespace may not be deleted',
  },
];

for (const { name, request, body, type, code, reason, message } of refusals) {
  test(`the server refuses ${name}`, async () => {
    await ask("POST configmaps", { body: config("taken") });
    const answer = await ask(request, {
      ...(body === undefined ? {} : { body }),
      ...(type === undefined ? {} : { type }),
    });
    assert.deepEqual([answer.code, answer.body["kind"], answer.body["reason"]], [code, "Status", reason]);
    if (message !== "") assert.equal(answer.body["message"], message);
  });
}

test("unknown fields come back as warnings, unless they are to be ignored", async () => {
  const warned = await ask("POST configmaps", { body: config("warned", { nope: 1 }) });
  assert.deepEqual([warned.code, warned.warnings], [201, ['unknown field "nope"']]);
  const ignored = await ask("POST configmaps?fieldValidation=Ignore", { body: config("ignored", { nope: 1 }) });
  assert.deepEqual([ignored.code, ignored.warnings], [201, []]);
});

test("an update of the revision that was read succeeds once", async () => {
  const { body } = await ask("POST configmaps", { body: config("updated") });
  const next = { ...body, data: { a: "2" } };
  assert.equal((await ask("PUT configmaps/updated", { body: next })).code, 200);
  assert.equal((await ask("PUT configmaps/updated", { body: next })).body["reason"], "Conflict");
});

test("an update that changes nothing makes no revision", async () => {
  const { body } = await ask("POST configmaps", { body: config("same") });
  const updated = await ask("PUT configmaps/same", { body });
  assert.equal(updated.body["metadata"]?.["resourceVersion"], body["metadata"]?.["resourceVersion"]);
});

test("a specification counts generations; a status does not, and neither writes the other", async () => {
  await ask(`POST ${deployments}`, { body: deployment("counted") });
  const status = await ask(`PATCH ${deployments}/counted/status`, {
    body: { spec: { replicas: 7 }, status: { replicas: 1, observedGeneration: 1 } },
    type: patches.merge,
  });
  assert.equal(status.body["spec"]?.["replicas"], 1);
  assert.equal(status.body["status"]?.["replicas"], 1);
  assert.equal(status.body["metadata"]?.["generation"], 1);
  const spec = await ask(`PATCH ${deployments}/counted`, {
    body: { spec: { replicas: 7 }, status: { replicas: 5 } },
    type: patches.merge,
  });
  assert.equal(spec.body["metadata"]?.["generation"], 2);
  assert.equal(spec.body["status"]?.["replicas"], 1);
});

test("a strategic patch merges containers by name", async () => {
  await ask(`POST ${deployments}`, { body: deployment("merged") });
  const body = { spec: { template: { spec: { containers: [{ name: "d", image: "j" }] } } } };
  const { body: patched } = await ask(`PATCH ${deployments}/merged`, { body, type: patches.strategic });
  const containers = patched["spec"]?.["template"]?.["spec"]?.["containers"] as unknown as readonly {
    readonly name: string;
  }[];
  assert.deepEqual(containers.map(({ name }) => name).toSorted(), ["c", "d"]);
});

test("server-side apply creates, owns and conflicts", async () => {
  const apply = (manager: string, value: string, force = false) =>
    ask(`PATCH configmaps/applied?fieldManager=${manager}${force ? "&force=true" : ""}`, {
      body: config("applied", { data: { a: value } }),
      type: patches.apply,
    });
  assert.equal((await apply("one", "1")).code, 201);
  const conflict = await apply("two", "2");
  assert.equal(conflict.code, 409);
  assert.equal(conflict.body["message"], 'Apply failed with 1 conflict: conflict with "one": .data.a');
  assert.equal((await apply("two", "2", true)).body["data"]?.["a"], "2");
});

test("a dry run answers as the real thing and stores nothing", async () => {
  const created = await ask("POST configmaps?dryRun=All", { body: config("dry") });
  assert.equal(created.code, 201);
  assert.equal((await ask("GET configmaps/dry")).code, 404);
  await ask("POST configmaps", { body: config("dry") });
  const patched = await ask("PATCH configmaps/dry?dryRun=All", { body: { data: { a: "9" } }, type: patches.merge });
  assert.equal(patched.body["data"]?.["a"], "9");
  assert.equal((await ask("DELETE configmaps/dry?dryRun=All")).code, 200);
  assert.equal((await ask("GET configmaps/dry")).body["data"]?.["a"], "1");
});

test("a finalizer holds an object until it is taken away, and none may be added", async () => {
  await ask("POST configmaps", { body: config("held", { metadata: { name: "held", finalizers: ["a.b/c"] } }) });
  const deleted = await ask("DELETE configmaps/held");
  assert.equal(deleted.code, 200);
  assert.equal(typeof deleted.body["metadata"]?.["deletionTimestamp"], "string");
  const more = { metadata: { finalizers: ["a.b/c", "a.b/d"] } };
  assert.equal((await ask("PATCH configmaps/held", { body: more, type: patches.merge })).code, 422);
  const freed = await ask("PATCH configmaps/held", { body: { metadata: { finalizers: null } }, type: patches.merge });
  assert.equal(freed.code, 200);
  assert.equal(freed.body["metadata"]?.["finalizers"], undefined);
  assert.equal((await ask("GET configmaps/held")).code, 404);
});

test("a deletion answers with a Status that names what is gone", async () => {
  const { body } = await ask("POST configmaps", { body: config("gone") });
  const deleted = await ask("DELETE configmaps/gone");
  assert.equal(deleted.body["status"], "Success");
  assert.deepEqual(deleted.body["details"], { name: "gone", kind: "configmaps", uid: body["metadata"]?.["uid"] });
});

test("secrets keep texts as base64 and say what they are", async () => {
  const { body } = await ask("POST secrets", { body: { metadata: { name: "s" }, stringData: { a: "é" } } });
  assert.deepEqual([body["type"], body["data"], body["stringData"]], ["Opaque", { a: "w6k=" }, undefined]);
});

test("scale reads and writes replicas", async () => {
  await ask(`POST ${deployments}`, { body: deployment("scaled") });
  const { body } = await ask(`GET ${deployments}/scaled/scale`);
  assert.deepEqual(
    [body["kind"], body["spec"], body["status"]?.["selector"]],
    ["Scale", { replicas: 1 }, "app=scaled"],
  );
  const scaled = await ask(`PUT ${deployments}/scaled/scale`, {
    // The controllers change it meanwhile: without a version it is no conflict.
    body: { ...body, metadata: { name: "scaled", namespace }, spec: { replicas: 3 } },
  });
  assert.deepEqual(scaled.body["spec"], { replicas: 3 });
  assert.equal((await ask(`GET ${deployments}/scaled`)).body["spec"]?.["replicas"], 3);
});

test("objects above what etcd takes are refused in its words", async () => {
  const body = deployment("large");
  body.spec.template.spec.containers = [{ name: "c", image: "i", command: ["x".repeat(1_600_000)] } as never];
  const { code, body: status } = await ask(`POST ${deployments}`, { body });
  assert.deepEqual([code, status["message"]], [500, "etcdserver: request is too large"]);
});

test("bodies above 3 MiB are refused", async () => {
  const { code, body } = await ask("POST configmaps", { body: config("huge", { data: { a: "x".repeat(3_200_000) } }) });
  assert.deepEqual(
    [code, body["reason"], body["message"]],
    [413, "RequestEntityTooLarge", "Request entity too large: limit is 3145728"],
  );
});

test("reviews are answered, tokens are given", async () => {
  const review = await ask("POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews", {
    body: { spec: { resourceAttributes: { verb: "get", resource: "pods" } } },
  });
  assert.deepEqual([review.code, review.body["status"]?.["allowed"]], [201, true]);
  await ask("POST serviceaccounts", { body: { metadata: { name: "robot" } } });
  const token = await ask("POST serviceaccounts/robot/token", { body: { spec: { audiences: ["a"] } } });
  assert.equal(token.code, 201);
  assert.ok(String(token.body["status"]?.["token"]).length > 20);
});
