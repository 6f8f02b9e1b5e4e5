import { KustomizeError } from "./errors.ts";

/** The files of a build. Paths are `/`-separated and relative to the tree's root, which nothing can leave. */
export interface FileTree {
  /** The bytes of a file, its path seen from a folder; throws KustomizeError when there is none. */
  read(folder: string, path: string): Uint8Array;
  tryRead(folder: string, path: string): Uint8Array | undefined;
  isFolder(path: string): boolean;
  /** Everything below a folder, in order. */
  list(folder: string): readonly string[];
}

/** A tree of files that are in memory. */
export function newFileTree(files: ReadonlyMap<string, Uint8Array>): FileTree {
  const byPath = new Map<string, Uint8Array>();
  for (const [path, bytes] of files) byPath.set(resolvePath("", path), bytes);
  const folders = new Set([""]);
  for (const path of byPath.keys()) {
    for (let slash = path.lastIndexOf("/"); slash > 0; slash = path.lastIndexOf("/", slash - 1)) {
      folders.add(path.slice(0, slash));
    }
  }
  const paths = [...byPath.keys()].toSorted();
  return {
    read(folder, path) {
      const bytes = byPath.get(resolvePath(folder, path));
      if (bytes === undefined) throw new KustomizeError("missing", `'/${resolvePath(folder, path)}' doesn't exist`);
      return bytes;
    },
    tryRead: (folder, path) => byPath.get(resolvePath(folder, path)),
    isFolder: (path) => folders.has(path),
    list: (folder) => paths.filter((path) => folder === "" || path.startsWith(`${folder}/`)),
  };
}

/** A path seen from a folder, without `.` and `..`. Throws KustomizeError when it leaves the tree. */
export function resolvePath(folder: string, path: string): string {
  const parts = path.startsWith("/") ? [] : folder.split("/").filter((part) => part !== "");
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") parts.push(part);
    else if (parts.pop() === undefined) {
      throw new KustomizeError("invalid", `security; '${path}' is not in or below '/${folder}'`);
    }
  }
  return parts.join("/");
}
