import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer as createHttpServer, type RequestListener } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo, Server, Socket } from "node:net";
import { test } from "node:test";
import { serveSocks } from "../../base/node/testing/socks-server.ts";
import { createCertificate } from "../../cluster/node/index.ts";
import { connectTo } from "./connect.ts";
import type { Connection } from "./connection.ts";

const answer: RequestListener = (_request, response) =>
  response.end('{"gitVersion":"v1.36.3","major":"1","minor":"36"}');

async function listen(server: Server): Promise<{ readonly port: number } & AsyncDisposable> {
  const open = new Set<Socket>();
  server.on("connection", (socket: Socket) => open.add(socket.on("error", () => {})));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    port,
    async [Symbol.asyncDispose]() {
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
}

const connection = (server: string, proxyUrl: string, ca?: string): Connection => ({
  server,
  proxyUrl,
  namespace: "default",
  context: "",
  tls: { insecure: false, ...(ca === undefined ? {} : { ca: { text: ca } }) },
  auth: { kind: "none" },
});

const cases: readonly {
  readonly name: string;
  readonly secure?: boolean;
  readonly reply?: number;
  readonly login?: string;
  readonly user?: string;
  readonly fails?: RegExp;
}[] = [
  { name: "reaches a server by the name that the proxy resolves" },
  { name: "speaks TLS to the server, not to the proxy", secure: true },
  { name: "says who it is", login: "jane:p@ss", user: "jane:p%40ss@" },
  {
    name: "says that the proxy does not know who it is",
    login: "jane:p",
    user: "jane:q@",
    fails: /authentication failed/,
  },
  {
    name: "says that the proxy wants to know who it is",
    login: "jane:p",
    fails: /no acceptable authentication methods/,
  },
  { name: "says what the proxy says", reply: 4, fails: /socks connect tcp .*: unknown error host unreachable/ },
];
for (const { name, secure = false, reply, login, user = "", fails } of cases) {
  test(`a SOCKS5 proxy: the client ${name}`, async () => {
    const { certificate, key } = await createCertificate();
    const server = secure ? createHttpsServer({ cert: certificate, key }, answer) : createHttpServer(answer);
    await using api = await listen(server);
    const more = { ...(reply === undefined ? {} : { reply }), ...(login === undefined ? {} : { login }) };
    await using proxy = await serveSocks({ port: api.port, ...more });
    // The certificate is for this name; nobody but the proxy has to find it.
    const address = `${secure ? "https" : "http"}://localhost:${api.port}`;
    using connected = connectTo(
      connection(address, proxy.url.replace("//", `//${user}`), secure ? certificate : undefined),
    );
    if (fails === undefined) {
      assert.equal((await connected.client.version()).gitVersion, "v1.36.3");
      assert.equal(proxy.asked.at(-1), `localhost:${api.port}`);
    } else await assert.rejects(connected.client.version(), fails);
  });
}
