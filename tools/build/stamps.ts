import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

/** A source's path from the root, its size and when it was changed, in milliseconds: tells that it is the one that was bundled. */
export type Stamp = readonly [path: string, size: number, modified: number];

const root = join(import.meta.dirname, "../..");

/** Stamps of sources as they are now. Throws for one that changed after a moment, in milliseconds. */
export function stampsOf(paths: readonly string[], notAfter: number): Stamp[] {
  return paths.toSorted().map((path) => {
    const { size, mtimeMs } = statSync(join(root, path));
    if (mtimeMs >= notAfter) throw new Error(`cannot build: ${path} changed meanwhile`);
    return [path, size, mtimeMs];
  });
}

/** Whether dist/ is made of the sources as they are now. */
export function isBuilt(): boolean {
  const entry = join(root, "dist/cox.cjs");
  const list = existsSync(entry) ? /sources-\w+\.json/.exec(readFileSync(entry, "utf8"))?.[0] : undefined;
  if (list === undefined) return false;
  const stamps = JSON.parse(readFileSync(join(root, "dist", list), "utf8")) as readonly Stamp[];
  return stamps.every(([path, size, modified]) => {
    const found = statSync(join(root, path), { throwIfNoEntry: false });
    return found?.size === size && found.mtimeMs === modified;
  });
}
