import { createHash } from "node:crypto";
import { messageOf } from "../../base/errors.ts";
import { isIgnored, parseIgnoreFile } from "../../base/gitignore.ts";
import { SourceError } from "../errors.ts";
import { resolveInRoot, type SourceFile, type SourceTree, sortTree } from "../tree.ts";
import type { BucketReader } from "./reader.ts";

/** The wanted objects of a bucket, key → entity tag, and its file of ignore rules. */
export interface BucketIndex {
  readonly etags: ReadonlyMap<string, string>;
  readonly ignoreFile?: Uint8Array;
}

/** The most that one bucket may have. */
const maximumObjects = 100_000;
const maximumBytes = 512 << 20;
const ignoreFile = ".sourceignore";

/** How many objects are fetched at once. */
const concurrency = 16;

/**
 * Lists what of a bucket is wanted. Unlike other sources a bucket has no default ignore rules: its own `.sourceignore` and
 * the object's patterns are all there is.
 */
export async function indexBucket(
  reader: BucketReader,
  options: { readonly bucket: string; readonly prefix?: string; readonly ignore?: string },
): Promise<BucketIndex> {
  const { bucket, prefix = "", ignore } = options;
  const exists = await saying(`failed to confirm existence of '${bucket}' bucket`, () => reader.exists());
  if (!exists) throw new SourceError("NotFound", `bucket '${bucket}' not found`);
  const rules = await saying(`failed to get Etag for '${ignoreFile}' object`, () => reader.get(ignoreFile, 1 << 20));
  const patterns = [
    ...(rules === undefined ? [] : parseIgnoreFile(new TextDecoder().decode(rules.content))),
    ...(ignore === undefined ? [] : parseIgnoreFile(ignore)),
  ];
  const etags = new Map<string, string>();
  const failed = `indexation of objects from bucket '${bucket}' failed: listing objects from bucket '${bucket}' failed`;
  await saying(failed, async () => {
    for await (const { key, etag } of reader.list(prefix)) {
      if (key === "" || key.endsWith("/") || key === ignoreFile || isIgnored(patterns, key, "file")) continue;
      etags.set(key, etag);
      if (etags.size > maximumObjects)
        throw new SourceError("TooLarge", `bucket has more than ${maximumObjects} objects`);
    }
  });
  return { etags, ...(rules === undefined ? {} : { ignoreFile: rules.content }) };
}

/** The revision of what was listed: a digest over `key etag` lines, in the order of the keys' bytes. */
export function revisionOf(etags: ReadonlyMap<string, string>): string {
  const hash = createHash("sha256");
  const keys = [...etags.keys()].map((key) => ({ key, bytes: Buffer.from(key) }));
  for (const { key } of keys.toSorted((a, b) => Buffer.compare(a.bytes, b.bytes)))
    hash.update(`${key} ${etags.get(key)}\n`);
  return `sha256:${hash.digest("hex")}`;
}

/** Fetches what was listed. An object that has gone since is left out; the entity tags are those of what was fetched. */
export async function fetchBucket(
  reader: BucketReader,
  index: BucketIndex,
  options: { readonly bucket: string },
): Promise<{ readonly tree: SourceTree; readonly etags: ReadonlyMap<string, string> }> {
  const etags = new Map<string, string>();
  const files = new Map<string, SourceFile>();
  let room = maximumBytes;
  const keep = (key: string, content: Uint8Array): void => {
    const path = resolveInRoot(key);
    if (path !== "") files.set(path, { path, executable: false, read: () => Promise.resolve(content) });
  };
  if (index.ignoreFile !== undefined) keep(ignoreFile, index.ignoreFile);
  const waiting = index.etags.keys();
  const work = async (): Promise<void> => {
    for (const key of waiting) {
      const found = await saying(`failed to get '${key}' object`, () => reader.get(key, room));
      if (found === undefined) continue;
      room -= found.content.byteLength;
      if (room < 0) throw new SourceError("TooLarge", `bucket is larger than ${maximumBytes} bytes`);
      etags.set(key, found.etag);
      keep(key, found.content);
    }
  };
  await saying(`fetch from bucket '${options.bucket}' failed`, () =>
    Promise.all(Array.from({ length: concurrency }, work)),
  );
  const folders = foldersOf(files.keys());
  for (const folder of folders)
    if (files.has(folder))
      throw new SourceError("InvalidPath", `bucket has an object '${folder}' and others below '${folder}/'`);
  return { tree: sortTree({ files: [...files.values()], folders }), etags };
}

function foldersOf(paths: Iterable<string>): string[] {
  const folders = new Set<string>();
  for (const path of paths)
    for (let slash = path.indexOf("/"); slash > 0; slash = path.indexOf("/", slash + 1))
      folders.add(path.slice(0, slash));
  return [...folders];
}

async function saying<T>(what: string, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (cause) {
    const code = cause instanceof SourceError ? cause.code : "Unreachable";
    throw new SourceError(code, `${what}: ${messageOf(cause)}`, { cause });
  }
}
