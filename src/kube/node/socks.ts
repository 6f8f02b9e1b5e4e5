import type { Agent } from "node:http";
import { connect, type Socket } from "node:net";
import { connect as connectTls, type ConnectionOptions } from "node:tls";
import { callbackify } from "node:util";

/** Makes an agent reach its servers through a SOCKS5 proxy, which resolves their names, as Go's HTTP client does. */
export function throughSocks(agent: Agent, proxy: URL, { secure }: { readonly secure: boolean }): void {
  const open = callbackify(async (options: Destination): Promise<Socket> => {
    const { host = "localhost", port = secure ? 443 : 80 } = options;
    const tunnel = await openTunnel(proxy, { host, port: Number(port) });
    return secure ? connectTls({ ...options, socket: tunnel } as ConnectionOptions) : tunnel;
  });
  const opened = agent as unknown as { createConnection: (options: Destination, done: Done) => void };
  opened.createConnection = (options, done) => open(options, done);
}

interface Destination {
  readonly host?: string;
  readonly port?: number | string;
}

type Done = (error: NodeJS.ErrnoException | null, socket?: Socket) => void;

interface Target {
  readonly host: string;
  readonly port: number;
}

const patience = 30_000;
const version = 5;
const refusals: Readonly<Record<number, string>> = {
  1: "general SOCKS server failure",
  2: "connection not allowed by ruleset",
  3: "network unreachable",
  4: "host unreachable",
  5: "connection refused",
  6: "TTL expired",
  7: "command not supported",
  8: "address type not supported",
};

/** A connection to a server by way of the proxy. Throws with the words of RFC 1928 for what the proxy refuses. */
async function openTunnel(proxy: URL, { host, port }: Target): Promise<Socket> {
  const socket = connect({ host: unbracketed(proxy.hostname), port: Number(proxy.port || 1080) });
  socket.setTimeout(patience, () => socket.destroy(new Error(`the proxy ${proxy.host} does not answer`)));
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once("connect", resolve);
      socket.once("error", reject);
    });
    await greet(socket, proxy);
    const name = Buffer.from(unbracketed(host));
    if (name.length > 255) throw new Error("the server's name is too long for SOCKS");
    socket.write(Buffer.from([version, 1, 0, 3, name.length, ...name, port >> 8, port & 255]));
    const [, reply = 1, , kind] = await read(socket, 4);
    if (reply !== 0) throw new Error(`socks connect: ${refusals[reply] ?? `unknown code: ${reply}`}`);
    // The address that the proxy connects from, which nobody needs.
    const length = kind === 1 ? 4 : kind === 4 ? 16 : ((await read(socket, 1))[0] ?? 0);
    await read(socket, length + 2);
    socket.setTimeout(0);
    socket.removeAllListeners("timeout");
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

async function greet(socket: Socket, { username, password }: URL): Promise<void> {
  const named = username !== "";
  socket.write(Buffer.from(named ? [version, 2, 0, 2] : [version, 1, 0]));
  const [answered, method] = await read(socket, 2);
  if (answered !== version) throw new Error("the proxy does not speak SOCKS5");
  if (method === 0) return;
  if (method !== 2 || !named) throw new Error("socks connect: no acceptable authentication methods");
  const [user, pass] = [username, password].map((text) => Buffer.from(decodeURIComponent(text)).subarray(0, 255));
  socket.write(Buffer.from([1, user?.length ?? 0, ...(user ?? []), pass?.length ?? 0, ...(pass ?? [])]));
  const [, status] = await read(socket, 2);
  if (status !== 0) throw new Error("socks connect: username/password authentication failed");
}

/** Exactly so many bytes; what comes after them stays for the next reader. */
function read(socket: Socket, count: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const take = (): void => {
      const bytes = socket.read(count) as Buffer | null;
      if (bytes === null) return;
      stop();
      resolve(bytes);
    };
    const fail = (error?: Error): void => {
      stop();
      reject(error ?? new Error("the proxy closed the connection"));
    };
    const stop = (): void => {
      socket.off("readable", take).off("error", fail).off("end", fail).off("close", fail);
    };
    socket.on("readable", take).on("error", fail).on("end", fail).on("close", fail);
    take();
  });
}

function unbracketed(host: string): string {
  return host.replace(/^\[(.*)\]$/, "$1");
}
