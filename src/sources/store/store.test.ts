import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { SourceError } from "../errors.ts";
import { openArtifactStore } from "./store.ts";
import { serveArtifacts } from "./serve.ts";

const owner = { kind: "GitRepository", namespace: "flux-system", name: "podinfo" };
const text = (content: string): Uint8Array => new TextEncoder().encode(content);

async function openStore(t: TestContext) {
  const root = await mkdtemp(join(tmpdir(), "cox-store-"));
  t.after(() => rm(root, { recursive: true, force: true }));
  const clock = { at: new Date("2026-11-25T10:00:00.500Z") };
  const store = await openArtifactStore({ root, address: "source-controller.flux-system.svc.", now: () => clock.at });
  return { root, store, clock };
}

test("ArtifactStore.write() describes the stored file as status.artifact does", async (t) => {
  const { store, root } = await openStore(t);
  const artifact = await store.write({ owner, name: "a.tar.gz", revision: "main@sha1:aa", content: text("hello") });
  assert.deepEqual(artifact, {
    digest: "sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824",
    path: "gitrepository/flux-system/podinfo/a.tar.gz",
    url: "http://source-controller.flux-system.svc./gitrepository/flux-system/podinfo/a.tar.gz",
    revision: "main@sha1:aa",
    size: 5,
    lastUpdateTime: "2026-11-25T10:00:00Z",
  });
  assert.deepEqual(await readdir(join(root, "gitrepository/flux-system/podinfo")), ["a.tar.gz"]);
  assert.deepEqual(await store.read(artifact), Buffer.from("hello"));
});

test("ArtifactStore.write() makes the digests that are asked for, and read() knows those of others", async (t) => {
  const { store, root } = await openStore(t);
  const other = await openArtifactStore({ root, digestAlgorithm: "sha512" });
  const file = { owner, revision: "r", content: text("hello") };
  const [long, short] = [await other.write({ ...file, name: "a" }), await store.write({ ...file, name: "b" })];
  assert.match(long.digest, /^sha512:9b71d224bd62f378/);
  for (const reader of [store, other])
    for (const artifact of [long, short]) {
      assert.equal(await reader.check(artifact), "present");
      assert.deepEqual(await reader.read(artifact), Buffer.from("hello"));
    }
  await assert.rejects(store.read({ ...long, digest: `md5:${"0".repeat(32)}` }), { code: "ArtifactChanged" });
});

test("ArtifactStore.write() leaves nothing behind when its content fails", async (t) => {
  const { store, root } = await openStore(t);
  async function* broken(): AsyncIterable<Uint8Array> {
    yield text("half");
    throw new Error("the line went dead");
  }
  await assert.rejects(store.write({ owner, name: "a", revision: "r", content: broken() }), /went dead/);
  assert.deepEqual(await readdir(join(root, "gitrepository/flux-system/podinfo")), []);
});

for (const name of ["../x", "a/../../x", "", ".", "..", "a\\b", "a\0b"])
  test(`ArtifactStore.write() refuses the file name ${JSON.stringify(name)}`, async (t) => {
    const { store } = await openStore(t);
    const writing = store.write({ owner, name, revision: "r", content: text("x") });
    await assert.rejects(writing, (error) => error instanceof SourceError && error.code === "InvalidPath");
  });

test("ArtifactStore.check() tells present, changed and missing apart", async (t) => {
  const { store, root } = await openStore(t);
  const artifact = await store.write({ owner, name: "a", revision: "r", content: text("one") });
  assert.equal(await store.check(artifact), "present");
  await writeFile(join(root, artifact.path), "two");
  assert.equal(await store.check(artifact), "changed");
  await assert.rejects(store.read(artifact), /^SourceError: computed digest doesn't match 'sha256:7692/);
  await store.discard(artifact);
  assert.equal(await store.check(artifact), "missing");
});

test("openArtifactStore() verifies files of an earlier process", async (t) => {
  const { store, root } = await openStore(t);
  const artifact = await store.write({ owner, name: "a", revision: "r", content: text("one") });
  assert.equal(await (await openArtifactStore({ root })).check(artifact), "present");
  await writeFile(join(root, artifact.path), "two");
  assert.equal(await (await openArtifactStore({ root })).check(artifact), "changed");
});

test("ArtifactStore.collect() keeps the current file and its link", async (t) => {
  const { store, root, clock } = await openStore(t);
  await store.write({ owner, name: "1", revision: "1", content: text("1") });
  clock.at = new Date("2026-11-25T10:05:00Z");
  const current = await store.write({ owner, name: "2", revision: "2", content: text("2") });
  assert.match(await store.link(current, "latest.tar.gz"), /\/podinfo\/latest\.tar\.gz$/);
  assert.deepEqual(await store.collect(current), ["1"]);
  assert.deepEqual(await readdir(join(root, "gitrepository/flux-system/podinfo")), ["2", "latest.tar.gz"]);
});

test("ArtifactStore.remove() removes the owner's folder", async (t) => {
  const { store, root } = await openStore(t);
  await store.write({ owner, name: "1", revision: "1", content: text("1") });
  assert.equal(await store.remove(owner), true);
  assert.equal(await store.remove(owner), false);
  assert.deepEqual(await readdir(join(root, "gitrepository/flux-system")), []);
});

test("serveArtifacts() serves files, links and listings, and advertises where it listens", async (t) => {
  const { store } = await openStore(t);
  await using server = await serveArtifacts(store);
  const artifact = await store.write({ owner, name: "sha256:a b.tgz", revision: "1", content: text("hello") });
  assert.equal(artifact.url, `${server.url}/gitrepository/flux-system/podinfo/sha256:a b.tgz`);
  const answer = await fetch(artifact.url);
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get("content-length"), "5");
  assert.equal(await answer.text(), "hello");
  assert.equal(await (await fetch(await store.link(artifact, "latest.tar.gz"))).text(), "hello");
  assert.match(
    await (await fetch(`${server.url}/gitrepository/flux-system/`)).text(),
    /<a href="podinfo\/">podinfo\/</,
  );
  const since = answer.headers.get("last-modified") ?? "";
  assert.equal((await fetch(artifact.url, { headers: { "if-modified-since": since } })).status, 304);
});

test("ArtifactStore.fetch() reaches nothing outside of its folder", async (t) => {
  const { store, root } = await openStore(t);
  const secret = join(root, "..", `cox-secret-${process.pid}`);
  await writeFile(secret, "secret");
  t.after(() => rm(secret, { force: true }));
  await store.write({ owner, name: "a", revision: "1", content: text("x") });
  await symlink(secret, join(root, "gitrepository/flux-system/podinfo/out"));
  const paths = [
    `/..%2fcox-secret-${process.pid}`,
    `/%2e%2e/cox-secret-${process.pid}`,
    "/gitrepository/flux-system/podinfo/out",
    "/gitrepository/flux-system/podinfo/%00",
    "/gitrepository/flux-system/podinfo/%zz",
    "/nothing",
  ];
  for (const path of paths) {
    const answer = await store.fetch(new Request(`http://localhost${path}`));
    assert.equal(answer.status, 404, path);
  }
  assert.equal((await store.fetch(new Request("http://localhost/", { method: "DELETE" }))).status, 405);
  assert.equal(await readFile(secret, "utf8"), "secret");
});
