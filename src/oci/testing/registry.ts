import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { hashSync } from "bcryptjs";
import { authenticateFile } from "../registry/authenticate.ts";
import { openRegistryFolder } from "../registry/registry.ts";
import { serveRegistry } from "../registry/serve.ts";
import type { Fetch } from "../types.ts";

/** Debian's docker-registry, where it is installed. */
export const registryProgram = ["/usr/bin/docker-registry", "/usr/local/bin/docker-registry"].find((file) =>
  existsSync(file),
);
export const withoutRegistry = registryProgram === undefined ? "docker-registry is not installed" : false;

export interface User {
  readonly username: string;
  readonly password: string;
}

export interface Tls {
  readonly cert: string;
  readonly key: string;
}

/** What ends with a test, or with the tool that asks. */
export type Ending = Pick<TestContext, "after">;

/** The registries that the same tests hold for; `skip` says why one is not here. */
export const registries: readonly {
  readonly name: string;
  readonly skip: string | false;
  readonly start: (t: Ending, user?: User, tls?: Tls) => Promise<string>;
}[] = [
  { name: "docker-registry", skip: withoutRegistry, start: startRegistry },
  { name: "embedded", skip: false, start: startEmbeddedRegistry },
];

/** A folder that goes with the test. */
export async function temporaryFolder(t: Ending): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "cox-registry-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Starts our own registry on loopback, with a user if one is given; it ends with the test. Returns `127.0.0.1:port`. */
export async function startEmbeddedRegistry(t: Ending, user?: User, tls?: Tls): Promise<string> {
  const folder = await temporaryFolder(t);
  const htpasswd = join(folder, "htpasswd");
  if (user !== undefined) await writeFile(htpasswd, `${user.username}:${hashSync(user.password, 4)}\n`);
  const registry = await openRegistryFolder({
    directory: join(folder, "data"),
    ...(user === undefined ? {} : { authenticate: await authenticateFile(htpasswd) }),
  });
  const server = await serveRegistry(registry, tls === undefined ? {} : { tls });
  t.after(() => server.close());
  return `127.0.0.1:${server.port}`;
}

/** Starts Debian's registry on loopback, with a user if one is given; it ends with the test. Returns `127.0.0.1:port`. */
export async function startRegistry(t: Ending, user?: User, tls?: Tls): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "cox-registry-"));
  const port = await freePort();
  const auth = user === undefined ? "" : `auth:\n  htpasswd:\n    realm: test\n    path: ${join(folder, "htpasswd")}\n`;
  if (user !== undefined) await writeFile(join(folder, "htpasswd"), `${user.username}:${hashSync(user.password, 4)}\n`);
  const secured =
    tls === undefined ? "" : `, tls: {certificate: ${join(folder, "tls.crt")}, key: ${join(folder, "tls.key")}}`;
  if (tls !== undefined) {
    await writeFile(join(folder, "tls.crt"), tls.cert);
    await writeFile(join(folder, "tls.key"), tls.key);
  }
  const file = join(folder, "config.yml");
  await writeFile(
    file,
    `version: 0.1\nlog: {level: error}\nstorage: {filesystem: {rootdirectory: ${join(folder, "data")}}}\nhttp: {addr: "127.0.0.1:${port}", secret: test${secured}}\n${auth}`,
  );
  const child = spawn(registryProgram ?? "", ["serve", file], { stdio: "ignore" });
  t.after(async () => {
    const ended = new Promise((resolve) => child.once("close", resolve));
    child.kill("SIGKILL");
    await ended;
    await rm(folder, { recursive: true, force: true });
  });
  const host = `127.0.0.1:${port}`;
  for (let tries = 0; tries < 200; tries += 1) {
    const answer = await fetch(`http://${host}/v2/`).catch(() => undefined);
    await answer?.body?.cancel();
    if (answer !== undefined) return host;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error("docker-registry did not answer");
}

/** The platform's fetch, told not to follow redirects. */
export const platformFetch: Fetch = (request) => fetch(new Request(request, { redirect: "manual" }));

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
