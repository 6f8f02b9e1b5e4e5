import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Storage } from "./storage.ts";

const youngest = 60 * 60 * 1000; // milliseconds; another process may be about to link what it just wrote

/** Removes the bytes that no repository has any more; returns how many were freed. */
export async function collectGarbage(storage: Storage, now: Date): Promise<number> {
  const kept = new Set<string>();
  for (const repository of await storage.repositories())
    for (const folder of ["_blobs", "_manifests"])
      for (const digest of await digestsIn(join(storage.root, "repositories", ...repository.split("/"), folder)))
        kept.add(digest);
  let freed = 0;
  for (const digest of await storedDigests(join(storage.root, "blobs"))) {
    if (kept.has(digest)) continue;
    const path = storage.blobPath(digest);
    const found = await stat(path).catch(() => undefined);
    if (found === undefined || now.getTime() - Math.max(found.mtimeMs, found.ctimeMs) < youngest) continue;
    await rm(path, { force: true });
    freed += found.size;
  }
  return freed;
}

async function storedDigests(root: string): Promise<string[]> {
  const found: string[] = [];
  for (const algorithm of await names(root))
    for (const prefix of await names(join(root, algorithm)))
      for (const hex of await names(join(root, algorithm, prefix))) found.push(`${algorithm}:${hex}`);
  return found;
}

async function digestsIn(folder: string): Promise<string[]> {
  const found: string[] = [];
  for (const algorithm of await names(folder))
    for (const hex of await names(join(folder, algorithm))) found.push(`${algorithm}:${hex}`);
  return found;
}

async function names(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}
