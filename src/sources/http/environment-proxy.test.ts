import assert from "node:assert/strict";
import { test } from "node:test";
import { serveSocks } from "../../base/node/testing/socks-server.ts";
import { environmentProxy } from "./environment-proxy.ts";
import { serve } from "./serve.ts";
import { createTransport } from "./transport.ts";

const proxy = "socks5://proxy:1080";
const cases: readonly {
  readonly url: string;
  readonly env: Readonly<Record<string, string>>;
  readonly want: string | undefined;
}[] = [
  { url: "http://a.test", env: {}, want: undefined },
  { url: "http://a.test", env: { HTTP_PROXY: proxy }, want: proxy },
  { url: "http://a.test", env: { http_proxy: proxy }, want: proxy },
  { url: "http://a.test", env: { HTTP_PROXY: proxy, http_proxy: "http://other" }, want: proxy },
  { url: "http://a.test", env: { HTTPS_PROXY: proxy }, want: undefined },
  { url: "https://a.test", env: { HTTPS_PROXY: proxy }, want: proxy },
  { url: "http://localhost:1", env: { HTTP_PROXY: proxy }, want: undefined },
  { url: "http://127.0.0.2", env: { HTTP_PROXY: proxy }, want: undefined },
  { url: "http://[::1]", env: { HTTP_PROXY: proxy }, want: undefined },
  ...(
    [
      ["http://a.test", "*", undefined],
      ["http://a.test", "a.test", undefined],
      ["http://A.test", "x, a.TEST", undefined],
      ["http://b.a.test", "a.test", undefined],
      ["http://ba.test", "a.test", proxy],
      ["http://a.test", ".a.test", proxy],
      ["http://b.a.test", ".a.test", undefined],
      ["http://b.a.test", "*.a.test", undefined],
      ["http://a.test:8080", "a.test:8080", undefined],
      ["http://a.test", "a.test:8080", proxy],
      ["http://a.test", "a.test:80", undefined],
      ["http://10.1.2.3", "10.0.0.0/8", undefined],
      ["http://11.1.2.3", "10.0.0.0/8", proxy],
      ["http://10.1.2.3", "10.1.2.3", undefined],
      ["http://10.1.2.3", "2.3", proxy],
      ["http://[fd00::1]", "fd00::/8", undefined],
      ["http://[fd00::1]", "[fd00::1]", undefined],
      ["http://[fe00::1]", "fd00::/8, 10.0.0.0/8, 10.0.0.0/99", proxy],
    ] as const
  ).map(([url, NO_PROXY, want]) => ({ url, env: { HTTP_PROXY: proxy, NO_PROXY }, want })),
];
for (const { url, env, want } of cases)
  test(`environmentProxy() of ${url} in ${JSON.stringify(env)}`, () => {
    assert.equal(environmentProxy(new URL(url), env), want);
  });

test("createTransport() goes through the SOCKS5 proxy of the environment, and around it where that says so", async (t) => {
  const server = await serve(async () => new Response("here"));
  t.after(() => server.close());
  await using socks = await serveSocks({ port: Number(new URL(server.url).port) });
  const get = async (url: string, env: Readonly<Record<string, string>>): Promise<string> =>
    (await createTransport({ env })(new Request(url))).text();
  assert.equal(await get("http://a.test/", { HTTP_PROXY: socks.url }), "here");
  assert.equal(socks.asked.at(-1), "a.test:80");
  await assert.rejects(get("http://a.test/", { HTTP_PROXY: socks.url, NO_PROXY: "test" }), /no such host|lookup/);
  assert.equal(await get(server.url, { HTTP_PROXY: socks.url }), "here");
  assert.equal(socks.asked.length, 2);
});

test("createTransport() goes around the HTTP proxy of the environment where Go's clients do", async (t) => {
  const proxy = await serve(async () => new Response("through"));
  t.after(() => proxy.close());
  const get = async (url: string, NO_PROXY: string): Promise<string> =>
    (await createTransport({ env: { HTTP_PROXY: proxy.url, NO_PROXY } })(new Request(url))).text();
  assert.equal(await get("http://b.a.test/", "elsewhere.test"), "through");
  await assert.rejects(get("http://b.a.test/", "a.test"), /no such host|lookup/);
  await assert.rejects(get("http://127.0.0.1:1/", ""), /connection refused/);
});
