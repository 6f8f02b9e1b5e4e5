import { BlockList, isIP } from "node:net";

type Environment = Readonly<Record<string, string | undefined>>;

/** The proxy that the environment names for a URL, as Go's clients read it; undefined where there is none, or it is not for this host. */
export function environmentProxy(url: URL, env: Environment): string | undefined {
  const either = (name: string): string => env[name] || env[name.toLowerCase()] || "";
  const proxy = either(url.protocol === "https:" ? "HTTPS_PROXY" : "HTTP_PROXY");
  const host = url.hostname.replace(/^\[|\]$/g, "").toLowerCase();
  if (proxy === "" || isLoopback(host)) return undefined;
  const port = url.port || (url.protocol === "https:" ? "443" : "80");
  const isLeftOut = either("NO_PROXY")
    .split(",")
    .some((entry) => isFor(entry.trim().toLowerCase(), host, port));
  return isLeftOut ? undefined : proxy;
}

function isLoopback(host: string): boolean {
  return host === "localhost" || (isIP(host) === 4 && host.startsWith("127.")) || host === "::1";
}

/** Go: httpproxy.Config.NoProxy. An address, a network, or a domain with all that is below it; with a port, that port alone. */
function isFor(entry: string, host: string, port: string): boolean {
  if (entry === "") return false;
  if (entry === "*") return true;
  const [, network = "", bits = ""] = /^([^/]+)\/(\d+)$/.exec(entry) ?? [];
  if (isIP(network) !== 0) return isIP(host) === isIP(network) && isInNetwork(host, network, Number(bits));
  const [, name = entry, only = port] = isIP(entry) === 6 ? [] : (/^(.*):(\d+)$/.exec(entry) ?? []);
  if (only !== port) return false;
  const bare = name.replace(/^\[|\]$/g, "");
  if (isIP(bare) !== 0 || isIP(host) !== 0) return bare === host;
  const domain = bare.replace(/^\*/, "");
  return domain.startsWith(".") ? host.endsWith(domain) : host === domain || host.endsWith(`.${domain}`);
}

function isInNetwork(host: string, network: string, bits: number): boolean {
  const family = isIP(network) === 6 ? "ipv6" : "ipv4";
  if (bits > (family === "ipv6" ? 128 : 32)) return false;
  const list = new BlockList();
  list.addSubnet(network, bits, family);
  return list.check(host, family);
}
