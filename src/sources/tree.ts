import { SourceError } from "./errors.ts";

/** One regular file of a source. Symbolic links and other things are never part of one. */
export interface SourceFile {
  /** Relative to the root, with slashes. */
  readonly path: string;
  readonly executable: boolean;
  readonly read: () => Promise<Uint8Array>;
}

/** The files of a checked-out or downloaded source. */
export interface SourceTree {
  /** In the order of a walk: each folder's entries by name, a folder's content right after it. */
  readonly files: readonly SourceFile[];
  /** Folders without anything in them are kept as well. */
  readonly folders: readonly string[];
}

/** The files under a folder, with paths relative to it; undefined when there is no such folder. */
export function subtreeOf(tree: SourceTree, folder: string): SourceTree | undefined {
  if (folder === "" || folder === ".") return tree;
  const prefix = `${folder}/`;
  const files = tree.files
    .filter((file) => file.path.startsWith(prefix))
    .map((file) => ({ ...file, path: file.path.slice(prefix.length) }));
  const folders = tree.folders.filter((path) => path.startsWith(prefix)).map((path) => path.slice(prefix.length));
  if (files.length === 0 && !tree.folders.includes(folder)) return undefined;
  return { files, folders };
}

/** Puts a tree into a folder of another one; files that are there already are replaced. */
export function overlay(base: SourceTree, added: SourceTree, folder: string): SourceTree {
  const prefix = folder === "" || folder === "." ? "" : `${folder}/`;
  const files = added.files.map((file) => ({ ...file, path: prefix + file.path }));
  const replaced = new Set(files.map((file) => file.path));
  const parents = prefix === "" ? [] : folder.split("/").map((_, index, all) => all.slice(0, index + 1).join("/"));
  return sortTree({
    files: [...base.files.filter((file) => !replaced.has(file.path)), ...files],
    folders: [...new Set([...base.folders, ...parents, ...added.folders.map((path) => prefix + path)])],
  });
}

/** Puts files and folders into the order of a walk. */
export function sortTree(tree: SourceTree): SourceTree {
  return {
    files: tree.files.toSorted((a, b) => compareInWalk(a.path, b.path)),
    folders: tree.folders.toSorted(compareInWalk),
  };
}

/** Orders paths as a lexical walk meets them: `a/z` comes before `a.txt`, because `a` does. */
export function compareInWalk(a: string, b: string): number {
  const left = a.split("/");
  const right = b.split("/");
  for (let i = 0; i < Math.min(left.length, right.length); i += 1) {
    const x = left[i] ?? "";
    const y = right[i] ?? "";
    if (x !== y) return Buffer.compare(Buffer.from(x), Buffer.from(y));
  }
  return left.length - right.length;
}

/**
 * Resolves a path of the user's against the root, as if the root were the root of a file system: `..` stops there.
 * Returns the path without leading or trailing slashes; the root itself is the empty string.
 */
export function resolveInRoot(path: string): string {
  if (path.includes("\0")) throw new SourceError("InvalidPath", `cannot use ${JSON.stringify(path)} as a path`);
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part === "..") parts.pop();
    else parts.push(part);
  }
  return parts.join("/");
}
