import assert from "node:assert/strict";
import { test } from "node:test";
import { findCondition, OCIRepository } from "../../api/index.ts";
import { serve } from "../../base/node/serve.ts";
import { writeTarGz } from "../../base/node/tar.ts";
import { openRegistryFolder, openRepository, parseReference } from "../../oci/index.ts";
import { temporaryFolder } from "../../oci/testing/registry.ts";
import { pushChart } from "../../sources/index.ts";
import { startWorld } from "../source/testing/world.ts";

/** What a registry may do to the second version of an artifact, by the name of the repository. */
const tricks: Readonly<
  Record<string, { readonly part: "manifests" | "blobs"; readonly answer: (own: Response) => Response }>
> = {
  "other-manifest": { part: "manifests", answer: () => new Response('{"layers":[]}', { headers: manifestType }) },
  "html-manifest": { part: "manifests", answer: () => new Response("<html>", { headers: manifestType }) },
  "endless-manifest": { part: "manifests", answer: () => new Response(endless(), { headers: manifestType }) },
  "broken-manifest": { part: "manifests", answer: () => new Response("no", { status: 500 }) },
  "other-blob": { part: "blobs", answer: () => new Response("other") },
  "endless-blob": { part: "blobs", answer: () => new Response(endless()) },
  "redirected-blob": {
    part: "blobs",
    answer: () => new Response(null, { status: 307, headers: { location: "file:///etc/passwd" } }),
  },
  "dripping-blob": { part: "blobs", answer: (own) => new Response(dripping(), { headers: own.headers }) },
};
const manifestType = { "content-type": "application/vnd.oci.image.manifest.v1+json" };

function endless(): ReadableStream<Uint8Array> {
  return new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(1 << 16)) });
}

/** Begins and never goes on. */
function dripping(): ReadableStream<Uint8Array> {
  return new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array(1)) });
}

test("OCIRepository: whatever a registry does, the last good artifact stays, and others go on", async (t) => {
  const registry = await openRegistryFolder({ directory: await temporaryFolder(t) });
  const push = async (name: string, version: string): Promise<string> => {
    const repository = openRepository(parseReference(`registry.test/${name}`), {
      fetch: registry.fetch,
      plainHttp: true,
    });
    const metadata = { apiVersion: "v2", name, version };
    const archive = writeTarGz([{ path: `${name}/Chart.yaml`, content: JSON.stringify(metadata) }]);
    return (await pushChart(repository, { archive, metadata, created: new Date(0) })).manifest.digest;
  };
  let isHostile = false;
  const server = await serve(async (request) => {
    const own = await registry.fetch(request);
    const [, , name = "", part] = new URL(request.url).pathname.split("/");
    const trick = tricks[name];
    const isPlayed = isHostile && trick !== undefined && trick.part === part && request.method === "GET";
    return isPlayed ? trick.answer(own) : own;
  });
  t.after(() => server.close());

  const world = await startWorld(t);
  const names = [...Object.keys(tricks), "honest"];
  const good = new Map<string, string>();
  for (const name of names) {
    good.set(name, `1.0.0@${await push(name, "1.0.0")}`);
    await world.create(OCIRepository, name, {
      url: `oci://127.0.0.1:${server.port}/${name}`,
      interval: "1h",
      ref: { semver: "*" },
      // The one that drips is given up by its own limit; nothing else here takes time.
      timeout: name.startsWith("dripping") ? "500ms" : "60s",
    });
  }
  for (const [name, revision] of good)
    await world.until<OCIRepository>(OCIRepository, name, ({ status }) => status?.artifact?.revision === revision);

  isHostile = true;
  for (const name of names) {
    await push(name, "2.0.0");
    await world.ask(OCIRepository, name);
  }
  await world.until<OCIRepository>(
    OCIRepository,
    "honest",
    ({ status }) => status?.artifact?.revision.startsWith("2.0.0@") === true,
  );
  for (const name of Object.keys(tricks)) {
    const failed = await world.until<OCIRepository>(
      OCIRepository,
      name,
      ({ status }) => findCondition(status?.conditions, "FetchFailed") !== undefined,
    );
    const { conditions, artifact } = failed.status ?? {};
    assert.equal(findCondition(conditions, "FetchFailed")?.reason, "OCIArtifactPullFailed", name);
    assert.equal(findCondition(conditions, "Ready")?.status, "False", name);
    assert.equal(artifact?.revision, good.get(name), name);
    assert.ok(artifact && (await world.store.read(artifact)).byteLength > 0, name);
  }
});
