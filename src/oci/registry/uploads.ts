import { createHash, randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { makeFolder } from "../../base/node/durable-file.ts";
import { Refused } from "./answers.ts";
import type { Storage } from "./storage.ts";

/** Blobs that are on their way. Each is a folder of its own, so that a restart of the registry interrupts none. */
export interface Uploads {
  /** Begins an upload; returns its id. Throws Refused when too many are open. */
  start(repository: string): Promise<string>;
  /** How many bytes have come. Throws Refused for an upload that is not there, or belongs to another repository. */
  offset(repository: string, id: string): Promise<number>;
  /** Adds a chunk and returns the new offset. A chunk that breaks off leaves the upload as it was. */
  append(repository: string, id: string, chunk: Chunk): Promise<number>;
  /** Ends the upload: its bytes are a blob of the repository now. Throws Refused when they have another digest. */
  finish(repository: string, id: string, digest: string): Promise<void>;
  cancel(repository: string, id: string): Promise<void>;
  /** Removes the uploads that nobody has added to for a while. */
  expire(): Promise<void>;
}

export interface Chunk {
  readonly body: ReadableStream<Uint8Array> | null;
  /** What the client says its bytes are: `Content-Range`. */
  readonly range?: { readonly start: number; readonly end: number };
}

export interface UploadLimits {
  /** Bytes of one blob. */
  readonly maxBlobSize: number;
  readonly maxUploads: number;
  /** Milliseconds after which an upload that does not grow is removed. */
  readonly uploadLifetime: number;
}

export async function openUploads(
  storage: Storage,
  options: UploadLimits & { readonly now: () => Date },
): Promise<Uploads> {
  const { maxBlobSize, maxUploads, uploadLifetime, now } = options;
  const folder = join(storage.root, "uploads");
  await makeFolder(folder);
  const busy = new Set<string>();
  const contentOf = (id: string): string => join(folder, id, "content");

  async function offset(repository: string, id: string): Promise<number> {
    const owner = await readFile(join(folder, id, "repository"), "utf8").catch(() => undefined);
    const found = owner === repository ? await stat(contentOf(id)).catch(() => undefined) : undefined;
    if (found === undefined)
      throw new Refused("BLOB_UPLOAD_UNKNOWN", "blob upload unknown to registry", { detail: { id } });
    return found.size;
  }

  const remove = (id: string): Promise<void> => rm(join(folder, id), { recursive: true, force: true });

  /** Two requests for one upload would write into each other's bytes. */
  async function alone<Result>(id: string, work: () => Promise<Result>): Promise<Result> {
    if (busy.has(id)) throw new Refused("BLOB_UPLOAD_INVALID", "another request writes to this upload");
    busy.add(id);
    try {
      return await work();
    } finally {
      busy.delete(id);
    }
  }

  async function expire(): Promise<void> {
    const oldest = now().getTime() - uploadLifetime;
    for (const id of await readdir(folder)) {
      if (busy.has(id)) continue;
      const found = await stat(contentOf(id)).catch(() => undefined);
      if (found === undefined || found.mtimeMs < oldest) await remove(id);
    }
  }

  return {
    async start(repository) {
      if ((await readdir(folder)).length >= maxUploads) {
        await expire();
        if ((await readdir(folder)).length >= maxUploads)
          throw new Refused("TOOMANYREQUESTS", "too many uploads are open");
      }
      const id = randomUUID();
      busy.add(id); // or `expire` could meet it half made
      try {
        await makeFolder(join(folder, id));
        await writeFile(join(folder, id, "repository"), repository);
        await writeFile(contentOf(id), "");
        await utimes(contentOf(id), now(), now());
      } finally {
        busy.delete(id);
      }
      return id;
    },

    offset,

    async append(repository, id, { body, range }) {
      return alone(id, async () => {
        const start = await offset(repository, id);
        if (range !== undefined && range.start !== start)
          throw new Refused("RANGE_INVALID", "chunk does not begin where the last one ended", {
            headers: { range: rangeOf(start) },
          });
        const handle = await open(contentOf(id), "r+");
        try {
          let end = start;
          try {
            for await (const bytes of body ?? []) {
              if (end + bytes.byteLength > maxBlobSize)
                throw new Refused("SIZE_INVALID", `blob is larger than ${maxBlobSize} bytes`, { status: 413 });
              for (let at = 0; at < bytes.byteLength; )
                at += (await handle.write(bytes, at, bytes.byteLength - at, end + at)).bytesWritten;
              end += bytes.byteLength;
            }
            if (range !== undefined && end !== range.end + 1)
              throw new Refused("SIZE_INVALID", "chunk does not have the length of its range");
          } catch (error) {
            await handle.truncate(start);
            throw error;
          }
          return end;
        } finally {
          await handle.utimes(now(), now()); // lifetimes go by our clock
          await handle.close();
        }
      });
    },

    async finish(repository, id, digest) {
      await alone(id, async () => {
        await offset(repository, id);
        const actual = await syncAndHash(contentOf(id), digest.split(":")[0] ?? "");
        if (actual !== digest) {
          await remove(id);
          throw new Refused("DIGEST_INVALID", "provided digest did not match uploaded content", { detail: { digest } });
        }
        if ((await storage.blobSize(digest)) === undefined) await storage.adoptBlob(digest, contentOf(id));
        await storage.linkBlob(repository, digest);
        await remove(id);
      });
    },

    async cancel(repository, id) {
      await alone(id, async () => {
        await offset(repository, id);
        await remove(id);
      });
    },

    expire,
  };
}

/** `Range` of an upload: what has come. Of an empty one, too, it begins with `0-0`, as all registries say it. */
export function rangeOf(offset: number): string {
  return `0-${Math.max(0, offset - 1)}`;
}

async function syncAndHash(path: string, algorithm: string): Promise<string> {
  const handle = await open(path, "r+");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
  const hash = createHash(algorithm);
  for await (const bytes of createReadStream(path) as AsyncIterable<Buffer>) hash.update(bytes);
  return `${algorithm}:${hash.digest("hex")}`;
}
