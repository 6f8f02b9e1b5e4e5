import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import * as fc from "fast-check";
import { listen } from "../base/node/serve.ts";
import { createTransport } from "../sources/index.ts";
import { parseDockerConfig } from "./docker-config.ts";
import { OciError } from "./errors.ts";
import { mediaTypeOf, readManifest, readPlatforms } from "./manifest.ts";
import { parseReference } from "./reference.ts";
import { openRepository } from "./repository.ts";
import { type Fetch, mediaTypes } from "./types.ts";

const bytes = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);
const digestOf = (content: string, algorithm = "sha256"): string =>
  `${algorithm}:${createHash(algorithm).update(content).digest("hex")}`;
const keychain = parseDockerConfig(JSON.stringify({ auths: { "reg.example": { username: "me", password: "pass" } } }));
const name = parseReference("reg.example/a/b");
const base = "https://reg.example/v2/a/b";
const blob = { mediaType: "application/x", digest: digestOf("hello"), size: 5 };

/** A registry that does as it likes; `sent` are the requests, with what they would have given away. */
function hostile(answer: (request: Request) => Response) {
  const sent: string[] = [];
  const fetch: Fetch = async (request) => {
    sent.push(`${request.method} ${request.url} ${request.headers.get("authorization") === null ? "-" : "secret"}`);
    return answer(request);
  };
  return { sent, repository: openRepository(name, { fetch, keychain }) };
}

const endless = (): Response =>
  new Response(new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(1 << 16)) }));
const redirect = (location: string, status = 307): Response => new Response(null, { status, headers: { location } });

const refused: readonly {
  readonly name: string;
  readonly answer: (request: Request) => Response;
  readonly ask: "blob" | "manifest" | "resolve" | "tags" | "push";
  readonly code: string;
}[] = [
  { name: "a blob without end", ask: "blob", code: "TooLarge", answer: endless },
  { name: "a manifest without end", ask: "manifest", code: "TooLarge", answer: endless },
  { name: "a tag list without end", ask: "tags", code: "TooLarge", answer: endless },
  {
    name: "a blob that says it is huge",
    ask: "blob",
    code: "TooLarge",
    answer: () => new Response("hello", { headers: { "content-length": "99999999999" } }),
  },
  { name: "a blob with other bytes", ask: "blob", code: "DigestMismatch", answer: () => new Response("jello") },
  {
    name: "a manifest that is not JSON",
    ask: "manifest",
    code: "InvalidManifest",
    answer: () => new Response("<html>"),
  },
  {
    name: "a manifest of two minds",
    ask: "manifest",
    code: "InvalidManifest",
    answer: () =>
      new Response(JSON.stringify({ mediaType: mediaTypes.index, manifests: [], layers: [] }), {
        headers: { "content-type": mediaTypes.manifest },
      }),
  },
  {
    name: "an image index of itself",
    ask: "manifest",
    code: "DigestMismatch",
    answer: () =>
      new Response(JSON.stringify({ manifests: [{ ...blob, digest: digestOf("self") }] }), {
        headers: { "content-type": mediaTypes.index },
      }),
  },
  { name: "a redirect without end", ask: "blob", code: "Unreachable", answer: () => redirect("/v2/again") },
  { name: "a redirect to a file", ask: "blob", code: "Unreachable", answer: () => redirect("file:///etc/passwd") },
  { name: "a redirect out of TLS", ask: "blob", code: "Unreachable", answer: () => redirect("http://reg.example/") },
  { name: "a redirect to nothing", ask: "blob", code: "Unreachable", answer: () => redirect("https://[") },
  {
    name: "an upload out of TLS",
    ask: "push",
    code: "Unreachable",
    answer: ({ method }) =>
      method === "HEAD"
        ? new Response(null, { status: 404 })
        : new Response(null, { status: 202, headers: { location: "http://other.example/up" } }),
  },
  {
    name: "pages without end",
    ask: "tags",
    code: "TooLarge",
    answer: ({ url }) =>
      Response.json(
        { tags: [] },
        { headers: { link: `<?last=${Number(new URL(url).searchParams.get("last")) + 1}>; rel="next"` } },
      ),
  },
  {
    name: "tags without end",
    ask: "tags",
    code: "TooLarge",
    answer: ({ url }) =>
      Response.json(
        { tags: Array.from({ length: 20_000 }, (_, at) => `t${at}`) },
        { headers: { link: `<?last=${Number(new URL(url).searchParams.get("last")) + 1}>; rel="next"` } },
      ),
  },
  {
    name: "a reason that is deeper than a stack",
    ask: "tags",
    code: "Unreachable",
    answer: () =>
      new Response(`{"errors":[{"code":"X","message":"y","detail":${"[".repeat(30_000)}${"]".repeat(30_000)}}]}`, {
        status: 500,
      }),
  },
];
for (const { name: what, answer, ask, code } of refused)
  test(`Repository: refuses ${what}`, async () => {
    const { repository, sent } = hostile(answer);
    const asks = {
      blob: () => repository.blob(blob, 1 << 20),
      manifest: () => repository.manifest("latest"),
      resolve: () => repository.resolve("latest"),
      tags: () => repository.tags(),
      push: () => repository.pushBlob(bytes("hello"), "application/x"),
    };
    await assert.rejects(asks[ask], { name: "OciError", code });
    assert.ok(sent.length <= 1001, `${sent.length} requests`);
    for (const line of sent) assert.match(line, / -$/);
  });

test("Repository: a realm gets credentials over TLS only, and what it redirects to gets none", async () => {
  const { repository, sent } = hostile(({ url }) =>
    url.startsWith(base)
      ? new Response("", { status: 401, headers: { "www-authenticate": 'Bearer realm="https://auth.example/token"' } })
      : redirect("https://evil.example/"),
  );
  await assert.rejects(repository.tags(), { code: "Unreachable" });
  assert.deepEqual(
    sent.map((line) => line.replace(/\?\S*/, "")),
    [`GET ${base}/tags/list -`, "GET https://auth.example/token secret"],
  );
});

for (const realm of ["file:///etc/passwd", "javascript:alert(1)", "not a URL", "http://auth.example/"])
  test(`Repository: asks ${realm} for no token`, async () => {
    const { repository, sent } = hostile(
      () => new Response("", { status: 401, headers: { "www-authenticate": `Bearer realm="${realm}"` } }),
    );
    await assert.rejects(repository.tags(), { code: "Unauthorized" });
    assert.equal(sent.length, 1);
  });

test("Repository: a page or an upload at another host gets no credentials", async () => {
  const pages = hostile((request) =>
    request.headers.has("authorization")
      ? Response.json({ tags: ["a"] }, { headers: { link: '<https://evil.example/next>; rel="next"' } })
      : new Response("", { status: 401, headers: { "www-authenticate": "Basic realm=x" } }),
  );
  assert.deepEqual(await pages.repository.tags(), ["a"]);
  assert.ok(!pages.sent.some((line) => line.includes("evil.example")));
  const uploads = hostile((request) => {
    if (request.url.startsWith("https://store.example/")) return new Response(null, { status: 201 });
    if (!request.headers.has("authorization"))
      return new Response("", { status: 401, headers: { "www-authenticate": "Basic realm=x" } });
    if (request.method === "HEAD") return new Response(null, { status: 404 });
    return new Response(null, { status: 202, headers: { location: "https://store.example/up?key=1" } });
  });
  await uploads.repository.pushBlob(bytes("hello"), "application/x");
  assert.equal(uploads.sent.at(-1), `PUT https://store.example/up?key=1&digest=${encodeURIComponent(blob.digest)} -`);
});

test("Repository: ends with its signal when a registry drips", async (t) => {
  const stop = new AbortController();
  const transport = createTransport();
  const server = await listen((_incoming, outgoing) => {
    outgoing.writeHead(200, { "content-length": "5" });
    outgoing.write("h");
  });
  t.after(() => server.close());
  const repository = openRepository(parseReference(`${new URL(server.url).host}/a`), {
    async fetch(request) {
      const answer = await transport(request);
      setImmediate(() => stop.abort(new Error("the time is over")));
      return answer;
    },
    plainHttp: true,
    signal: stop.signal,
  });
  await assert.rejects(repository.blob(blob, 10), { code: "Unreachable", message: `blob ${blob.digest} was cut off` });
});

test("Repository: takes SHA-512, and holds content to it", async () => {
  const digest = digestOf("hello", "sha512");
  const right = hostile(() => new Response("hello"));
  assert.deepEqual(await right.repository.blob({ ...blob, digest }, 10), Buffer.from("hello"));
  const wrong = hostile(() => new Response("jello"));
  await assert.rejects(wrong.repository.blob({ ...blob, digest }, 10), { code: "DigestMismatch" });
});

const anyManifest = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.jsonValue(),
    fc.constantFrom(blob.digest, 0, -1, 0.5, 1e300, mediaTypes.index),
    tie("object"),
    fc.array(tie("object"), { maxLength: 3 }),
  ),
  object: fc.dictionary(
    fc.constantFrom(
      "mediaType",
      "digest",
      "size",
      "config",
      "layers",
      "manifests",
      "annotations",
      "platform",
      "__proto__",
    ),
    tie("value"),
    { maxKeys: 5 },
  ),
})).object;

/** `COX_FUZZ_RUNS=30000` looks longer. */
const runs = { numRuns: Number(process.env["COX_FUZZ_RUNS"] ?? 100) };

test("readManifest() and its kin read any document or refuse it, and change nothing but their results", () => {
  fc.assert(
    fc.property(anyManifest, fc.option(fc.string()), (document, contentType) => {
      const content = bytes(JSON.stringify(document));
      for (const read of [readManifest, readPlatforms, (it: Uint8Array) => mediaTypeOf(contentType, it)]) {
        try {
          const found = read(content);
          for (const { digest, size } of typeof found === "object" && "layers" in found ? found.layers : [])
            assert.ok(typeof digest === "string" && Number.isSafeInteger(size) && size >= 0);
        } catch (error) {
          assert.ok(error instanceof OciError && error.code === "InvalidManifest", String(error));
        }
      }
      assert.equal(Object.keys(Object.prototype).length, 0);
    }),
    runs,
  );
});

test("readManifest() refuses any bytes that are not a manifest", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (content) => {
      assert.throws(() => readManifest(content), { code: "InvalidManifest" });
    }),
    runs,
  );
});
