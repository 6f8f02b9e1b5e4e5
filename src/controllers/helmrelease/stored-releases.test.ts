import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import type { KubeObject } from "../../api/index.ts";
import { createCluster } from "../../cluster/index.ts";
import { createClient, createWatchCache } from "../../kube/index.ts";
import { createSecretStorage, type ReleaseRecord, type ReleaseStatus } from "../../release/index.ts";
import type { StoredRelease } from "./decide.ts";
import { openStoredReleases } from "./stored-releases.ts";

const now = (): Date => new Date(0);

function revision(version: number, status: ReleaseStatus): ReleaseRecord {
  return {
    name: "web",
    namespace: "default",
    version,
    info: { status },
    chart: { metadata: null, lock: null, templates: null, values: null, schema: null, schemamodtime: "", files: null },
    manifest: "",
    hooks: [],
    labels: {},
  };
}

const summarize = (records: readonly ReleaseRecord[]): readonly StoredRelease[] =>
  records.map(({ version, info }) => ({
    version,
    status: info.status,
    chartName: "web",
    chartVersion: "1.0.0",
    configDigest: "",
    snapshotDigest: "",
  }));

async function open(t: TestContext) {
  const cluster = createCluster();
  const asked: string[] = [];
  const client = createClient({
    server: "http://cluster.test",
    fetch: (request) => {
      const { pathname, searchParams } = new URL(request.url);
      if (pathname.includes("/secrets") && !searchParams.has("watch")) asked.push(request.method);
      return cluster.fetch(request);
    },
  });
  const cache = createWatchCache({ client });
  const releases = await openStoredReleases(cache, client);
  t.after(async () => {
    await cache[Symbol.asyncDispose]();
    await cluster.close();
  });
  asked.length = 0;
  const outside = createSecretStorage({
    client: createClient({ server: "http://cluster.test", fetch: cluster.fetch }),
    namespace: "default",
    now,
  });
  const secrets = await cache.kind(
    { apiVersion: "v1", kind: "Secret" },
    { labelSelector: "owner=helm", metadataOnly: true },
  );
  const pass = () => releases.open({ client, namespace: "default", name: "web", now });
  return { asked, outside, secrets, pass, client, releases };
}

const versions = (all: readonly StoredRelease[]): readonly string[] =>
  all.map(({ version, status }) => `${version} ${status}`);

test("openStoredReleases() reads storage once, and not again while nothing changes", async (t) => {
  const { asked, outside, pass } = await open(t);
  await outside.create(revision(1, "deployed"));
  assert.deepEqual(versions(await pass().recall("", summarize)), ["1 deployed"]);
  asked.length = 0;
  // The watch may be behind for a moment, which costs one more look.
  await pass().recall("", summarize);
  asked.length = 0;
  assert.deepEqual(versions(await pass().recall("", summarize)), ["1 deployed"]);
  assert.deepEqual(asked, []);
});

test("openStoredReleases() knows of its own writes at once, without a look", async (t) => {
  const { asked, pass } = await open(t);
  const first = pass();
  assert.deepEqual(await first.recall("", summarize), []);
  await first.storage.create(revision(1, "pending-install"));
  await first.storage.update(revision(1, "deployed"));
  asked.length = 0;
  assert.deepEqual(versions(await first.recall("", summarize)), ["1 deployed"]);
  assert.deepEqual(versions(await pass().recall("", summarize)), ["1 deployed"]);
  assert.deepEqual(asked, []);
});

test("openStoredReleases() reads again when somebody else has written", async (t) => {
  const { outside, secrets, pass } = await open(t);
  const ours = pass();
  await ours.storage.create(revision(1, "deployed"));
  await ours.recall("", summarize);
  const told = new Promise<void>((resolve) => {
    secrets.subscribe(({ object }) => {
      if (object.metadata.name === "sh.helm.release.v1.web.v2") resolve();
    });
  });
  await outside.create(revision(2, "deployed"));
  await told;
  assert.deepEqual(versions(await ours.recall("", summarize)), ["2 deployed", "1 deployed"]);
  assert.deepEqual(versions(await pass().recall("", summarize)), ["2 deployed", "1 deployed"]);
});

test("openStoredReleases() keeps nothing for a client that is not the controller's own", async (t) => {
  const { asked, releases, client } = await open(t);
  const acting = { ...client };
  const pass = () => releases.open({ client: acting, namespace: "default", name: "web", now });
  await pass().recall("", summarize);
  asked.length = 0;
  await pass().recall("", summarize);
  assert.deepEqual(asked, ["GET"]);
});

test("openStoredReleases() writes sixteen records at once, however many there are to write", async (t) => {
  const { releases, client } = await open(t);
  const writing = { now: 0, most: 0 };
  const counting = {
    ...client,
    create: async <T extends KubeObject>(object: T) => {
      writing.now += 1;
      writing.most = Math.max(writing.most, writing.now);
      const created = await client.create(object);
      writing.now -= 1;
      return created;
    },
  };
  const names = Array.from({ length: 40 }, (_, index) => `web-${index}`);
  await Promise.all(
    names.map((name) =>
      releases
        .open({ client: counting, namespace: "default", name, now })
        .storage.create({ ...revision(1, "deployed"), name }),
    ),
  );
  assert.equal(writing.most, 16);
});
