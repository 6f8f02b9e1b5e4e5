import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type Json, openTestServer, patches, readEvents } from "../testing/server.ts";

// Every case holds for kube-apiserver 1.36 too: COX_TEST_KUBECONFIG=… npm test -- src/cluster/verbs
const server = await openTestServer();
after(() => server[Symbol.asyncDispose]());
const { ask, namespace } = server;
const secrets = `/api/v1/namespaces/${namespace}/secrets`;

const labelled: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  a: { tier: "web", env: "prod" },
  b: { tier: "web", env: "dev" },
  c: { tier: "db" },
  d: {},
};

before(async () => {
  for (const [name, labels] of Object.entries(labelled)) {
    const type = name === "c" ? "a.b/c" : "Opaque";
    assert.equal((await ask("POST secrets", { body: { metadata: { name, labels }, type } })).code, 201);
  }
});

const names = (list: Json): readonly string[] =>
  (list["items"] as unknown as readonly { readonly metadata: { readonly name: string } }[]).map(
    ({ metadata }) => metadata.name,
  );

const selections: readonly { readonly query: string; readonly want: string }[] = [
  { query: "labelSelector=tier=web", want: "a b" },
  { query: "labelSelector=tier==web,env!=dev", want: "a" },
  { query: "labelSelector=env!=dev", want: "a c d" },
  { query: "labelSelector=env in (prod,dev)", want: "a b" },
  { query: "labelSelector=env notin (prod)", want: "b c d" },
  { query: "labelSelector=!env", want: "c d" },
  { query: "labelSelector=env", want: "a b" },
  { query: "labelSelector=tier%3D", want: "" },
  { query: "fieldSelector=metadata.name=b", want: "b" },
  { query: "fieldSelector=metadata.name!=b", want: "a c d" },
  { query: "fieldSelector=type=a.b/c", want: "c" },
  { query: "fieldSelector=metadata.name=a,metadata.name=b", want: "" },
];
for (const { query, want } of selections) {
  test(`a list with ${query} selects ${want === "" ? "nothing" : want}`, async () => {
    const { code, body } = await ask(`GET ${secrets}?${query.replaceAll(" ", "%20")}`);
    assert.deepEqual([code, names(body).join(" ")], [200, want]);
  });
}

const wrong: readonly { readonly query: string; readonly code: number; readonly message: string }[] = [
  {
    query: "labelSelector=)",
    code: 400,
    message: "found ')', expected: !, identifier, or 'end of string'",
  },
  {
    query: "labelSelector=a%20b",
    code: 400,
    message: "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt",
  },
  { query: "fieldSelector=data.x%3D1", code: 400, message: "field label not supported: data.x" },
  { query: "limit=x", code: 400, message: 'strconv.ParseInt: parsing "x": invalid syntax' },
  {
    query: "resourceVersionMatch=Exact",
    code: 422,
    message:
      'ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided',
  },
  {
    query: "continue=x",
    code: 400,
    message: "invalid continue token: continue key is not valid: illegal base64 data at input byte 0",
  },
  {
    query: "watch=1&sendInitialEvents=true",
    code: 422,
    message:
      'ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan',
  },
];
for (const { query, code, message } of wrong) {
  test(`a list with ${query} is refused`, async () => {
    const answer = await ask(`GET ${secrets}?${query}`);
    assert.deepEqual([answer.code, answer.body["message"]], [code, message]);
  });
}

test("a list in pages shows one state, whatever is written in between", async () => {
  for (const name of ["p1", "p2", "p3", "p4"])
    await ask("POST configmaps", { body: { metadata: { name, labels: { page: "x" } } } });
  const list = `/api/v1/namespaces/${namespace}/configmaps?labelSelector=page&limit=2`;
  const first = await ask(`GET ${list}`);
  assert.deepEqual(names(first.body), ["p1", "p2"]);
  await ask("DELETE configmaps/p3");
  await ask("POST configmaps", { body: { metadata: { name: "p5", labels: { page: "x" } } } });
  const token = encodeURIComponent(String(first.body["metadata"]?.["continue"]));
  const second = await ask(`GET ${list}&continue=${token}`);
  assert.deepEqual(names(second.body), ["p3", "p4"]);
  assert.equal(second.body["metadata"]?.["resourceVersion"], first.body["metadata"]?.["resourceVersion"]);
  assert.equal(second.body["metadata"]?.["continue"] ?? "", "");
});

test("a list of an exact revision shows that state", async () => {
  const { body } = await ask("POST configmaps", { body: { metadata: { name: "exact", labels: { exact: "x" } } } });
  const revision = String(body["metadata"]?.["resourceVersion"]);
  await ask("DELETE configmaps/exact");
  const path = `/api/v1/namespaces/${namespace}/configmaps?labelSelector=exact`;
  assert.deepEqual(names((await ask(`GET ${path}&resourceVersion=${revision}&resourceVersionMatch=Exact`)).body), [
    "exact",
  ]);
  assert.deepEqual(names((await ask(`GET ${path}`)).body), []);
});

test("a revision of the future times out", async () => {
  const { code, body } = await ask(`GET ${secrets}?resourceVersion=99999999`);
  assert.deepEqual([code, body["reason"], body["details"]?.["retryAfterSeconds"]], [504, "Timeout", 1]);
});

test("a collection is deleted by its selector", async () => {
  for (const name of ["x1", "x2", "x3"])
    await ask("POST configmaps", { body: { metadata: { name, labels: { x: name } } } });
  const path = `/api/v1/namespaces/${namespace}/configmaps?labelSelector=`;
  assert.equal((await ask(`DELETE ${path}${encodeURIComponent("x in (x1,x2)")}`)).code, 200);
  assert.deepEqual(names((await ask(`GET ${path}x`)).body), ["x3"]);
});

const seen = (events: readonly Json[]): readonly string[] =>
  events.map((event) => `${String(event["type"])} ${String(event["object"]?.["metadata"]?.["name"] ?? "")}`.trim());

test("a watch from a revision reports what comes after it, as the selector sees it", async () => {
  const { body } = await ask(`GET /api/v1/namespaces/${namespace}/configmaps`);
  const revision = String(body["metadata"]?.["resourceVersion"]);
  const patch = (labels: object) => ask("PATCH configmaps/w", { body: { metadata: { labels } }, type: patches.merge });
  await ask("POST configmaps", { body: { metadata: { name: "w", labels: { seen: "no" } } } });
  await patch({ seen: "yes" });
  await patch({ more: "1" });
  await patch({ seen: "no" });
  await patch({ seen: "yes" });
  await ask("DELETE configmaps/w");
  const path = `/api/v1/namespaces/${namespace}/configmaps?watch=1&labelSelector=seen%3Dyes&resourceVersion=${revision}&timeoutSeconds=5`;
  const events = await readEvents(await server.fetch(path), 5);
  assert.deepEqual(seen(events), ["ADDED w", "MODIFIED w", "DELETED w", "ADDED w", "DELETED w"]);
  const revisions = events.map((event) => Number(event["object"]?.["metadata"]?.["resourceVersion"]));
  assert.deepEqual(
    revisions,
    revisions.toSorted((a, b) => a - b),
  );
  assert.equal(new Set(revisions).size, 5);
});

test("a watch list begins with the state and says where it ends", async () => {
  const path = `${secrets}?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&timeoutSeconds=5`;
  const events = await readEvents(await server.fetch(path), 5);
  assert.deepEqual(seen(events).toSorted(), ["ADDED a", "ADDED b", "ADDED c", "ADDED d", "BOOKMARK"]);
  const bookmark = events.at(-1)?.["object"]?.["metadata"];
  assert.deepEqual(bookmark?.["annotations"], { "k8s.io/initial-events-end": "true" });
  assert.match(String(bookmark?.["resourceVersion"]), /^\d+$/);
});

test("a watch without a revision begins with the state", async () => {
  const events = await readEvents(await server.fetch(`${secrets}?watch=1&timeoutSeconds=5&labelSelector=env`), 2);
  assert.deepEqual(seen(events).toSorted(), ["ADDED a", "ADDED b"]);
});

test("a watch of one object reports that object alone", async () => {
  const events = await readEvents(
    await server.fetch(`${secrets}?watch=1&timeoutSeconds=5&fieldSelector=metadata.name%3Dc`),
    1,
  );
  assert.deepEqual(seen(events), ["ADDED c"]);
});

test("a watch in the form of tables names the columns once", async () => {
  const accept = "application/json;as=Table;v=v1;g=meta.k8s.io";
  const response = await server.fetch(`${secrets}?watch=1&timeoutSeconds=5&labelSelector=env`, { headers: { accept } });
  const [first, second] = await readEvents(response, 2);
  assert.equal(first?.["object"]?.["kind"], "Table");
  assert.notEqual(first?.["object"]?.["columnDefinitions"], null);
  assert.equal(second?.["object"]?.["columnDefinitions"], null);
});

test("a watch ends when its time is over", async () => {
  const response = await server.fetch(`${secrets}?watch=1&timeoutSeconds=1&labelSelector=none`);
  assert.deepEqual(await readEvents(response, 1), []);
});
