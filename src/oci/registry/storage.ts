import { createReadStream } from "node:fs";
import { readdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { makeFolder, moveDurably, writeDurably } from "../../base/node/durable-file.ts";
import type { ManifestRecord } from "./manifest-rules.ts";

/**
 * A registry's content on disk. Bytes are kept once, under their digest; a repository is a folder of links to them. Every name that comes
 * in was checked by `routeOf` or is a digest: it cannot leave the folder.
 *
 *     blobs/sha256/ab/abcd…                      bytes of blobs and manifests
 *     repositories/NAME/_blobs/sha256/abcd…      which blobs a repository has
 *                      /_manifests/sha256/abcd…  which manifests, and what they say of themselves
 *                      /_tags/1.0.0              the digest of a tag
 *                      /_referrers/sha256-…/sha256-…  which manifests are about a manifest
 *     uploads/ID/                                what is not finished
 */
export interface Storage {
  readonly root: string;
  readonly blobPath: (digest: string) => string;
  /** The size of bytes that some repository has. */
  blobSize(digest: string): Promise<number | undefined>;
  readBlob(digest: string): Promise<Uint8Array>;
  streamBlob(digest: string, range?: { readonly start: number; readonly end: number }): ReadableStream<Uint8Array>;
  /** Takes over a file that is synced already. */
  adoptBlob(digest: string, file: string): Promise<void>;

  hasRepository(repository: string): Promise<boolean>;
  repositories(): Promise<readonly string[]>;
  hasBlob(repository: string, digest: string): Promise<boolean>;
  linkBlob(repository: string, digest: string): Promise<void>;
  unlinkBlob(repository: string, digest: string): Promise<void>;

  manifest(repository: string, digest: string): Promise<ManifestRecord | undefined>;
  writeManifest(
    repository: string,
    manifest: { readonly digest: string; readonly record: ManifestRecord; readonly content: Uint8Array },
  ): Promise<void>;
  removeManifest(repository: string, digest: string): Promise<void>;
  referrers(
    repository: string,
    subject: string,
  ): Promise<readonly { readonly digest: string; readonly record: ManifestRecord }[]>;

  tag(repository: string, tag: string): Promise<string | undefined>;
  tags(repository: string): Promise<readonly string[]>;
  writeTag(repository: string, tag: string, digest: string): Promise<void>;
  removeTag(repository: string, tag: string): Promise<void>;
}

/** Opens the content of a registry in a folder; makes it where there is none. */
export async function openStorage(root: string): Promise<Storage> {
  await makeFolder(join(root, "blobs"));
  await makeFolder(join(root, "repositories"));

  const blobPath = (digest: string): string => {
    const [algorithm, hex] = split(digest);
    return join(root, "blobs", algorithm, hex.slice(0, 2), hex);
  };
  const inRepository = (repository: string, ...rest: readonly string[]): string =>
    join(root, "repositories", ...repository.split("/"), ...rest);
  const link = (repository: string, folder: string, digest: string): string =>
    inRepository(repository, folder, ...split(digest));
  const referrer = (repository: string, subject: string, digest = ""): string =>
    inRepository(
      repository,
      "_referrers",
      split(subject).join("-"),
      ...(digest === "" ? [] : [split(digest).join("-")]),
    );

  async function manifest(repository: string, digest: string): Promise<ManifestRecord | undefined> {
    const text = await tryRead(link(repository, "_manifests", digest));
    return text === undefined ? undefined : (JSON.parse(text) as ManifestRecord);
  }

  async function tags(repository: string): Promise<readonly string[]> {
    return (await namesIn(inRepository(repository, "_tags"))).sort();
  }

  async function tag(repository: string, name: string): Promise<string | undefined> {
    return (await tryRead(inRepository(repository, "_tags", name)))?.trim();
  }

  const removeTag = (repository: string, name: string): Promise<void> =>
    rm(inRepository(repository, "_tags", name), { force: true });

  return {
    root,
    blobPath,
    blobSize: async (digest) => (await tryStat(blobPath(digest)))?.size,
    readBlob: (digest) => readFile(blobPath(digest)),
    streamBlob: (digest, range) =>
      Readable.toWeb(createReadStream(blobPath(digest), range)) as ReadableStream<Uint8Array>,
    adoptBlob: (digest, file) => moveDurably(file, blobPath(digest)),

    async hasRepository(repository) {
      const names = await entriesIn(inRepository(repository));
      return names.some(({ name }) => name === "_manifests" || name === "_blobs");
    },
    repositories: () => findRepositories(join(root, "repositories")),
    hasBlob: async (repository, digest) => (await tryStat(link(repository, "_blobs", digest))) !== undefined,
    linkBlob: (repository, digest) => writeDurably(link(repository, "_blobs", digest), ""),
    unlinkBlob: (repository, digest) => rm(link(repository, "_blobs", digest), { force: true }),

    manifest,
    async writeManifest(repository, { digest, record, content }) {
      // The order matters for a crash in between: what is pointed at is there before what points.
      if ((await tryStat(blobPath(digest))) === undefined) await writeDurably(blobPath(digest), content);
      if (record.subject !== undefined) await writeDurably(referrer(repository, record.subject, digest), "");
      await writeDurably(link(repository, "_manifests", digest), JSON.stringify(record));
    },
    async removeManifest(repository, digest) {
      const record = await manifest(repository, digest);
      for (const name of await tags(repository))
        if ((await tag(repository, name)) === digest) await removeTag(repository, name);
      await rm(link(repository, "_manifests", digest), { force: true });
      if (record?.subject !== undefined) await rm(referrer(repository, record.subject, digest), { force: true });
    },
    async referrers(repository, subject) {
      const found = [];
      for (const name of (await namesIn(referrer(repository, subject))).sort()) {
        const digest = name.replace("-", ":");
        const record = await manifest(repository, digest);
        if (record !== undefined) found.push({ digest, record });
      }
      return found;
    },

    tag,
    tags,
    writeTag: (repository, name, digest) => writeDurably(inRepository(repository, "_tags", name), `${digest}\n`),
    removeTag,
  };
}

/** Names of repositories have no part that begins with an underscore: those are the folders of a repository. */
async function findRepositories(folder: string, name = ""): Promise<string[]> {
  const found: string[] = [];
  const entries = await entriesIn(folder);
  if (entries.some((entry) => entry.name === "_manifests" || entry.name === "_blobs")) found.push(name);
  for (const entry of entries) {
    if (!entry.isDirectory() || entry.name.startsWith("_")) continue;
    found.push(
      ...(await findRepositories(join(folder, entry.name), name === "" ? entry.name : `${name}/${entry.name}`)),
    );
  }
  return found.sort();
}

function split(digest: string): [algorithm: string, hex: string] {
  const [algorithm = "", hex = ""] = digest.split(":");
  return [algorithm, hex];
}

async function entriesIn(folder: string) {
  return readdir(folder, { withFileTypes: true }).catch(ignoreMissing([]));
}

/** The names of a folder, without what a crash left half written. */
async function namesIn(folder: string): Promise<string[]> {
  return (await entriesIn(folder)).map(({ name }) => name).filter((name) => !name.startsWith("."));
}

async function tryRead(path: string): Promise<string | undefined> {
  return readFile(path, "utf8").catch(ignoreMissing(undefined));
}

async function tryStat(path: string) {
  return stat(path).catch(ignoreMissing(undefined));
}

function ignoreMissing<Otherwise>(otherwise: Otherwise): (error: unknown) => Otherwise {
  return (error) => {
    const code = (error as { readonly code?: unknown }).code;
    if (code === "ENOENT" || code === "ENOTDIR") return otherwise;
    throw error;
  };
}
