import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rootCertificates } from "node:tls";
import { SourceError } from "../errors.ts";
import { authorization, type Credentials, parseUrl, splitUserinfo } from "../http/download.ts";
import { createTransport, type TlsOptions } from "../http/transport.ts";
import { openBatch } from "./batch.ts";
import { createGitHttpClient } from "./http-client.ts";
import { fetchWithLibrary, listWithLibrary } from "./library.ts";
import type { GitObjects } from "./objects.ts";
import { findGit, forCurl, type GitProcessOptions, proxyEnvironment, runGit } from "./program.ts";
import type { ListedReference } from "./reference.ts";
import { assertOpens, inFluxsWords, isRefused, parseListing, sshEnvironment } from "./ssh.ts";
import { assertUsable, type SshKeys } from "./ssh-keys.ts";
import { serveProxied } from "./ssh-proxy.ts";

export interface RemoteOptions {
  readonly url: string;
  readonly credentials?: Credentials;
  readonly tls?: TlsOptions;
  /** The keys for `ssh://`. */
  readonly ssh?: SshKeys;
  /** The URL of a proxy, with its credentials. */
  readonly proxy?: string;
  readonly signal: AbortSignal;
  /** Largest pack, and largest object, in bytes. */
  readonly limit?: number;
  /** The Git program; by default it is looked for, and isomorphic-git does the work where there is none. */
  readonly program?: string | "none";
}

/** A Git repository somewhere else. */
export interface GitRemote {
  /** The references whose full name begins with the prefix. */
  list(prefix: string): Promise<readonly ListedReference[]>;
  /** Fetches one reference, or one commit by its hash, without history. The caller disposes the result. */
  fetch(what: { readonly name: string } | { readonly hash: string }): Promise<GitObjects & { readonly head: string }>;
}

/** Opens a repository over HTTP, HTTPS or SSH. Nothing is sent before the first question. */
export function openRemote(options: RemoteOptions): GitRemote {
  const { protocol } = parseUrl(options.url);
  switch (protocol) {
    case "http:":
    case "https:":
      return openHttpRemote(options);
    case "ssh:":
      return openSshRemote(options);
  }
  throw new SourceError("URLInvalid", `Git over "${protocol.slice(0, -1)}" is not supported; use http, https or ssh`);
}

/** SSH is spoken by the Git program alone, with the ssh of the machine. */
function openSshRemote(options: RemoteOptions): GitRemote {
  const { url, ssh, signal, limit = maximumPack } = options;
  if (ssh === undefined)
    throw new SourceError("AuthenticationFailed", "Git over SSH needs a key and the server's keys");
  const inFolder = async <T>(
    work: (git: GitProcessOptions) => Promise<T>,
  ): Promise<{ result: T } & AsyncDisposable> => {
    assertUsable(ssh);
    const program = options.program ?? (await findGit()) ?? "none";
    if (program === "none") throw new SourceError("GitOperationFailed", "Git over SSH needs Git to be installed");
    const folder = await mkdtemp(join(tmpdir(), "cox-git-"));
    const dispose = (): Promise<void> => rm(folder, { recursive: true, force: true });
    try {
      await writeEmptyRepository(folder);
      await using door = options.proxy === undefined ? undefined : await serveProxied(url, options.proxy);
      const environment = await sshEnvironment(folder, ssh, door);
      const complaint = (text: string): string => text.slice(-4000);
      const git = { program, gitDirectory: folder, signal, environment, complaint };
      const result = await work(git).catch(async (error: unknown) => {
        const failure = door?.failure();
        if (failure !== undefined) throw failure;
        const told = inFluxsWords(error);
        if (isRefused(told)) await assertOpens(folder, environment, signal);
        throw told;
      });
      return { result, [Symbol.asyncDispose]: dispose };
    } catch (error) {
      await dispose();
      throw error;
    }
  };
  return {
    async list(prefix) {
      await using listed = await inFolder((git) => runGit(["ls-remote", "--quiet", "--", url], git));
      return parseListing(listed.result).filter(({ name }) => name.startsWith(prefix));
    },
    async fetch(what) {
      const fetched = await inFolder((git) => fetchInto(git, { url, what, limit }));
      const { head, read } = fetched.result;
      return {
        head,
        read,
        async [Symbol.asyncDispose]() {
          await fetched.result[Symbol.asyncDispose]();
          await fetched[Symbol.asyncDispose]();
        },
      };
    },
  };
}

const maximumPack = 512 << 20;

function openHttpRemote(options: RemoteOptions): GitRemote {
  const { tls, proxy, signal, limit = maximumPack } = options;
  const { url, credentials = options.credentials } = splitUserinfo(options.url);
  const http = createGitHttpClient({
    url,
    transport: createTransport({
      userAgent: "git/coxswain",
      ...(tls === undefined ? {} : { tls }),
      ...(proxy === undefined ? {} : { proxy }),
    }),
    signal,
    limit,
    ...(credentials === undefined ? {} : { credentials }),
  });
  const list = (prefix: string): Promise<readonly ListedReference[]> => listWithLibrary({ http, url, prefix });
  return {
    list,
    async fetch(what) {
      const program = options.program ?? (await findGit()) ?? "none";
      // A reference was listed before: redirects are followed, and refusals told in the words of Flux. A commit was not.
      if ("hash" in what) await list("HEAD");
      const folder = await mkdtemp(join(tmpdir(), "cox-git-"));
      const dispose = (): Promise<void> => rm(folder, { recursive: true, force: true });
      try {
        const fetched =
          program === "none"
            ? await fetchWithLibrary({ http, url, gitDirectory: folder, what, list })
            : await fetchWithProgram({
                program,
                gitDirectory: folder,
                url: http.finalUrl(),
                what,
                signal,
                limit,
                // They are for the server that was named, not for the one that it points to.
                ...(credentials === undefined || !isSameOrigin(url, http.finalUrl()) ? {} : { credentials }),
                ...(tls === undefined ? {} : { tls }),
                ...(proxy === undefined ? {} : { proxy }),
              });
        return {
          head: fetched.head,
          read: fetched.read,
          async [Symbol.asyncDispose]() {
            await fetched[Symbol.asyncDispose]();
            await dispose();
          },
        };
      } catch (error) {
        await dispose();
        throw error;
      }
    },
  };
}

function isSameOrigin(one: string, other: string): boolean {
  return new URL(one).origin === new URL(other).origin;
}

async function fetchWithProgram(
  options: RemoteOptions & {
    readonly program: string;
    readonly limit: number;
    readonly gitDirectory: string;
    readonly what: { readonly name: string } | { readonly hash: string };
  },
): Promise<GitObjects & { readonly head: string }> {
  const { program, gitDirectory, signal, url, what, limit } = options;
  await writeEmptyRepository(gitDirectory);
  const settings = await settingsFor(options);
  // A proxy of the object's own is for all that is asked for it: what the environment excludes does not count.
  const environment = options.proxy === undefined ? proxyEnvironment(process.env) : {};
  return fetchInto({ program, gitDirectory, signal, settings, environment }, { url, what, limit });
}

async function fetchInto(
  git: GitProcessOptions,
  options: {
    readonly url: string;
    readonly what: { readonly name: string } | { readonly hash: string };
    readonly limit: number;
  },
): Promise<GitObjects & { readonly head: string }> {
  const { url, what, limit } = options;
  const source = "name" in what ? what.name : what.hash;
  const common = [
    "fetch",
    "--quiet",
    "--no-tags",
    "--no-recurse-submodules",
    "--no-write-fetch-head",
    "--no-auto-maintenance",
  ];
  try {
    await runGit([...common, "--depth=1", "--", url, `+${source}:refs/cox/head`], git);
  } catch (error) {
    if ("name" in what || git.signal.aborted) throw error;
    // Some servers give commits only as part of the history of a reference.
    await runGit([...common, "--", url, "+refs/heads/*:refs/cox/heads/*", "+refs/tags/*:refs/cox/tags/*"], git);
  }
  const batch = openBatch({ ...git, limit });
  try {
    const { hash } = await batch.read("name" in what ? "refs/cox/head" : what.hash);
    return { head: hash, read: batch.read, [Symbol.asyncDispose]: () => batch[Symbol.asyncDispose]() };
  } catch (error) {
    await batch[Symbol.asyncDispose]();
    throw error;
  }
}

/** What `git init --bare` would make, without the price of a process. */
async function writeEmptyRepository(folder: string): Promise<void> {
  await mkdir(join(folder, "objects"));
  await mkdir(join(folder, "refs"));
  await writeFile(join(folder, "HEAD"), "ref: refs/cox/none\n");
  await writeFile(join(folder, "config"), "[core]\n\trepositoryformatversion = 0\n\tbare = true\n");
}

/** Redirects were followed when references were listed; a later one could carry credentials elsewhere. */
async function settingsFor(
  options: RemoteOptions & { readonly gitDirectory: string },
): Promise<Readonly<Record<string, string>>> {
  const { credentials, tls, proxy, url, gitDirectory } = options;
  const settings: Record<string, string> = { "http.followRedirects": "false" };
  if (proxy !== undefined) settings["http.proxy"] = forCurl(proxy);
  if (credentials !== undefined)
    settings[`http.${new URL(url).origin}/.extraHeader`] = `Authorization: ${authorization(credentials)}`;
  const save = async (name: string, text: string): Promise<string> => {
    const file = join(gitDirectory, name);
    await writeFile(file, text, { mode: 0o600 });
    return file;
  };
  if (tls?.ca !== undefined)
    settings["http.sslCAInfo"] = await save("ca.pem", [...rootCertificates, tls.ca].join("\n"));
  if (tls?.cert !== undefined) settings["http.sslCert"] = await save("cert.pem", tls.cert);
  if (tls?.key !== undefined) settings["http.sslKey"] = await save("key.pem", tls.key);
  return settings;
}
