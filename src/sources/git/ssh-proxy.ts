import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { isSocks, openTunnel } from "../../base/node/socks.ts";
import { messageOf } from "../../base/errors.ts";
import { SourceError } from "../errors.ts";
import { networkErrorText } from "../http/network-errors.ts";

/** A door on loopback behind which the server of SSH is. */
export interface ProxiedServer extends AsyncDisposable {
  readonly port: number;
  /** The name under which the server's keys are known. */
  readonly alias: string;
  /** Why the last connection did not come about, where it did not. */
  readonly failure: () => SourceError | undefined;
}

/**
 * Lets ssh, which knows no proxies without the help of other programs, reach the server of a URL through a SOCKS5 proxy. Throws, as Flux
 * does, for a proxy of another kind: those of HTTP are for HTTP.
 */
export async function serveProxied(url: string, proxy: string): Promise<ProxiedServer> {
  const through = new URL(proxy);
  if (!isSocks(proxy))
    throw new SourceError("GitOperationFailed", `proxy: unknown scheme: ${through.protocol.slice(0, -1)}`);
  const { hostname, port } = new URL(url);
  const target = { host: hostname.toLowerCase(), port: Number(port || 22) };
  const open = new Set<Socket>();
  const keep = (socket: Socket): void => {
    open.add(socket);
    socket.on("error", () => socket.destroy()).once("close", () => open.delete(socket));
  };
  const bare = target.host.replace(/^\[|\]$/g, "");
  let failure: SourceError | undefined;
  const server = createServer((inside) => {
    keep(inside);
    openTunnel(through, target).then(
      (outside) => {
        keep(outside);
        if (inside.destroyed) outside.destroy();
        inside.pipe(outside).pipe(inside);
        inside.once("close", () => outside.destroy());
        outside.once("close", () => inside.destroy());
      },
      (error: unknown) => {
        failure = toFailure(error, through, `${target.host}:${target.port}`);
        inside.destroy();
      },
    );
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    alias: target.port === 22 ? bare : `[${bare}]:${target.port}`,
    failure: () => failure,
    async [Symbol.asyncDispose]() {
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
}

/** Go: socks.Dialer says what it was about where the proxy cannot be reached, too. */
function toFailure(error: unknown, proxy: URL, target: string): SourceError {
  const isDialed = error instanceof Error && "syscall" in error;
  const text = isDialed
    ? `socks connect tcp ${proxy.host}->${target}: ${networkErrorText(error, proxy)}`
    : messageOf(error);
  return new SourceError("Unreachable", text, { cause: error });
}
