import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { test, type TestContext } from "node:test";
import { download, type DownloadOptions } from "./download.ts";
import { listen, serve } from "./serve.ts";

/** A body that begins, and goes no further. */
function dripping(): ReadableStream<Uint8Array> {
  let chunks = 0;
  return new ReadableStream({
    pull: (controller) => {
      chunks += 1;
      return chunks === 1 ? controller.enqueue(new Uint8Array(10)) : new Promise<never>(() => undefined);
    },
  });
}

/** Two origins: the second one tells which credentials it was sent. */
async function serveTwo(t: TestContext) {
  const other = await serve(async (request) => new Response(request.headers.get("authorization") ?? "none"));
  const server = await serve(async (request) => {
    const { pathname } = new URL(request.url);
    switch (pathname) {
      case "/file":
        return new Response(
          `${request.headers.get("authorization") ?? "none"} ${request.headers.get("accept-encoding")}`,
        );
      case "/here":
        return new Response(null, { status: 302, headers: { location: "/file" } });
      case "/there":
        return new Response(null, { status: 302, headers: { location: `${other.url}/file` } });
      case "/loop":
        return new Response(null, { status: 302, headers: { location: "/loop" } });
      case "/packed":
        return new Response(gzipSync("hello"), { headers: { "content-encoding": "gzip" } });
      case "/large":
        return new Response(new Uint8Array(2000));
      case "/endless":
        return new Response(new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(1000)) }));
      case "/drip":
        return new Response(dripping());
      case "/silent":
        return new Promise<never>(() => undefined);
      case "/secret":
        return new Response("no", { status: 401, statusText: "Unauthorized" });
      default:
        return new Response("no", { status: 404, statusText: "Not Found" });
    }
  });
  t.after(async () => {
    await server.close();
    await other.close();
  });
  return { here: server.url, there: other.url };
}

const basic = { type: "basic", username: "me", password: "pä:ss" } as const;
const header = `Basic ${Buffer.from("me:pä:ss").toString("base64")}`;
const textOf = async (options: Omit<DownloadOptions, "limit" | "what">): Promise<string> =>
  new TextDecoder().decode(await download({ limit: 1000, what: "index", ...options }));

test("download() sends credentials to the origin they are for", async (t) => {
  const { here, there } = await serveTwo(t);
  assert.equal(await textOf({ url: `${here}/file`, credentials: basic }), `${header} identity`);
  assert.equal(await textOf({ url: `${here}/here`, credentials: basic }), `${header} identity`);
  assert.equal(await textOf({ url: `${here}/file`, credentials: { type: "bearer", token: "t" } }), "Bearer t identity");
  assert.equal(await textOf({ url: here.replace("//", "//me:p%C3%A4%3Ass@") + "/file" }), `${header} identity`);
  assert.equal(await textOf({ url: `${here}/there`, credentials: basic }), "none");
  assert.equal(await textOf({ url: `${there}/file`, credentials: basic, credentialsFor: here }), "none");
  const passing = { credentials: basic, passCredentials: true };
  assert.equal(await textOf({ url: `${here}/there`, ...passing }), header);
  assert.equal(await textOf({ url: `${there}/file`, credentialsFor: here, ...passing }), header);
});

test("download() gives the bytes as they came, even where the server calls them compressed", async (t) => {
  const { here } = await serveTwo(t);
  assert.deepEqual(await download({ url: `${here}/packed`, limit: 1000, what: "chart" }), gzipSync("hello"));
});

test("download() refuses what it should, in Helm's and Go's words", async (t) => {
  const { here } = await serveTwo(t);
  const cases = [
    { path: "/large", code: "TooLarge", message: "index exceeds the maximum index file size of 1000 bytes" },
    { path: "/endless", code: "TooLarge", message: "index exceeds the maximum index file size of 1000 bytes" },
    { path: "/nothing", code: "Unreachable", message: `failed to fetch ${here}/nothing : 404 Not Found` },
    { path: "/secret", code: "AuthenticationFailed", message: `failed to fetch ${here}/secret : 401 Unauthorized` },
    // As source-controller 1.9.1 says it: a place as the server wrote it, and no URL once there was an answer.
    { path: "/loop", code: "Unreachable", message: 'Get "/loop": stopped after 10 redirects' },
    {
      path: "/drip",
      timeout: 50,
      code: "Unreachable",
      message: "context deadline exceeded (Client.Timeout or context cancellation while reading body)",
    },
    {
      path: "/silent",
      timeout: 50,
      code: "Unreachable",
      message: `Get "${here}/silent": context deadline exceeded (Client.Timeout exceeded while awaiting headers)`,
    },
  ];
  for (const { path, code, message, timeout = 5000 } of cases)
    await assert.rejects(download({ url: `${here}${path}`, limit: 1000, what: "index", timeout }), { code, message });
  const cutting = await listen((_, outgoing) => {
    outgoing.writeHead(200, { "content-length": "20" });
    outgoing.write("a", () => outgoing.destroy());
  });
  t.after(() => cutting.close());
  await assert.rejects(download({ url: cutting.url, limit: 1000, what: "index" }), { message: "unexpected EOF" });
  await assert.rejects(download({ url: "file:///etc/passwd", limit: 1, what: "index" }), { code: "URLInvalid" });
  await assert.rejects(download({ url: "not a url", limit: 1, what: "index" }), { code: "URLInvalid" });
});

test("download() never tells a password", async () => {
  await assert.rejects(download({ url: "http://me:secret@127.0.0.1:1/x", limit: 1, what: "index" }), (error: Error) => {
    assert.match(error.message, /connection refused/);
    assert.doesNotMatch(error.message, /secret/);
    return true;
  });
});
