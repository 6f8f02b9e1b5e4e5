import { SourceError } from "../errors.ts";
import type { SourceFile, SourceTree } from "../tree.ts";
import { type GitObjects, parseTree } from "./objects.ts";

/** A folder that another repository belongs into, at one of its commits. */
export interface Submodule {
  readonly path: string;
  readonly hash: string;
}

/**
 * Lists the files of a commit's tree; their content is read when asked for. Bytes come as they are in the repository:
 * no line ends are converted, no filter runs, and nothing is written to disk, so nothing can escape from there.
 */
export async function readTreeOf(
  objects: GitObjects,
  hash: string,
  limits: { readonly files: number; readonly depth: number } = { files: 200_000, depth: 64 },
): Promise<SourceTree & { readonly submodules: readonly Submodule[] }> {
  const submodules: Submodule[] = [];
  const files: SourceFile[] = [];
  const folders: string[] = [];

  async function walk(tree: string, prefix: string, depth: number): Promise<void> {
    if (depth > limits.depth) throw new SourceError("TooLarge", `Git tree is deeper than ${limits.depth} folders`);
    const entries = parseTree(await objects.read(tree));
    // Git sorts folders as if their names ended with a slash; a walk does not.
    for (const entry of entries.toSorted((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)))) {
      const path = prefix + entry.name;
      if (files.length + folders.length >= limits.files)
        throw new SourceError("TooLarge", `Git tree has more than ${limits.files} entries`);
      switch (entry.mode) {
        case "file":
        case "executable":
          files.push({
            path,
            executable: entry.mode === "executable",
            read: async () => (await objects.read(entry.hash)).content,
          });
          break;
        case "directory":
          folders.push(path);
          await walk(entry.hash, `${path}/`, depth + 1);
          break;
        case "submodule":
          folders.push(path);
          submodules.push({ path, hash: entry.hash });
          break;
        case "symlink": // Flux: artifacts contain regular files and folders only.
          break;
      }
    }
  }

  await walk(hash, "", 0);
  return { files, folders, submodules };
}
