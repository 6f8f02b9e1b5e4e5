import { lookup } from "node:dns/promises";

/** One of a host's addresses, by chance, as Sprig's `getHostByName` gives it where it may ask; undefined for a host without one. */
export async function resolveHost(name: string): Promise<string | undefined> {
  const found = await lookup(name, { all: true }).catch(() => []);
  return found[Math.floor(Math.random() * found.length)]?.address;
}
