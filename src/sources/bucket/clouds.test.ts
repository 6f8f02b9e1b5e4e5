import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test, type TestContext } from "node:test";
import { serve } from "../http/serve.ts";
import { createTransport } from "../http/transport.ts";
import { answerAsAzure, serveAzure } from "../testing/azure-server.ts";
import { serveGoogle } from "../testing/google-server.ts";
import { serveS3 } from "../testing/s3-server.ts";
import { serveSts } from "../testing/sts-server.ts";
import { type AzureAccess, openAzureBucket } from "./azure-bucket.ts";
import { fetchBucket, indexBucket, revisionOf } from "./fetch-bucket.ts";
import { openGoogleBucket } from "./google-bucket.ts";
import { ldapKeys } from "./ldap-keys.ts";
import type { BucketReader } from "./reader.ts";
import { openS3Bucket } from "./s3.ts";

const objects = new Map([
  ["a.yaml", "a: 1\n"],
  ["dir/", ""],
  ["dir/b c+ü&<.yaml", "b: 1\n"],
  ["dir/logo.png", "png"],
  ["other.md", "text"],
]);
const wanted = ["a.yaml", "dir/b c+ü&<.yaml", "dir/logo.png", "other.md"];
const key = Buffer.from("the key of an account").toString("base64");
const signature = "se=2036-01-01&sp=rl&sig=a%2Bsignature%2F%3D";
const allow = { account: { name: "127", key }, token: "token", signature: "a+signature/=" };

const accesses: Readonly<Record<string, AzureAccess>> = {
  "the key of the account": { type: "sharedKey", account: "127", key: Buffer.from(key, "base64") },
  "a shared access signature": { type: "signature", query: `?${signature}` },
};

async function openAzure(t: TestContext, access: AzureAccess, bucket = "apps") {
  const server = await serveAzure({ containers: { apps: objects }, allow, pageSize: 2 });
  t.after(() => server.close());
  const endpoint = `http://127.0.0.1:${server.port}`;
  const transport = createTransport();
  return openAzureBucket({ endpoint, bucket, access, transport, now: () => new Date(), signal: t.signal });
}

async function openGoogle(t: TestContext, options: { token?: string; bucket?: string } = {}) {
  const server = await serveGoogle({ buckets: { apps: objects }, token: "token", pageSize: 2 });
  t.after(() => server.close());
  const { token = "token", bucket = "apps" } = options;
  const given = { bucket, server: `http://127.0.0.1:${server.port}`, token: async () => token };
  const reader = openGoogleBucket({ ...given, transport: createTransport(), signal: t.signal });
  return { reader, requests: server.requests };
}

async function readAll(reader: BucketReader) {
  const index = await indexBucket(reader, { bucket: "apps" });
  const { tree, etags } = await fetchBucket(reader, index, { bucket: "apps" });
  return { index, etags, files: tree.files.map(({ path }) => path), tree };
}

for (const [name, access] of Object.entries(accesses))
  test(`openAzureBucket() reads all pages and blobs with ${name}`, async (t) => {
    const reader = await openAzure(t, access);
    const { index, etags, files } = await readAll(reader);
    assert.deepEqual(files, wanted);
    assert.equal(revisionOf(etags), revisionOf(index.etags));
    // Flux 1.9 makes revisions of the tags as GET has them, with their quotes.
    assert.match(etags.get("a.yaml") ?? "", /^"0x8D[0-9A-F]{12}"$/);
    const only = await Array.fromAsync(reader.list("dir/"));
    assert.deepEqual(
      only.map(({ key }) => key),
      ["dir/", "dir/b c+ü&<.yaml", "dir/logo.png"],
    );
    assert.equal(await reader.get("none", 10), undefined);
    await assert.rejects(reader.get("a.yaml", 3), { code: "TooLarge" });
    await assert.rejects(reader.get("..", 3), { code: "InvalidPath" });
  });

test("openAzureBucket() sends a token along TLS, and along nothing else", async (t) => {
  const access: AzureAccess = { type: "token", token: async () => "token" };
  const options = { bucket: "apps", access, now: () => new Date(), signal: t.signal };
  const containers = { apps: objects };
  const transport = async (request: Request) => answerAsAzure(request, { containers, allow });
  const reader = openAzureBucket({ ...options, endpoint: "https://school.blob.core.windows.net", transport });
  assert.deepEqual((await readAll(reader)).files, wanted);
  const plain = openAzureBucket({ ...options, endpoint: "http://school.blob.core.windows.net", transport });
  await assert.rejects(plain.exists(), {
    message: "authenticated requests are not permitted for non TLS protected (https) endpoints",
  });
});

test("openAzureBucket() refuses in the words of Azure's client, and without the signature", async (t) => {
  const wrong = await openAzure(t, { type: "signature", query: "sig=another-secret" });
  await assert.rejects(wrong.exists(), (error: Error) => {
    assert.match(error.message, /^the specified bucket name may be incorrect, nonexistent, or the caller might lack/);
    assert.match(error.message, /\nRESPONSE 403: 403 Forbidden\nERROR CODE: AuthenticationFailed\n/);
    assert.equal(error.message.includes("another-secret"), false);
    return true;
  });
  const elsewhere = await openAzure(t, { type: "signature", query: signature }, "nope");
  assert.equal(await elsewhere.exists(), false);
  const outside = await openAzure(t, { type: "signature", query: signature }, "..");
  await assert.rejects(outside.exists(), { message: "container name contains invalid characters" });
});

test("openGoogleBucket() reads all pages and objects", async (t) => {
  const { reader, requests } = await openGoogle(t);
  const { etags, files, tree } = await readAll(reader);
  assert.deepEqual(files, wanted);
  assert.equal(etags.get("a.yaml"), createHash("md5").update("a: 1\n").digest("base64"));
  assert.equal(new TextDecoder().decode(await tree.files[0]?.read()), "a: 1\n");
  assert.equal(requests.filter((request) => request.includes("pageToken")).length, 2);
  assert.equal(await reader.get("none", 10), undefined);
  await assert.rejects(reader.get("a.yaml", 3), { code: "TooLarge" });
  await assert.rejects(reader.get("..", 3), { code: "InvalidPath" });
});

test("openGoogleBucket() refuses in the words of Google's client", async (t) => {
  const { reader } = await openGoogle(t, { token: "wrong" });
  await assert.rejects(reader.exists(), { message: "googleapi: Error 401: Invalid Credentials, authError" });
  assert.equal(await (await openGoogle(t, { bucket: "nope" })).reader.exists(), false);
  for (const bucket of ["..", "a/b", ""])
    await assert.rejects((await openGoogle(t, { bucket })).reader.exists(), {
      message: "Bucket name contains invalid characters",
    });
});

const hostile: readonly { readonly body: string; readonly message: RegExp }[] = [
  { body: "no JSON", message: /is not a JSON object/ },
  { body: '{"items":{}}', message: /is not a list of objects/ },
  { body: '{"items":[{"name":1}]}', message: /has no name/ },
  { body: '{"items":[{"name":"a"}]}', message: /has no etag/ },
  { body: '{"nextPageToken":"1"}', message: /same page of objects/ },
];
for (const { body, message } of hostile)
  test(`openGoogleBucket() is not led astray by ${body}`, async (t) => {
    const server = await serve(async () => new Response(body));
    t.after(() => server.close());
    const address = `http://127.0.0.1:${server.port}`;
    const transport = createTransport();
    const reader = openGoogleBucket({ bucket: "apps", server: address, transport, signal: t.signal });
    await assert.rejects(Array.fromAsync(reader.list("")), { message });
  });

test("ldapKeys() gets keys that open the bucket, once", async (t) => {
  const keys = { accessKey: "AK", secretKey: "SK", sessionToken: "ST" };
  const sts = await serveSts({ user: { username: "ada", password: "p&ss=wörd" }, keys });
  t.after(() => sts.close());
  const s3 = await serveS3({ buckets: { apps: objects }, keys, sessionToken: "ST" });
  t.after(() => s3.close());
  const transport = createTransport();
  let asked = 0;
  const open = (password: string) =>
    openS3Bucket({
      endpoint: `127.0.0.1:${s3.port}`,
      bucket: "apps",
      insecure: true,
      transport,
      signal: t.signal,
      keys: () => {
        asked += 1;
        const endpoint = `http://127.0.0.1:${sts.port}`;
        return ldapKeys({ endpoint, username: "ada", password, transport, signal: t.signal });
      },
    });
  const { index } = await readAll(open("p&ss=wörd"));
  assert.deepEqual([...index.etags.keys()], wanted);
  assert.equal(asked, 1);
  await assert.rejects(open("wrong").exists(), { message: "LDAP server error: the user is not known." });
});
