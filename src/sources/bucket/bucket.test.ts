import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { createTransport } from "../http/transport.ts";
import { serve } from "../http/serve.ts";
import { isSignedWith } from "../testing/s3-signature.ts";
import { serveS3, type S3ServerOptions } from "../testing/s3-server.ts";
import { fetchBucket, indexBucket, revisionOf } from "./fetch-bucket.ts";
import { openS3Bucket, type S3Keys } from "./s3.ts";
import { documentOf } from "./xml-document.ts";

const keys = { accessKey: "AKIAEXAMPLE", secretKey: "a/secret+key" };

async function open(
  t: TestContext,
  server: Partial<S3ServerOptions>,
  given: S3Keys | undefined = keys,
  bucket = "apps",
) {
  const served = await serveS3({ buckets: {}, keys, ...server });
  t.after(() => served.close());
  const reader = openS3Bucket({
    endpoint: `127.0.0.1:${served.port}`,
    bucket,
    insecure: true,
    transport: createTransport(),
    signal: t.signal,
    ...(given === undefined ? {} : { keys: given }),
  });
  return { reader, requests: served.requests };
}

const objects = new Map([
  ["a.yaml", "a: 1\n"],
  ["dir/", ""],
  ["dir/b c+ü.yaml", "b: 1\n"],
  ["dir/logo.png", "png"],
  ["other.md", "text"],
]);

test("isSignedWith() accepts the example that Amazon publishes for its signatures", () => {
  const request = new Request("https://examplebucket.s3.amazonaws.com/test.txt", {
    headers: {
      authorization:
        "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
      host: "examplebucket.s3.amazonaws.com",
      range: "bytes=0-9",
      "x-amz-content-sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
      "x-amz-date": "20130524T000000Z",
    },
  });
  assert.equal(isSignedWith(request, "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"), true);
  assert.equal(isSignedWith(request, "another"), false);
});

test("openS3Bucket() lists page after page with signed requests, and asks for the region once", async (t) => {
  const { reader, requests } = await open(t, { buckets: { apps: objects }, pageSize: 2 });
  assert.equal(await reader.exists(), true);
  const found = await Array.fromAsync(reader.list(""));
  assert.deepEqual(
    found.map(({ key }) => key),
    [...objects.keys()],
  );
  assert.equal(requests.filter((request) => request.includes("location")).length, 1);
  const got = await reader.get("dir/b c+ü.yaml", 100);
  assert.equal(new TextDecoder().decode(got?.content), "b: 1\n");
  assert.equal(got?.etag, found.find(({ key }) => key === "dir/b c+ü.yaml")?.etag);
  assert.equal(await reader.get("none", 100), undefined);
  await assert.rejects(reader.get("a.yaml", 3), { code: "TooLarge" });
  // Another bucket's, which the keys may open, too.
  for (const key of ["../other/secret", "dir/../../other/secret", "."])
    await assert.rejects(reader.get(key, 100), { code: "InvalidPath" });
});

test("indexBucket() leaves out folders and what the rules name; there are no default rules", async (t) => {
  const cases: readonly { ignoreFile?: string; ignore?: string; prefix?: string; want: readonly string[] }[] = [
    { want: ["a.yaml", "dir/b c+ü.yaml", "dir/logo.png", "other.md"] },
    { ignore: "*.md\n", want: ["a.yaml", "dir/b c+ü.yaml", "dir/logo.png"] },
    { ignoreFile: "dir/\n", want: ["a.yaml", "other.md"] },
    { ignoreFile: "*.md\n", ignore: "!other.md\n", want: ["a.yaml", "dir/b c+ü.yaml", "dir/logo.png", "other.md"] },
    { prefix: "dir/", want: ["dir/b c+ü.yaml", "dir/logo.png"] },
  ];
  for (const { ignoreFile, want, ...options } of cases) {
    const apps = new Map([...objects, ...(ignoreFile === undefined ? [] : [[".sourceignore", ignoreFile] as const])]);
    const { reader } = await open(t, { buckets: { apps } });
    const index = await indexBucket(reader, { bucket: "apps", ...options });
    assert.deepEqual([...index.etags.keys()], want);
    const { tree, etags } = await fetchBucket(reader, index, { bucket: "apps" });
    const kept = ignoreFile === undefined ? want : [".sourceignore", ...want];
    assert.deepEqual(tree.files.map(({ path }) => path).toSorted(), [...kept].toSorted());
    assert.equal(revisionOf(etags), revisionOf(index.etags));
  }
});

test("revisionOf() is the digest of lines of keys and entity tags in the order of their bytes", () => {
  // printf 'B 2\na 1\n' | sha256sum
  const want = "sha256:f4b2324bea0b50cfc8952f67296beaee0ff2fe01cf6f01f11fb3dd32810a739a";
  const etags = new Map([
    ["a", "1"],
    ["B", "2"],
  ]);
  assert.equal(revisionOf(etags), want);
});

test("fetchBucket() leaves out what has gone since it was listed, and takes what has changed", async (t) => {
  const apps = new Map(objects);
  const { reader } = await open(t, { buckets: { apps } });
  const index = await indexBucket(reader, { bucket: "apps" });
  apps.delete("other.md");
  apps.set("a.yaml", "a: 2\n");
  const { tree, etags } = await fetchBucket(reader, index, { bucket: "apps" });
  assert.deepEqual(
    tree.files.map(({ path }) => path),
    ["a.yaml", "dir/b c+ü.yaml", "dir/logo.png"],
  );
  assert.notEqual(etags.get("a.yaml"), index.etags.get("a.yaml"));
  assert.equal(etags.has("other.md"), false);
});

test("no key of a bucket leaves the root", async () => {
  const apps = new Map([["x/%2e%2e/../../../etc/passwd", "x"]]);
  const fixed = {
    exists: async () => true,
    get: async () => ({ etag: "1", content: new Uint8Array() }),
    list: async function* () {
      for (const key of apps.keys()) yield { key, etag: "1" };
    },
  };
  const index = await indexBucket({ ...fixed, get: async () => undefined }, { bucket: "apps" });
  const { tree } = await fetchBucket(fixed, index, { bucket: "apps" });
  assert.deepEqual(
    tree.files.map(({ path }) => path),
    ["etc/passwd"],
  );
  apps.set("etc", "a file");
  const clash = await indexBucket({ ...fixed, get: async () => undefined }, { bucket: "apps" });
  await assert.rejects(fetchBucket(fixed, clash, { bucket: "apps" }), { code: "InvalidPath" });
});

test("openS3Bucket() refuses in the words of the client that Flux uses", async (t) => {
  const cases = [
    {
      given: { ...keys, secretKey: "wrong" },
      message: "failed to confirm existence of 'apps' bucket: Access Denied.",
    },
    { given: undefined, message: "failed to confirm existence of 'apps' bucket: Access Denied." },
    { bucket: "nope", message: "bucket 'nope' not found" },
    {
      bucket: "x",
      message: "failed to confirm existence of 'x' bucket: Bucket name cannot be shorter than 3 characters",
    },
    {
      bucket: "127.0.0.1",
      message: "failed to confirm existence of '127.0.0.1' bucket: Bucket name cannot be an ip address",
    },
  ];
  for (const { given, bucket = "apps", message } of cases) {
    const served = await serveS3({ buckets: { apps: objects }, keys });
    t.after(() => served.close());
    const reader = openS3Bucket({
      endpoint: `127.0.0.1:${served.port}`,
      bucket,
      insecure: true,
      region: "us-east-1",
      transport: createTransport(),
      signal: t.signal,
      ...(given === undefined ? (bucket === "apps" ? {} : { keys }) : { keys: given }),
    });
    await assert.rejects(indexBucket(reader, { bucket }), { message });
  }
});

test("openS3Bucket() is not led astray by hostile answers", async (t) => {
  const bodies: readonly { body: string; message: RegExp }[] = [
    { body: "not xml", message: /not well-formed XML/ },
    { body: "<a/>", message: /is not a list of objects/ },
    {
      body: "<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>1</NextContinuationToken></ListBucketResult>",
      message: /same page of objects/,
    },
  ];
  for (const { body, message } of bodies) {
    const server = await serve(async () => new Response(body));
    t.after(() => server.close());
    const reader = openS3Bucket({
      endpoint: `127.0.0.1:${server.port}`,
      bucket: "apps",
      insecure: true,
      region: "x",
      transport: createTransport(),
      signal: t.signal,
    });
    await assert.rejects(Array.fromAsync(reader.list("")), { message });
  }
});

test("documentOf() lets no entities of the document's own grow", async () => {
  const entities = Array.from({ length: 9 }, (_, level) => {
    const inner = level === 0 ? "ha" : `&x${level - 1};`.repeat(10);
    return `<!ENTITY x${level} "${inner}">`;
  });
  const bomb = `<!DOCTYPE a [${entities.join("")}]><a>&x8;</a>`;
  const size = await documentOf(bomb).then(
    (document) => JSON.stringify(document).length,
    () => 0,
  );
  assert.ok(size < 10_000, `${size} characters`);
});
