import assert from "node:assert/strict";
import { test } from "node:test";
import { isApiError, type KubeObject } from "../api/index.ts";
import { createClient, KubeError } from "./index.ts";
import { openTestApi } from "./testing/api.ts";
import type { Fetch } from "./types.ts";

const configMaps = { apiVersion: "v1", kind: "ConfigMap" } as const;
const named = (namespace: string) => ({
  configMap: (name: string, data: Readonly<Record<string, string>> = {}): KubeObject => ({
    ...configMaps,
    metadata: { name, namespace },
    data,
  }),
  reference: (name: string) => ({ ...configMaps, namespace, name }),
});
const { configMap, reference } = named("default");
const hasCode = (code: string) => (error: unknown) => error instanceof KubeError && error.code === code;

/** The API to test against, with what names objects in its namespace. */
async function openApi() {
  const api = await openTestApi();
  return { ...api, ...named(api.namespace) };
}

test("createClient() creates, reads, patches, applies, lists and deletes", async () => {
  await using api = await openApi();
  const { client, configMap, reference } = api;
  const created = await client.create(configMap("a", { k: "1" }), { fieldManager: "tests" });
  assert.ok(created.metadata.uid);
  const patched = await client.patch(reference("a"), { data: { k: "2" } }, { type: "merge" });
  assert.deepEqual(patched["data"], { k: "2" });
  const applied = await client.apply(configMap("b", { x: "y" }), { fieldManager: "tests" });
  assert.equal(applied.metadata.managedFields?.[0]?.operation, "Apply");
  await client.replace({ ...patched, data: { k: "3" } });
  assert.deepEqual((await client.get(reference("a")))["data"], { k: "3" });
  const { items } = await client.list(configMaps, { namespace: api.namespace });
  const names = items.map(({ apiVersion, kind, metadata }) => `${apiVersion} ${kind} ${metadata.name}`);
  assert.ok(names.includes("v1 ConfigMap a") && names.includes("v1 ConfigMap b"));
  await client.delete(reference("a"), { propagation: "Background" });
  assert.equal(await client.tryGet(reference("a")), undefined);
});

test("createClient() throws what the server answered as ApiError", async () => {
  await using api = await openApi();
  const { client, configMap, reference } = api;
  await assert.rejects(client.get(reference("none")), (error) => {
    assert.ok(isApiError(error, "NotFound"));
    assert.equal(error.message, 'configmaps "none" not found');
    return true;
  });
  const first = await client.create(configMap("a"));
  await assert.rejects(client.create(configMap("a")), (error) => isApiError(error, "AlreadyExists"));
  await client.replace({ ...first, data: { k: "1" } });
  await assert.rejects(client.replace({ ...first, data: { k: "2" } }), (error) => isApiError(error, "Conflict"));
});

test("createClient() answers tryGet with undefined for kinds that the cluster does not have", async () => {
  await using api = await openApi();
  const thing = { apiVersion: "example.com/v1", kind: "Thing", namespace: api.namespace, name: "x" };
  assert.equal(await api.client.tryGet(thing), undefined);
  await assert.rejects(api.client.get(thing), (error) => {
    assert.ok(isApiError(error, "NoMatch"));
    assert.equal(error.message, 'no matches for kind "Thing" in version "example.com/v1"');
    return true;
  });
});

test("createClient() asks nothing to find the kinds that every cluster has", async () => {
  await using api = await openApi();
  await api.client.tryGet(api.reference("a"));
  assert.deepEqual(api.asked, [`get /api/v1/namespaces/${api.namespace}/configmaps/a`]);
});

test("createClient() finds a kind that was defined after it looked", async () => {
  await using api = await openApi();
  const { client } = api;
  const things = { apiVersion: "example.com/v1", kind: "Thing" };
  await assert.rejects(client.resource(things), (error) => isApiError(error, "NoMatch"));
  const versions = [{ name: "v1", served: true, storage: true, schema: { openAPIV3Schema: { type: "object" } } }];
  const names = { plural: "things", singular: "thing", kind: "Thing", listKind: "ThingList" };
  await client.create({
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: "things.example.com" },
    spec: { group: "example.com", scope: "Namespaced", names, versions },
  });
  for (let found = false; !found; ) {
    found = await client.resource(things).then(
      ({ plural }) => plural === "things",
      () => false,
    );
  }
  await client.delete({
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    name: "things.example.com",
  });
});

test("createClient() follows the pages of a list", async () => {
  await using api = await openApi();
  const { client, asked, configMap } = api;
  for (const name of ["a", "b", "c", "d", "e"]) await client.create(configMap(name));
  asked.length = 0;
  const { items, metadata } = await client.list(configMaps, { namespace: api.namespace, limit: 2 });
  assert.equal(items.filter(({ metadata: { name = "" } }) => name.length === 1).length, 5);
  assert.ok(asked.length >= 3);
  assert.equal(metadata.continue, undefined);
});

test("createClient() watches until the loop is left", async () => {
  await using api = await openApi();
  const { client, configMap, reference } = api;
  const { metadata } = await client.list(configMaps, { namespace: api.namespace });
  const seen: string[] = [];
  const from = metadata.resourceVersion ?? "";
  const creating = client.create(configMap("w")).then(() => client.delete(reference("w")));
  for await (const event of client.watch(configMaps, {
    namespace: api.namespace,
    fieldSelector: "metadata.name=w",
    resourceVersion: from,
  })) {
    seen.push(`${event.type} ${event.object.metadata.name}`);
    if (event.type === "DELETED") break;
  }
  await creating;
  assert.deepEqual(seen, ["ADDED w", "DELETED w"]);
});

test("createClient() throws the signal's reason when a call or a watch is aborted", async () => {
  await using api = await openApi();
  const { client, configMap, reference } = api;
  await client.create(configMap("a"));
  const abort = new AbortController();
  const watching = (async () => {
    for await (const _event of client.watch(configMaps, { signal: abort.signal })) abort.abort(new Error("enough"));
  })();
  await assert.rejects(watching, /enough/);
  await assert.rejects(client.get(reference("a"), { signal: abort.signal }), /enough/);
});

for (const name of ["..", ".", "a/b", "a%2fb", ""]) {
  test(`createClient() refuses the name ${JSON.stringify(name)}, which would be another path`, async () => {
    await using api = await openApi();
    await assert.rejects(api.client.get(reference(name)), hasCode("name"));
    assert.deepEqual(api.asked, []);
  });
}

const answers = (replies: readonly (() => Response)[]): { fetch: Fetch; count: () => number } => {
  let next = 0;
  const fetch: Fetch = async () => {
    const reply = replies[Math.min(next, replies.length - 1)];
    next += 1;
    if (reply === undefined) throw new TypeError("fetch failed", { cause: new Error("connect ECONNREFUSED") });
    return reply();
  };
  return { fetch, count: () => next };
};
const clientOf = (fetch: Fetch, slept: number[] = []) =>
  createClient({
    server: "http://x",
    fetch,
    sleep: async (milliseconds) => {
      slept.push(milliseconds);
    },
  });
const ok = () => Response.json(configMap("a"));
const broken = () => {
  throw new TypeError("fetch failed", { cause: new Error("connect ECONNREFUSED 127.0.0.1:1") });
};

test("createClient() waits as long as the server asks and tries again", async () => {
  const busy = () => new Response("", { status: 429, headers: { "retry-after": "3" } });
  const { fetch, count } = answers([busy, busy, ok]);
  const slept: number[] = [];
  await clientOf(fetch, slept).create(configMap("a"));
  assert.equal(count(), 3);
  assert.deepEqual(slept, [3000, 3000]);
});

test("createClient() does not wait longer than a minute, nor for ever", async () => {
  const { fetch, count } = answers([() => new Response("", { status: 429, headers: { "retry-after": "86400" } })]);
  const slept: number[] = [];
  await assert.rejects(clientOf(fetch, slept).get(reference("a")), (error) => isApiError(error, "TooManyRequests"));
  assert.equal(count(), 10);
  assert.equal(Math.max(...slept), 60_000);
});

test("createClient() repeats reads and applies when the connection breaks, but no other write", async () => {
  const twice = answers([broken, broken, ok]);
  await clientOf(twice.fetch).get(reference("a"));
  assert.equal(twice.count(), 3);
  const applied = answers([broken, ok]);
  await clientOf(applied.fetch).apply(configMap("a"), { fieldManager: "t" });
  assert.equal(applied.count(), 2);
  const created = answers([broken, ok]);
  await assert.rejects(clientOf(created.fetch).create(configMap("a")), (error) => {
    assert.ok(hasCode("connection")(error));
    assert.match(String(error), /cannot reach http:\/\/x: connect ECONNREFUSED/);
    return true;
  });
  assert.equal(created.count(), 1);
});

const cut = () =>
  new Response(
    new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode('{"kind":'));
        controller.error(new Error("socket hang up"));
      },
    }),
  );
const code = (status: number, message: string) => () =>
  Response.json({ kind: "Status", apiVersion: "v1", status: "Failure", message, code: status }, { status });
const missing = code(404, 'configmaps "a" not found');
const repeated: readonly {
  readonly name: string;
  readonly replies: readonly (() => Response)[];
  readonly call: (client: ReturnType<typeof clientOf>) => Promise<unknown>;
  /** How often it asks; and the text that it fails with, if it does. */
  readonly asks: number;
  readonly fails?: RegExp;
}[] = [
  { name: "reads again when the answer breaks off", replies: [cut, ok], call: (c) => c.get(reference("a")), asks: 2 },
  {
    name: "gives up when every answer breaks off",
    replies: [cut],
    call: (c) => c.get(reference("a")),
    asks: 4,
    fails: /connection broke/,
  },
  {
    name: "asks a gateway again that finds no server",
    replies: [code(503, "no"), code(502, "no"), ok],
    call: (c) => c.get(reference("a")),
    asks: 3,
  },
  {
    name: "says what a gateway says in the end",
    replies: [code(503, "no server")],
    call: (c) => c.get(reference("a")),
    asks: 4,
    fails: /no server/,
  },
  {
    name: "reads again what failed",
    replies: [code(500, "etcd timed out"), ok],
    call: (c) => c.get(reference("a")),
    asks: 2,
  },
  {
    name: "does not write again what failed",
    replies: [code(500, "webhook failed"), ok],
    call: (c) => c.apply(configMap("a"), { fieldManager: "t" }),
    asks: 1,
    fails: /webhook failed/,
  },
  {
    name: "writes again when etcd had no leader",
    replies: [code(500, "etcdserver: leader changed"), ok],
    call: (c) => c.create(configMap("a")),
    asks: 2,
  },
  {
    name: "does not create twice what a gateway may have passed on",
    replies: [code(504, "timeout"), ok],
    call: (c) => c.create(configMap("a")),
    asks: 1,
    fails: /timeout/,
  },
  { name: "replaces again without a version", replies: [broken, ok], call: (c) => c.replace(configMap("a")), asks: 2 },
  {
    name: "does not replace again what has a version",
    replies: [broken, ok],
    call: (c) => c.replace({ ...configMap("a"), metadata: { name: "a", namespace: "n", resourceVersion: "1" } }),
    asks: 1,
    fails: /cannot reach/,
  },
  {
    name: "takes what is gone for deleted when an answer got lost",
    replies: [broken, missing],
    call: (c) => c.delete(reference("a")),
    asks: 2,
  },
  {
    name: "says that there was nothing to delete",
    replies: [missing],
    call: (c) => c.delete(reference("a")),
    asks: 1,
    fails: /not found/,
  },
];
for (const { name, replies, call, asks, fails } of repeated) {
  test(`createClient() ${name}`, async () => {
    const { fetch, count } = answers(replies);
    const asking = call(clientOf(fetch));
    if (fails === undefined) await asking;
    else await assert.rejects(asking, fails);
    assert.equal(count(), asks);
  });
}

test("createClient() reads a list as one that got too old between its pages", async () => {
  const page = (items: readonly string[], next?: string) => () =>
    Response.json({ metadata: { resourceVersion: "5", continue: next }, items: items.map((name) => configMap(name)) });
  const expired = code(410, "the provided continue parameter is too old");
  const { fetch, count } = answers([page(["a"], "token"), expired, page(["a", "b", "c"])]);
  const asked: string[] = [];
  const client = clientOf((request) => {
    asked.push(new URL(request.url).search);
    return fetch(request);
  });
  const { items, metadata } = await client.list({ apiVersion: "v1", kind: "ConfigMap" }, { namespace: "n" });
  assert.deepEqual(
    items.map((item) => item.metadata.name),
    ["a", "b", "c"],
  );
  assert.deepEqual(metadata, { resourceVersion: "5" });
  assert.deepEqual(asked, ["?limit=500", "?continue=token&limit=500", ""]);
  assert.equal(count(), 3);
  const first = answers([expired]);
  await assert.rejects(clientOf(first.fetch).list({ apiVersion: "v1", kind: "ConfigMap" }), /too old/);
});

test("createClient() gives an answer without a Status the text that kubectl gives it", async () => {
  const gateway = answers([() => new Response("<html>bad gateway</html>", { status: 502 })]);
  await assert.rejects(clientOf(gateway.fetch).get(reference("a")), (error) => {
    assert.ok(isApiError(error, "InternalError"));
    assert.equal(
      error.message,
      'an error on the server ("<html>bad gateway</html>") has prevented the request from succeeding',
    );
    return true;
  });
});

test("createClient() throws for answers that are not Kubernetes' API", async () => {
  const page = answers([() => new Response("<html></html>")]);
  await assert.rejects(clientOf(page.fetch).get(reference("a")), hasCode("answer"));
});

test("createClient() impersonates with every group", async () => {
  let sent: Headers | undefined;
  const client = createClient({
    server: "http://x",
    fetch: async (request) => {
      sent = request.headers;
      return ok();
    },
    headers: { authorization: "Bearer t" },
    userAgent: "tests",
    impersonate: { user: "jane", groups: ["a", "b"], extra: { "example.com/scopes": ["view"] } },
  });
  await client.get(reference("a"));
  assert.equal(sent?.get("impersonate-user"), "jane");
  assert.equal(sent?.get("impersonate-group"), "a, b");
  assert.equal(sent?.get("impersonate-extra-example.com%2fscopes"), "view");
  assert.equal(sent?.get("authorization"), "Bearer t");
  assert.equal(sent?.get("user-agent"), "tests");
});

test("createClient() holds calls back when it has a rate", async () => {
  const { fetch } = answers([ok]);
  const slept: number[] = [];
  const client = createClient({
    server: "http://x",
    fetch,
    qps: 10,
    burst: 2,
    now: () => 0,
    sleep: async (milliseconds) => {
      slept.push(milliseconds);
    },
  });
  for (let call = 0; call < 5; call += 1) await client.get(reference("a"));
  assert.deepEqual(slept, [100, 200, 300]);
});

test("createClient() has thirty-two calls under way at most, and makes no request for those that wait", async () => {
  const answers: (() => void)[] = [];
  const fetch: Fetch = () =>
    new Promise((resolve) => answers.push(() => resolve(Response.json({ gitVersion: "v1.36.3" }))));
  const client = createClient({ server: "http://api.test", fetch });
  const calls = Array.from({ length: 40 }, () => client.version());
  let answered = 0;
  while (answered < calls.length) {
    await new Promise(setImmediate);
    assert.equal(answers.length - answered, Math.min(32, calls.length - answered));
    for (; answered < answers.length; answered += 1) answers[answered]?.();
  }
  assert.equal((await Promise.all(calls)).length, 40);
});

test("createClient() takes back a call that waits when its signal says so", async () => {
  const asked: string[] = [];
  const never: Fetch = ({ url }) => {
    asked.push(new URL(url).pathname);
    return new Promise(() => {});
  };
  const client = createClient({ server: "http://api.test", fetch: never });
  for (let index = 0; index < 32; index += 1) void client.version();
  const leaving = new AbortController();
  const call = client.logs({ namespace: "default", name: "web" }, { signal: leaving.signal });
  await new Promise(setImmediate);
  leaving.abort(new Error("not any more"));
  await assert.rejects(call, /not any more/);
  assert.equal(asked.length, 32);
});
