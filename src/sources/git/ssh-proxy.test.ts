import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { test } from "node:test";
import { serveSocks } from "../../base/node/testing/socks-server.ts";
import { listen } from "../http/serve.ts";
import { serveProxied } from "./ssh-proxy.ts";

const cases = [
  { url: "ssh://git@Git.example.test/a", asked: "git.example.test:22", alias: "git.example.test" },
  { url: "ssh://git@git.example.test:2222/a", asked: "git.example.test:2222", alias: "[git.example.test]:2222" },
  { url: "ssh://git@[fd00::1]/a", asked: "[fd00::1]:22", alias: "fd00::1" },
];

for (const { url, asked, alias } of cases)
  test(`serveProxied() reaches the server of ${url}, and names it where the proxy is gone`, async (t) => {
    const server = await listen(() => undefined);
    t.after(() => server.close());
    const socks = await serveSocks({ port: server.port });
    await using door = await serveProxied(url, socks.url);
    assert.equal(door.alias, alias);
    const through = connect(door.port, "127.0.0.1");
    through.write("GET / HTTP/1.1\r\n\r\n"); // without a host, which is refused at once
    const [answer] = (await once(through, "data")) as [Buffer];
    assert.match(answer.toString(), /^HTTP\/1\.1 400/);
    assert.equal(door.failure(), undefined);
    await socks[Symbol.asyncDispose]();
    await once(connect(door.port, "127.0.0.1"), "close");
    const proxy = new URL(socks.url).host;
    assert.equal(
      door.failure()?.message,
      `socks connect tcp ${proxy}->${asked}: dial tcp ${proxy}: connect: connection refused`,
    );
  });

test("serveProxied() refuses proxies of HTTP", async () => {
  await assert.rejects(serveProxied("ssh://git@git.example.test/a", "http://proxy.example.test"), {
    code: "GitOperationFailed",
    message: "proxy: unknown scheme: http",
  });
});
