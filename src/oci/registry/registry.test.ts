import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { temporaryFolder } from "../testing/registry.ts";
import { mediaTypes } from "../types.ts";
import { openRegistryFolder, type Registry, type RegistryLimits } from "./registry.ts";

const bytes = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);
const digestOf = (content: Uint8Array | string, algorithm = "sha256"): string =>
  `${algorithm}:${createHash(algorithm).update(content).digest("hex")}`;

interface World {
  readonly directory: string;
  readonly registry: Registry;
  /** `ask("GET /v2/")` → the answer; its body is read already. */
  readonly ask: Ask;
}
type Ask = (
  line: string,
  options?: { readonly body?: BodyInit; readonly headers?: Record<string, string> },
) => Promise<{ readonly status: number; readonly headers: Headers; readonly text: string; readonly code: string }>;

async function open(
  t: TestContext,
  limits: Partial<RegistryLimits> = {},
  now: () => Date = () => new Date(),
): Promise<World> {
  const directory = await temporaryFolder(t);
  const registry = await openRegistryFolder({ directory, limits, now });
  return { directory, registry, ask: asking(registry) };
}

function asking(registry: Registry): Ask {
  return async (line, { body, headers = {} } = {}) => {
    const [method = "GET", path = "/"] = line.split(" ");
    const init = { method, headers, ...(body === undefined ? {} : { body, duplex: "half" }) } as RequestInit;
    const answer = await registry.fetch(new Request(`http://registry${path}`, init));
    const text = await answer.text();
    const code = /"code":"([A-Z_]+)"/.exec(text)?.[1] ?? "";
    return { status: answer.status, headers: answer.headers, text, code };
  };
}

async function pushBlob(ask: Ask, repository: string, content: string): Promise<string> {
  const digest = digestOf(content);
  const done = await ask(`POST /v2/${repository}/blobs/uploads/?digest=${digest}`, { body: bytes(content) });
  assert.equal(done.status, 201, done.text);
  return digest;
}

async function pushImage(ask: Ask, name: string, tag: string, more: Record<string, unknown> = {}): Promise<string> {
  const config = { mediaType: "application/x.config", digest: await pushBlob(ask, name, "{}"), size: 2 };
  const layer = { mediaType: "application/x.layer", digest: await pushBlob(ask, name, "layer"), size: 5 };
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    config,
    layers: [layer],
    ...more,
  });
  const headers = { "content-type": mediaTypes.manifest };
  const done = await ask(`PUT /v2/${name}/manifests/${tag}`, { body: manifest, headers });
  assert.equal(done.status, 201, done.text);
  assert.equal(done.headers.get("docker-content-digest"), digestOf(manifest));
  return digestOf(manifest);
}

test("Registry: a blob comes back whole, and in parts", async (t) => {
  const { ask } = await open(t);
  const digest = await pushBlob(ask, "web", "hello world");
  const path = `/v2/web/blobs/${digest}`;
  const whole = await ask(`GET ${path}`);
  assert.deepEqual([whole.text, whole.headers.get("docker-content-digest")], ["hello world", digest]);
  const head = await ask(`HEAD ${path}`);
  assert.deepEqual([head.status, head.headers.get("content-length"), head.text], [200, "11", ""]);
  const parts = [
    ["bytes=0-4", 206, "hello", "bytes 0-4/11"],
    ["bytes=6-", 206, "world", "bytes 6-10/11"],
    ["bytes=-5", 206, "world", "bytes 6-10/11"],
    ["bytes=6-999", 206, "world", "bytes 6-10/11"],
    ["bytes=0-0,2-3", 200, "hello world", null],
    ["lines=1-2", 200, "hello world", null],
  ] as const;
  for (const [range, status, text, contentRange] of parts) {
    const part = await ask(`GET ${path}`, { headers: { range } });
    assert.deepEqual([part.status, part.text, part.headers.get("content-range")], [status, text, contentRange], range);
  }
  assert.equal((await ask(`GET ${path}`, { headers: { range: "bytes=11-" } })).status, 416);
  assert.equal((await ask(`GET /v2/other/blobs/${digest}`)).code, "BLOB_UNKNOWN");
});

test("Registry: an upload grows by chunks in their order, and goes on after a restart", async (t) => {
  const { ask, directory } = await open(t);
  const started = await ask("POST /v2/web/blobs/uploads/");
  assert.equal(started.status, 202);
  const location = started.headers.get("location") ?? "";
  const first = await ask(`PATCH ${location}`, { body: bytes("hello "), headers: { "content-range": "0-5" } });
  assert.deepEqual([first.status, first.headers.get("range")], [202, "0-5"]);
  const twice = await ask(`PATCH ${location}`, { body: bytes("hello "), headers: { "content-range": "0-5" } });
  assert.deepEqual([twice.status, twice.headers.get("range")], [416, "0-5"]);
  const short = await ask(`PATCH ${location}`, { body: bytes("wor"), headers: { "content-range": "6-10" } });
  assert.deepEqual([short.status, short.code], [400, "SIZE_INVALID"]);

  const again = asking(await openRegistryFolder({ directory }));
  const state = await again(`GET ${location}`);
  assert.deepEqual([state.status, state.headers.get("range")], [204, "0-5"]);
  assert.equal((await again(`GET ${location.replace("/web/", "/other/")}`)).code, "BLOB_UPLOAD_UNKNOWN");
  const streamed = await again(`PATCH ${location}`, { body: bytes("wor") });
  assert.equal(streamed.headers.get("range"), "0-8");
  const digest = digestOf("hello world");
  const done = await again(`PUT ${location}?digest=${digest}`, {
    body: bytes("ld"),
    headers: { "content-range": "9-10" },
  });
  assert.deepEqual([done.status, done.headers.get("location")], [201, `/v2/web/blobs/${digest}`]);
  assert.equal((await again(`GET ${location}`)).status, 404);
  assert.equal((await again(`GET /v2/web/blobs/${digest}`)).text, "hello world");
});

test("Registry: a chunk that breaks off leaves the upload as it was", async (t) => {
  const { ask } = await open(t);
  const location = (await ask("POST /v2/web/blobs/uploads/")).headers.get("location") ?? "";
  await ask(`PATCH ${location}`, { body: bytes("hello") });
  const broken = new ReadableStream({
    pull(controller) {
      if (controller.desiredSize === 1) controller.enqueue(bytes(" wor"));
      controller.error(new Error("gone"));
    },
  });
  await ask(`PATCH ${location}`, { body: broken });
  assert.equal((await ask(`GET ${location}`)).headers.get("range"), "0-4");
});

test("Registry: bytes with another digest are not kept", async (t) => {
  const { ask, directory } = await open(t);
  const wrong = digestOf("other");
  const done = await ask(`POST /v2/web/blobs/uploads/?digest=${wrong}`, { body: bytes("hello") });
  assert.deepEqual([done.status, done.code], [400, "DIGEST_INVALID"]);
  const location = (await ask("POST /v2/web/blobs/uploads/")).headers.get("location") ?? "";
  assert.equal((await ask(`PUT ${location}?digest=${wrong}`, { body: bytes("hello") })).code, "DIGEST_INVALID");
  assert.equal((await ask(`GET /v2/web/blobs/${wrong}`)).status, 404);
  assert.deepEqual(await readdir(join(directory, "uploads")), []);
  for (const bad of ["", "sha256:1", `md5:${"0".repeat(32)}`, "../../etc"])
    assert.equal((await ask(`PUT ${location}?digest=${bad}`)).code, "DIGEST_INVALID");
});

test("Registry: uploads are bounded in size and number, and given up after a while", async (t) => {
  let now = new Date("2026-01-01T00:00:00Z");
  const { ask, directory } = await open(t, { maxBlobSize: 8, maxUploads: 2, uploadLifetime: 1000 }, () => now);
  const first = (await ask("POST /v2/web/blobs/uploads/")).headers.get("location") ?? "";
  const tooLarge = await ask(`PATCH ${first}`, { body: bytes("123456789") });
  assert.deepEqual([tooLarge.status, tooLarge.code], [413, "SIZE_INVALID"]);
  await ask("POST /v2/web/blobs/uploads/");
  assert.equal((await ask("POST /v2/web/blobs/uploads/")).code, "TOOMANYREQUESTS");
  now = new Date(now.getTime() + 2000);
  assert.equal((await ask("POST /v2/web/blobs/uploads/")).status, 202);
  assert.equal((await readdir(join(directory, "uploads"))).length, 1);
  assert.equal((await ask(`GET ${first}`)).code, "BLOB_UPLOAD_UNKNOWN");
});

test("Registry: a blob is mounted from a repository that has it; else an upload begins", async (t) => {
  const { ask } = await open(t);
  const digest = await pushBlob(ask, "one", "hello");
  const mounted = await ask(`POST /v2/two/blobs/uploads/?mount=${digest}&from=one`);
  assert.deepEqual([mounted.status, mounted.headers.get("location")], [201, `/v2/two/blobs/${digest}`]);
  assert.equal((await ask(`GET /v2/two/blobs/${digest}`)).text, "hello");
  assert.equal((await ask(`POST /v2/three/blobs/uploads/?mount=${digest}&from=none`)).status, 202);
  assert.equal((await ask(`POST /v2/three/blobs/uploads/?mount=${digest}&from=../one`)).status, 202);
  assert.equal((await ask(`POST /v2/three/blobs/uploads/?mount=${digestOf("no")}&from=one`)).status, 202);
});

test("Registry: a manifest needs what it is made of", async (t) => {
  const { ask } = await open(t);
  const config = { mediaType: "application/x", digest: digestOf("{}"), size: 2 };
  const manifest = JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.manifest, config, layers: [] });
  const headers = { "content-type": mediaTypes.manifest };
  const refused = await ask("PUT /v2/web/manifests/1.0.0", { body: manifest, headers });
  assert.deepEqual([refused.status, refused.code], [404, "MANIFEST_BLOB_UNKNOWN"]);
  await pushBlob(ask, "web", "{}");
  assert.equal((await ask("PUT /v2/web/manifests/1.0.0", { body: manifest, headers })).status, 201);
  const other = await ask(`PUT /v2/web/manifests/${digestOf("x")}`, { body: manifest, headers });
  assert.equal(other.code, "DIGEST_INVALID");
  const sha512 = digestOf(manifest, "sha512");
  const tagged = await ask(`PUT /v2/web/manifests/${sha512}?tag=a&tag=b`, { body: manifest, headers });
  assert.equal(tagged.headers.get("oci-tag"), "a, b");
  assert.equal((await ask("HEAD /v2/web/manifests/b")).headers.get("docker-content-digest"), sha512);
  const huge = await ask("PUT /v2/web/manifests/huge", { body: new Uint8Array((4 << 20) + 1), headers });
  assert.deepEqual([huge.status, huge.code], [413, "MANIFEST_INVALID"]);
});

test("Registry: tags are listed in order and in pages", async (t) => {
  const { ask } = await open(t);
  for (const tag of ["b", "a", "C", "1.0.0"]) await pushImage(ask, "web", tag);
  const tags = async (query: string): Promise<unknown> =>
    JSON.parse((await ask(`GET /v2/web/tags/list${query}`)).text).tags;
  assert.deepEqual(await tags(""), ["1.0.0", "C", "a", "b"]);
  const page = await ask("GET /v2/web/tags/list?n=2");
  assert.equal(page.headers.get("link"), '</v2/web/tags/list?n=2&last=C>; rel="next"');
  assert.deepEqual(await tags("?n=2&last=C"), ["a", "b"]);
  assert.equal((await ask("GET /v2/web/tags/list?n=2&last=C")).headers.get("link"), null);
  assert.deepEqual(await tags("?n=0"), []);
  assert.deepEqual(await tags("?last=a"), ["b"]);
  assert.equal((await ask("GET /v2/web/tags/list?n=x")).status, 400);
  assert.equal((await ask("GET /v2/none/tags/list")).code, "NAME_UNKNOWN");
  assert.deepEqual(JSON.parse((await ask("GET /v2/_catalog")).text), { repositories: ["web"] });
});

test("Registry: what is about a manifest is listed, by its type if that is asked for", async (t) => {
  const { ask } = await open(t);
  const digest = await pushImage(ask, "web", "1.0.0");
  const subject = { mediaType: mediaTypes.manifest, digest, size: 1 };
  const signature = await pushImage(ask, "web", "sig", {
    subject,
    artifactType: "a/signature",
    annotations: { by: "me" },
  });
  await pushImage(ask, "web", "bill", { subject, artifactType: "a/bill" });
  const list = async (query = "") => {
    const answer = await ask(`GET /v2/web/referrers/${digest}${query}`);
    assert.equal(answer.headers.get("content-type"), mediaTypes.index);
    return { ...answer, manifests: JSON.parse(answer.text).manifests as readonly Record<string, unknown>[] };
  };
  assert.equal((await list()).manifests.length, 2);
  const filtered = await list("?artifactType=a/signature");
  assert.equal(filtered.headers.get("oci-filters-applied"), "artifactType");
  const [found] = filtered.manifests;
  assert.deepEqual(
    [found?.["digest"], found?.["artifactType"], found?.["annotations"]],
    [signature, "a/signature", { by: "me" }],
  );
  await ask(`DELETE /v2/web/manifests/${signature}`);
  assert.equal((await list()).manifests.length, 1);
  assert.equal((await ask(`GET /v2/none/referrers/${digest}`)).status, 200);
});

test("Registry: a tag goes alone, a manifest with its tags", async (t) => {
  const { ask } = await open(t);
  const digest = await pushImage(ask, "web", "1.0.0");
  await pushImage(ask, "web", "latest");
  assert.equal((await ask("DELETE /v2/web/manifests/latest")).status, 202);
  assert.equal((await ask("GET /v2/web/manifests/latest")).code, "MANIFEST_UNKNOWN");
  assert.equal((await ask("GET /v2/web/manifests/1.0.0")).status, 200);
  assert.equal((await ask(`DELETE /v2/web/manifests/${digest}`)).status, 202);
  assert.equal((await ask("GET /v2/web/manifests/1.0.0")).status, 404);
  assert.equal((await ask(`GET /v2/web/manifests/${digest}`)).status, 404);
  assert.equal((await ask(`DELETE /v2/web/manifests/${digest}`)).status, 404);
  assert.equal((await ask(`DELETE /v2/none/manifests/${digest}`)).code, "NAME_UNKNOWN");
  assert.equal((await ask("GET /v2/web/tags/list")).text, '{"name":"web","tags":[]}');
});

test("Registry: collect() frees what no repository has, and nothing that is young", async (t) => {
  let now = new Date();
  const { ask, registry, directory } = await open(t, {}, () => now);
  await pushImage(ask, "web", "1.0.0");
  const digest = await pushBlob(ask, "web", "unused");
  await pushBlob(ask, "other", "unused");
  const path = join(directory, "blobs/sha256", digest.slice(7, 9), digest.slice(7));
  now = new Date(now.getTime() + 24 * 60 * 60 * 1000);
  await ask(`DELETE /v2/web/blobs/${digest}`);
  assert.equal((await ask(`GET /v2/web/blobs/${digest}`)).status, 404);
  assert.equal(await registry.collect(), 0);
  await ask(`DELETE /v2/other/blobs/${digest}`);
  now = new Date();
  assert.equal(await registry.collect(), 0);
  now = new Date(now.getTime() + 24 * 60 * 60 * 1000);
  assert.equal(await registry.collect(), 6);
  assert.equal(existsSync(path), false);
  assert.equal((await ask("GET /v2/web/manifests/1.0.0")).status, 200);
});

test("Registry: what a crash left half written is not seen", async (t) => {
  const { ask, directory } = await open(t);
  await pushImage(ask, "web", "1.0.0");
  await writeFile(join(directory, "repositories/web/_tags/.a1b2c3.tmp"), "sha256:");
  await mkdir(join(directory, "uploads/0"), { recursive: true });
  await utimes(join(directory, "uploads/0"), 0, 0);
  const again = asking(await openRegistryFolder({ directory }));
  assert.equal((await again("GET /v2/web/tags/list")).text, '{"name":"web","tags":["1.0.0"]}');
  assert.deepEqual(await readdir(join(directory, "uploads")), []);
});

test("Registry: pages of other sites are not answered", async (t) => {
  const { ask } = await open(t);
  const refused = await ask("POST /v2/web/blobs/uploads/", { headers: { origin: "https://evil.example" } });
  assert.deepEqual([refused.status, refused.code], [403, "DENIED"]);
});

const wrong = [
  ["PUT /v2/", 405, "UNSUPPORTED"],
  ["GET /v2/web/blobs/uploads/", 405, "UNSUPPORTED"],
  ["PATCH /v2/web/manifests/1.0.0", 405, "UNSUPPORTED"],
  ["POST /v2/web/tags/list", 405, "UNSUPPORTED"],
  ["GET /", 404, "UNSUPPORTED"],
  ["GET /v2/UPPER/tags/list", 404, "NAME_INVALID"],
  ["GET /v2/web/blobs/sha256:..", 400, "DIGEST_INVALID"],
  ["GET /v2/web/referrers/x", 400, "DIGEST_INVALID"],
  ["POST /v2/web/blobs/uploads/?digest-algorithm=md5", 400, "DIGEST_INVALID"],
] as const;
for (const [line, status, code] of wrong)
  test(`Registry: ${line} is answered with ${status} ${code}`, async (t) => {
    const { ask } = await open(t);
    const answer = await ask(line);
    assert.deepEqual([answer.status, answer.code], [status, code]);
  });

test("Registry: many clients push the same and other blobs at once", async (t) => {
  const { ask, directory } = await open(t);
  const names = Array.from({ length: 24 }, (_, at) => `app${at % 3}`);
  await Promise.all(names.map((name, at) => pushImage(ask, name, `${at}.0.0`, { annotations: { at: String(at) } })));
  const tags = await Promise.all(["app0", "app1", "app2"].map((name) => ask(`GET /v2/${name}/tags/list`)));
  assert.equal(tags.flatMap(({ text }) => JSON.parse(text).tags).length, names.length);
  assert.deepEqual(await readdir(join(directory, "uploads")), []);
});

test("Registry: two requests do not write into one upload at once", async (t) => {
  const { ask } = await open(t);
  const location = (await ask("POST /v2/web/blobs/uploads/")).headers.get("location") ?? "";
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const slow = ask(`PATCH ${location}`, { body: readable });
  const writer = writable.getWriter();
  await writer.write(bytes("hel"));
  const second = await ask(`PATCH ${location}`, { body: bytes("xxx") });
  assert.deepEqual([second.status, second.code], [400, "BLOB_UPLOAD_INVALID"]);
  await writer.write(bytes("lo"));
  await writer.close();
  assert.equal((await slow).headers.get("range"), "0-4");
});
