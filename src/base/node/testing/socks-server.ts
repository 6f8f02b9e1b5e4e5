import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

export interface SocksServer extends AsyncDisposable {
  readonly url: string;
  /** What clients said: the ways in that they know, and where they wanted to go. */
  readonly asked: readonly string[];
}

/**
 * A SOCKS5 proxy on loopback. `login` is `user:password` of the one that may pass, `reply` its answer to who asks to be connected,
 * and `port` the one of this machine that everybody is sent to instead of where they wanted to go.
 */
export async function serveSocks(
  options: { readonly login?: string; readonly reply?: number; readonly port?: number } = {},
): Promise<SocksServer> {
  const { login, reply = 0 } = options;
  const asked: string[] = [];
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket.on("error", () => socket.destroy()));
    const greet = (data: Buffer): void => {
      const methods = [...data.subarray(2)];
      asked.push(`methods ${methods.join()}`);
      const isKnown = login === undefined || methods.includes(2);
      socket.write(Buffer.from([5, login === undefined ? 0 : isKnown ? 2 : 255]));
    };
    const admit = (data: Buffer): void => {
      const user = data.subarray(2, 2 + (data[1] ?? 0)).toString();
      const pass = data.subarray(3 + user.length).toString();
      socket.write(Buffer.from([1, `${user}:${pass}` === login ? 0 : 1]));
    };
    const pass = (data: Buffer): void => {
      const host = hostIn(data.subarray(3));
      const wanted = data.readUInt16BE(data.length - 2);
      asked.push(`${host}:${wanted}`);
      const answer = (code: number): boolean => socket.write(Buffer.from([5, code, 0, 1, 127, 0, 0, 1, 0, 0]));
      if (reply !== 0) {
        answer(reply);
        return void socket.end();
      }
      const through = connect(options.port ?? wanted, options.port === undefined ? host : "127.0.0.1");
      open.add(through);
      through.once("connect", () => {
        answer(0);
        socket.pipe(through).pipe(socket);
      });
      through.on("error", () => (socket.bytesWritten > 4 ? socket.destroy() : answer(5) && socket.end()));
    };
    const steps = [greet, ...(login === undefined ? [] : [admit]), pass];
    socket.on("data", (data: Buffer) => steps.shift()?.(data));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `socks5://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    async [Symbol.asyncDispose]() {
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
}

function hostIn(address: Buffer): string {
  switch (address[0]) {
    case 1:
      return address.subarray(1, 5).join(".");
    case 3:
      return address.subarray(2, 2 + (address[1] ?? 0)).toString();
  }
  const groups = Array.from({ length: 8 }, (_, group) => address.readUInt16BE(1 + 2 * group).toString(16));
  return new URL(`http://[${groups.join(":")}]`).hostname;
}
