import { execFileSync, spawnSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { serveSocks } from "../../../base/node/testing/socks-server.ts";
import { serve, serveGit } from "../../../sources/index.ts";
import { serveGuard, serveProxy } from "../../../sources/testing/guard.ts";
import { signedObjects } from "../../../sources/testing/signed-objects.ts";
import { serveSsh, skipSsh } from "../../../sources/testing/ssh-server.ts";
import { makeRepositories, moveBranch } from "./repositories.ts";

/** Why these servers cannot run here; false where they can. */
export const skipGitServers: string | false =
  ["git", "openssl"]
    .filter((program) => spawnSync(program, ["version"]).error !== undefined)
    .map((program) => `${program} is not installed`)[0] ?? skipSsh;

export interface GitServers extends AsyncDisposable {
  /** Puts what the servers gave out in place of names in braces. */
  readonly fill: <T>(value: T) => T;
  /** The other way round, for what is the same in no two plays. */
  readonly mask: (text: string) => string;
  readonly moveBranch: (branch: "grows" | "forced" | "gone") => void;
}

const basic = (user: string): string => `Basic ${Buffer.from(user).toString("base64")}`;
const admitted = new Set([basic("ada:s3cret"), "Bearer t0ken", basic("x-access-token:ghs_token")]);
const admits = (authorization: string): boolean => admitted.has(authorization);

/** Starts a Git host for everyone, one that asks who it is over HTTP and HTTPS, OpenSSH's server, proxies and GitHub's API. */
export async function startGitServers(): Promise<GitServers> {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "cox-play-"));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const root = join(folder, "git");
  const open = stack.use(await serveGit({ root }));
  const elsewhere = stack.use(await serveGit({ root }));
  const commits = await makeRepositories(root, elsewhere.url);
  const tls = await makeCertificate(folder);
  const guarded = stack.use(await serveGuard(open.url, { admits }));
  const secure = stack.use(await serveGuard(open.url, { admits, tls }));
  const proxy = stack.use(await serveProxy("eve:pass"));
  const socks = stack.use(await serveSocks({ login: "eve:pass" }));
  const github = stack.use(await serve(answerAsGitHub));
  await mkdir(join(folder, "ssh"));
  const ssh = await serveSsh(join(folder, "ssh"));
  stack.defer(() => ssh.close());
  const appKey = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;

  const addresses = {
    ssh: `ssh://root@127.0.0.1:${ssh.port}${root}`,
    open: open.url,
    elsewhere: elsewhere.url,
    guarded: guarded.url,
    secure: secure.url,
    proxy: proxy.url,
    socks: socks.url,
    github: github.url,
  };
  const given: Readonly<Record<string, string>> = {
    ...addresses,
    ...Object.fromEntries(commits),
    ...Object.fromEntries(signedObjects.map(({ name, publicKey }) => [name, publicKey])),
    certificate: tls.cert,
    identity: ssh.identities.open,
    locked: ssh.identities.locked,
    stranger: ssh.identities.stranger,
    passphrase: ssh.passphrase,
    public: await readFile(join(folder, "ssh/stranger.pub"), "utf8"),
    known: ssh.knownHosts,
    port: String(ssh.port),
    appkey: appKey.export({ type: "pkcs1", format: "pem" }).toString(),
  };
  const hosts = Object.entries(addresses).map(([name, url]) => [`{${name}-host}`, new URL(url).host] as const);
  const placeholders = [
    ...Object.entries(addresses).map(([name, url]) => [`{${name}}`, url] as const),
    ...hosts,
    ...[...commits].map(([name, hash]) => [`{${name}}`, hash] as const),
    ["{root}", root] as const,
  ];
  const owned = stack.move();
  return {
    fill: (value) =>
      JSON.parse(JSON.stringify(value), (_, each: unknown) =>
        typeof each === "string" ? each.replace(/\{([\w-]+)\}/g, (whole, name: string) => given[name] ?? whole) : each,
      ) as typeof value,
    moveBranch: (branch) => moveBranch(root, branch),
    mask: (text) =>
      placeholders
        .reduce((masked, [name, value]) => masked.replaceAll(value, name), text)
        // Flux tells its own temporary folder.
        .replace(/: lstat \/tmp\/\S+: no such file or directory/, ""),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

async function makeCertificate(folder: string): Promise<{ readonly cert: string; readonly key: string }> {
  const [cert, key] = [join(folder, "tls.crt"), join(folder, "tls.key")];
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  const names = ["-subj", "/CN=git", "-addext", "subjectAltName=IP:127.0.0.1"];
  execFileSync("openssl", ["req", "-x509", ...curve, ...names, "-keyout", key, "-out", cert], { stdio: "ignore" });
  return { cert: await readFile(cert, "utf8"), key: await readFile(key, "utf8") };
}

/** Gives a token for installation 7 to everyone; what GitHub looks at is in github-app.test.ts. */
async function answerAsGitHub(request: Request): Promise<Response> {
  const { pathname } = new URL(request.url);
  if (!pathname.endsWith("/app/installations/7/access_tokens"))
    return Response.json({ message: "Not Found" }, { status: 404 });
  const expires = new Date(Date.now() + 3_600_000).toISOString();
  return Response.json({ token: "ghs_token", expires_at: expires }, { status: 201 });
}
