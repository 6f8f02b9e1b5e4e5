import assert from "node:assert/strict";
import { test } from "node:test";
import { createClient, createWatchCache, type Fetch } from "../kube/index.ts";
import { install } from "./install.ts";
import { createSecretStorage } from "./storage/drivers.ts";
import { createChart, createWorld } from "./testing/world.ts";

const deployment = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 1
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: web}]}
`;

const line = (event: object): string => `${JSON.stringify(event)}\n`;
const status = (code: number, reason: string): object => ({
  kind: "Status",
  apiVersion: "v1",
  metadata: {},
  status: "Failure",
  message: reason,
  reason,
  code,
});
const stream = (...chunks: readonly (string | Error)[]): Response =>
  new Response(
    new ReadableStream({
      start(controller) {
        const encoder = new TextEncoder();
        for (const chunk of chunks) {
          if (typeof chunk !== "string") return controller.error(chunk);
          controller.enqueue(encoder.encode(chunk));
        }
        controller.close();
      },
    }),
  );

/** What the first watches of a wait are answered, one after the other; later ones reach the server. */
const cases: readonly { readonly name: string; readonly watches: readonly (() => Response | Promise<Response>)[] }[] = [
  { name: "a watch that ends at once", watches: [() => stream(), () => stream()] },
  { name: "a watch whose connection breaks", watches: [() => stream(new Error("read ECONNRESET"))] },
  { name: "a watch that cannot be reached", watches: [() => Promise.reject(new TypeError("fetch failed"))] },
  {
    name: "a version that is gone, said in the middle of the watch",
    watches: [() => stream(line({ type: "ERROR", object: status(410, "Expired") }))],
  },
  {
    name: "a version that is gone, again and again",
    watches: Array.from({ length: 4 }, () => () => Response.json(status(410, "Gone"), { status: 410 })),
  },
  { name: "a server that breaks", watches: [() => Response.json(status(500, "InternalError"), { status: 500 })] },
  {
    name: "a server that is busy",
    watches: [() => Response.json(status(429, "TooManyRequests"), { status: 429, headers: { "retry-after": "0" } })],
  },
  {
    name: "an error in the middle of the watch",
    watches: [() => stream(line({ type: "ERROR", object: status(500, "InternalError") }))],
  },
  { name: "half a line", watches: [() => stream('{"type":"MODIFIED","object":{"ki')] },
  { name: "what is no event", watches: [() => stream("<html>\n")] },
];

for (const { name, watches } of cases) {
  test(`install() waits on through ${name}`, async () => {
    await using world = createWorld();
    const faulty = [...watches];
    const gone = Promise.withResolvers<void>();
    const fetch: Fetch = async (request) => {
      if (!new URL(request.url).searchParams.has("watch")) return await world.cluster.fetch(request);
      const answer = faulty.shift();
      if (faulty.length === 0) gone.resolve();
      return answer === undefined ? await world.cluster.fetch(request) : await answer();
    };
    const client = createClient({ fetch, server: "http://cluster.local", sleep: async () => {} });
    await using cache = createWatchCache({ client, sleep: async () => {} });
    const storage = createSecretStorage({ client, namespace: "default", now: () => new Date() });
    const context = { ...world.context, client, cache, storage };
    const chart = createChart({ "a.yaml": deployment });
    const installing = install(context, {
      name: "web",
      namespace: "default",
      chart,
      values: {},
      waitStrategy: "watcher",
    });
    await gone.promise;
    await makeReady(world.client);
    const record = await installing;
    assert.equal(record.info.status, "deployed");
    assert.equal((await world.context.storage.get("web", 1)).info.status, "deployed");
  });
}

async function makeReady(client: ReturnType<typeof createClient>): Promise<void> {
  const reference = { apiVersion: "apps/v1", kind: "Deployment", namespace: "default", name: "web" };
  const conditions = [
    { type: "Available", status: "True", reason: "MinimumReplicasAvailable", message: "" },
    { type: "Progressing", status: "True", reason: "NewReplicaSetAvailable", message: "" },
  ];
  const ready = {
    observedGeneration: 1,
    replicas: 1,
    readyReplicas: 1,
    availableReplicas: 1,
    updatedReplicas: 1,
    conditions,
  };
  await client.patch(reference, { status: ready }, { type: "merge", subresource: "status", fieldManager: "tests" });
}
