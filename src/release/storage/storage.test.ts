import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { createCluster } from "../../cluster/index.ts";
import { type Client, createClient } from "../../kube/index.ts";
import { decodeRecord } from "../codec.ts";
import { encodeRecordJson } from "../encode.ts";
import { ReleaseError } from "../errors.ts";
import { type ReleaseRecord, withStatus } from "../record.ts";
import { createConfigMapStorage, createSecretStorage } from "./drivers.ts";
import { createRevision, deployedRelease, deployedReleases, lastRelease } from "./history.ts";
import { createMemoryStorage } from "./memory-driver.ts";
import { observeStorage } from "./observer.ts";
import type { Storage } from "./types.ts";

const now = (): Date => new Date("2026-11-25T10:00:00.500Z");
const recordings: readonly { readonly release: string }[] = JSON.parse(
  readFileSync(new URL("../testdata/helm-records.json", import.meta.url), "utf8"),
);
const sample = decodeRecord(recordings[0]?.release ?? "");

function revision(
  version: number,
  status: ReleaseRecord["info"]["status"] = "superseded",
  name = "demo",
): ReleaseRecord {
  return withStatus({ ...sample, name, version, labels: { team: "blue" } }, status);
}

function createTestClient(): Client {
  return createClient({ fetch: createCluster({ now }).fetch, server: "http://cluster.local" });
}

const drivers: readonly { readonly name: string; readonly create: () => Storage }[] = [
  { name: "Secret", create: () => createSecretStorage({ client: createTestClient(), namespace: "default", now }) },
  {
    name: "ConfigMap",
    create: () => createConfigMapStorage({ client: createTestClient(), namespace: "default", now }),
  },
  { name: "Memory", create: () => createMemoryStorage({ now }) },
];

const is = (code: string, message: string) => (error: unknown) => {
  assert.ok(error instanceof ReleaseError);
  assert.deepEqual({ code: error.code, message: error.message }, { code, message });
  return true;
};

for (const { name, create } of drivers) {
  describe(`the ${name} storage`, () => {
    test("get() gives back what create() stored, with the user's labels", async () => {
      const storage = create();
      await storage.create(revision(1));
      const record = await storage.get("demo", 1);
      assert.equal(encodeRecordJson(record), encodeRecordJson(revision(1)));
      assert.deepEqual(record.labels, { team: "blue" });
    });

    test("create() refuses a revision that is there", async () => {
      const storage = create();
      await storage.create(revision(1));
      await assert.rejects(storage.create(revision(1)), is("AlreadyExists", "release: already exists"));
    });

    test("get(), delete() and history() say when there is nothing", async () => {
      const storage = create();
      const nothing = is("NotFound", "release: not found");
      await assert.rejects(storage.get("demo", 1), nothing);
      await assert.rejects(storage.delete("demo", 1), nothing);
      await assert.rejects(storage.history("demo"), nothing);
      assert.deepEqual(await storage.list(), []);
    });

    test("history() gives the revisions of one release with every label, and filters by status", async () => {
      const storage = create();
      await storage.create(revision(1));
      await storage.create(revision(2, "deployed"));
      await storage.create(revision(1, "deployed", "other"));
      const all = await storage.history("demo");
      assert.deepEqual(all.map(({ version }) => version).toSorted(), [1, 2]);
      assert.deepEqual(all.find(({ version }) => version === 2)?.labels, {
        createdAt: "1795600800",
        name: "demo",
        owner: "helm",
        status: "deployed",
        team: "blue",
        version: "2",
      });
      assert.deepEqual(
        (await storage.history("demo", { status: "deployed" })).map(({ version }) => version),
        [2],
      );
      assert.equal((await storage.list()).length, 3);
    });

    test("update() rebuilds the labels, so that createdAt goes", async () => {
      const storage = create();
      await storage.create(revision(1, "pending-install"));
      await storage.update(revision(1, "deployed"));
      const [record] = await storage.history("demo");
      assert.equal(record?.info.status, "deployed");
      assert.deepEqual(Object.keys(record?.labels ?? {}).toSorted(), [
        "modifiedAt",
        "name",
        "owner",
        "status",
        "team",
        "version",
      ]);
    });

    test("delete() gives what it removed", async () => {
      const storage = create();
      await storage.create(revision(1, "failed"));
      assert.equal((await storage.delete("demo", 1)).info.status, "failed");
      await assert.rejects(storage.get("demo", 1), is("NotFound", "release: not found"));
    });

    test("lastRelease() and deployedRelease() choose by revision", async () => {
      const storage = create();
      await storage.create(revision(9, "deployed"));
      await assert.rejects(
        deployedRelease(storage, "other"),
        is("NoDeployedReleases", '"other" has no deployed releases'),
      );
      await storage.create(revision(10, "failed"));
      assert.equal((await lastRelease(storage, "demo")).version, 10);
      assert.equal((await deployedRelease(storage, "demo")).version, 9);
      assert.deepEqual(await deployedReleases(storage, "other"), []);
    });

    test("createRevision() prunes the oldest revisions first, and never the deployed one", async () => {
      const storage = create();
      await storage.create(revision(1, "deployed"));
      for (const version of [2, 3, 4]) await storage.create(revision(version, "failed"));
      await createRevision(storage, revision(5, "pending-upgrade"), { maxHistory: 3 });
      const kept = (await storage.history("demo")).map(({ version }) => version).toSorted();
      assert.deepEqual(kept, [1, 4, 5]);
    });

    test("createRevision() keeps everything without a limit", async () => {
      const storage = create();
      for (const version of [1, 2, 3]) await createRevision(storage, revision(version), { maxHistory: 0 });
      assert.equal((await storage.history("demo")).length, 3);
    });

    test("observeStorage() reports what was stored, replaced and removed, after it was", async () => {
      const seen: string[] = [];
      const storage = observeStorage(create(), ({ version, info }) => seen.push(`${version} ${info.status}`));
      await storage.create(revision(1, "pending-install"));
      await assert.rejects(storage.create(revision(1, "failed")));
      await storage.update(revision(1, "deployed"));
      await storage.delete("demo", 1);
      assert.deepEqual(seen, ["1 pending-install", "1 deployed", "1 deployed"]);
    });
  });
}

test("createSecretStorage() writes the object that Helm writes", async () => {
  const client = createTestClient();
  await createSecretStorage({ client, namespace: "default", now }).create(revision(3, "deployed"));
  const secret = await client.get({
    apiVersion: "v1",
    kind: "Secret",
    namespace: "default",
    name: "sh.helm.release.v1.demo.v3",
  });
  assert.equal(secret.type, "helm.sh/release.v1");
  const data = secret.data as { readonly release: string };
  assert.deepEqual(Object.keys(data), ["release"]);
  const text = Buffer.from(data.release, "base64").toString("latin1");
  assert.equal(encodeRecordJson(decodeRecord(text)), encodeRecordJson(revision(3, "deployed")));
});

test("createSecretStorage() skips what it cannot decode, and get() says so", async () => {
  const client = createTestClient();
  const storage = createSecretStorage({ client, namespace: "default", now });
  await storage.create(revision(1, "deployed"));
  await client.create({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "sh.helm.release.v1.demo.v2", namespace: "default", labels: { name: "demo", owner: "helm" } },
    data: { release: Buffer.from("nonsense!").toString("base64") },
  });
  assert.deepEqual(
    (await storage.history("demo")).map(({ version }) => version),
    [1],
  );
  await assert.rejects(
    storage.get("demo", 2),
    is(
      "Corrupt",
      'get: failed to decode data "sh.helm.release.v1.demo.v2": cannot read a release record: it is not base64',
    ),
  );
});

test("createSecretStorage() lists the releases of every namespace when it has none", async () => {
  const client = createTestClient();
  for (const namespace of ["default", "kube-system"]) {
    await createSecretStorage({ client, namespace, now }).create(revision(1, "deployed", `in-${namespace}`));
  }
  const everywhere = await createSecretStorage({ client, namespace: "", now }).list({ labelSelector: "team=blue" });
  assert.deepEqual(everywhere.map(({ name }) => name).toSorted(), ["in-default", "in-kube-system"]);
});
