import assert from "node:assert/strict";
import { createServer, type Socket } from "node:net";
import { test } from "node:test";
import { createTransport } from "./transport.ts";

test("createTransport() asks again when a kept connection was closed under a GET, and only then", async (t) => {
  const sockets = new Set<Socket>();
  let answered = 0;
  // Answers the first question of each connection and closes the connection at the second one.
  const server = createServer((socket) => {
    sockets.add(socket);
    let isFirst = true;
    socket.on("error", () => undefined);
    socket.on("data", () => {
      if (!isFirst) return socket.destroy();
      isFirst = false;
      answered += 1;
      socket.write("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}/`;
  const transport = createTransport({ keepAlive: true });
  for (let count = 1; count <= 3; count += 1) {
    assert.equal(await (await transport(new Request(url))).text(), "ok");
    assert.equal(answered, count);
  }
  await assert.rejects(transport(new Request(url, { method: "POST", body: "x" })), { message: /EOF|reset/ });
});
