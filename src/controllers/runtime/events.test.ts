import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import type { KubeObject } from "../../api/index.ts";
import { createCluster } from "../../cluster/index.ts";
import { createClient } from "../../kube/index.ts";
import { createEventRecorder } from "./events.ts";

async function open(t: TestContext) {
  const cluster = createCluster();
  t.after(() => cluster.close());
  const writing = { now: 0, most: 0 };
  const client = createClient({
    server: "http://cluster.test",
    fetch: async (request) => {
      const isWrite = new URL(request.url).pathname.endsWith("/events");
      if (!isWrite || request.method === "GET") return await cluster.fetch(request);
      writing.now += 1;
      writing.most = Math.max(writing.most, writing.now);
      try {
        return await cluster.fetch(request);
      } finally {
        writing.now -= 1;
      }
    },
  });
  const recorder = createEventRecorder({
    client,
    component: "helm-controller",
    now: () => new Date(0),
    log: { info: () => {}, error: (message) => assert.fail(message) },
    signal: new AbortController().signal,
  });
  const written = async () => (await client.list<KubeObject>({ apiVersion: "v1", kind: "Event" })).items;
  return { recorder, writing, written };
}

const objectNamed = (name: string): KubeObject => ({
  apiVersion: "helm.toolkit.fluxcd.io/v2",
  kind: "HelmRelease",
  metadata: { name, namespace: "default", uid: `uid-${name}` },
});
const event = (message: string) => ({ type: "Normal", reason: "InstallSucceeded", message }) as const;

test("createEventRecorder() writes the events of many objects beside each other, a few at once", async (t) => {
  const { recorder, writing, written } = await open(t);
  for (let index = 0; index < 40; index += 1) recorder.record(objectNamed(`web-${index}`), event("done"));
  await recorder.flush();
  assert.equal((await written()).length, 40);
  assert.equal(writing.most, 4);
});

test("createEventRecorder() writes one object's events in the order in which they were recorded", async (t) => {
  const { recorder, writing, written } = await open(t);
  const messages = Array.from({ length: 20 }, (_, index) => `step ${index}`);
  for (const message of messages) recorder.record(objectNamed("web"), event(message));
  await recorder.flush();
  assert.equal(writing.most, 1);
  const versions = (await written()).toSorted(
    (a, b) => Number(a.metadata.resourceVersion) - Number(b.metadata.resourceVersion),
  );
  assert.deepEqual(
    versions.map(({ message }) => message),
    messages,
  );
});

test("createEventRecorder() counts an equal event on the first, and not what differs in one word", async (t) => {
  const { recorder, written } = await open(t);
  for (const message of ["a", "b", "a", "a"]) recorder.record(objectNamed("web"), event(message));
  await recorder.flush();
  const counts = (await written()).map(({ message, count }) => [message, count]);
  assert.deepEqual(counts.toSorted(), [
    ["a", 3],
    ["b", 1],
  ]);
});
