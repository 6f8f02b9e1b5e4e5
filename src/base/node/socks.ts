import type { Agent } from "node:http";
import { connect, isIP, isIPv4, type Socket } from "node:net";
import { connect as connectTls, type ConnectionOptions } from "node:tls";
import { callbackify } from "node:util";
import { messageOf } from "../errors.ts";

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

/** A server, by a name that the proxy resolves, or an address. */
export interface Target {
  readonly host: string;
  readonly port: number;
}

/** True for the URL of a proxy that speaks SOCKS5; in both schemes it is the proxy that resolves names, as in Go. */
export function isSocks(proxy: string): boolean {
  return /^socks5h?:/i.test(proxy);
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

/**
 * A connection to a server by way of the proxy, given as a URL with its credentials. Throws Node's error where the proxy cannot be reached, and
 * with Go's words for what it refuses.
 */
export async function openTunnel(proxy: URL, { host, port }: Target): Promise<Socket> {
  const place = { host: unbracketed(proxy.hostname), port: Number(proxy.port || 1080) };
  const socket = connect(place);
  socket.setTimeout(patience, () => socket.destroy(new Error(`the proxy ${proxy.host} does not answer`)));
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once("connect", resolve);
      socket.once("error", reject);
    });
    const wanted = { host: unbracketed(host), port };
    const problem = await negotiate(socket, proxy, wanted).then(() => undefined, messageOf);
    if (problem !== undefined) {
      // Go: socks.Dialer names the address it has found for the proxy, and the server.
      const between = `${joined(socket.remoteAddress ?? place.host, place.port)}->${joined(wanted.host, port)}`;
      throw new Error(`socks connect tcp ${between}: ${problem}`);
    }
    socket.setTimeout(0);
    socket.removeAllListeners("timeout");
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

async function negotiate(socket: Socket, proxy: URL, { host, port }: Target): Promise<void> {
  await greet(socket, proxy);
  socket.write(Buffer.from([version, 1, 0, ...addressBytes(host), port >> 8, port & 255]));
  const [answered, reply = 1, , kind] = await read(socket, 4);
  assertVersion(answered);
  if (reply !== 0) throw new Error(`unknown error ${refusals[reply] ?? `unknown code: ${reply}`}`);
  // The address that the proxy connects from, which nobody needs.
  const length = kind === 1 ? 4 : kind === 4 ? 16 : ((await read(socket, 1))[0] ?? 0);
  await read(socket, length + 2);
}

/** RFC 1928, 5: the kind of address, and the address. */
function addressBytes(host: string): readonly number[] {
  if (isIPv4(host)) return [1, ...host.split(".").map(Number)];
  if (isIP(host) !== 0) return [4, ...ipv6Bytes(host)];
  const name = Buffer.from(host);
  if (name.length > 255) throw new Error("FQDN too long");
  return [3, name.length, ...name];
}

function ipv6Bytes(host: string): readonly number[] {
  // The URL parser writes every address in its shortest form, with no dotted part.
  const [head = "", tail] = new URL(`http://[${host.replace(/%.*$/, "")}]`).hostname.slice(1, -1).split("::");
  const groups = (text: string): readonly string[] => (text === "" ? [] : text.split(":"));
  const [first, last] = [groups(head), groups(tail ?? "")];
  const zeros = Array.from({ length: 8 - first.length - last.length }, () => "0");
  return [...first, ...zeros, ...last].flatMap((group) => [
    Number.parseInt(group, 16) >> 8,
    Number.parseInt(group, 16) & 255,
  ]);
}

function assertVersion(answered: number | undefined): void {
  if (answered !== version) throw new Error(`unexpected protocol version ${answered ?? 0}`);
}

async function greet(socket: Socket, { username, password }: URL): Promise<void> {
  const named = username !== "";
  socket.write(Buffer.from(named ? [version, 2, 0, 2] : [version, 1, 0]));
  const [answered, method] = await read(socket, 2);
  assertVersion(answered);
  if (method === 0) return;
  if (method !== 2 || !named) throw new Error("no acceptable authentication methods");
  const [user, pass] = [username, password].map((text) => Buffer.from(decodeURIComponent(text)).subarray(0, 255));
  socket.write(Buffer.from([1, user?.length ?? 0, ...(user ?? []), pass?.length ?? 0, ...(pass ?? [])]));
  const [, status] = await read(socket, 2);
  if (status !== 0) throw new Error("username/password authentication failed");
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
      reject(error ?? new Error("EOF"));
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

function joined(host: string, port: number): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}
