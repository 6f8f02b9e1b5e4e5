import { gzip, type NewTarEntry, readTarGz, writeTar } from "../../base/node/tar.ts";
import { SourceError } from "../errors.ts";
import { compareInWalk, sortTree, type SourceTree } from "../tree.ts";

/** The most that one source may unpack to. */
const maximumBytes = 512 << 20;

/**
 * Packs a tree as source-controller does: files and folders in the order of a walk, without owner or time, with one of
 * three modes. Equal trees give equal bytes.
 */
export async function packTree(tree: SourceTree): Promise<Uint8Array> {
  const entries: { readonly path: string; readonly entry: NewTarEntry }[] = tree.folders.map((path) => ({
    path,
    entry: { path, mode: 0o750 },
  }));
  let size = 0;
  for (const file of tree.files) {
    const content = await file.read();
    size += content.byteLength;
    if (size > maximumBytes) throw new SourceError("TooLarge", `source is larger than ${maximumBytes} bytes`);
    entries.push({ path: file.path, entry: { path: file.path, content, mode: file.executable ? 0o700 : 0o600 } });
  }
  return gzip(writeTar(entries.toSorted((a, b) => compareInWalk(a.path, b.path)).map(({ entry }) => entry)));
}

/** Reads a tree from a packed artifact. Links are left out; paths that leave the root are refused. */
export function unpackTree(bytes: Uint8Array): SourceTree & { readonly size: number } {
  const files = [];
  const folders = new Set<string>();
  let size = 0;
  for (const entry of readTarGz(bytes, { maxBytes: maximumBytes, links: "skip" })) {
    const path = entry.path.replace(/^(\.\/)+/, "");
    if (path === "" || path === ".") continue;
    for (let slash = path.indexOf("/"); slash > 0; slash = path.indexOf("/", slash + 1))
      folders.add(path.slice(0, slash));
    if (entry.type === "directory") folders.add(path);
    else {
      const { content } = entry;
      size += content.byteLength + 256;
      files.push({ path, executable: (entry.mode & 0o111) !== 0, read: () => Promise.resolve(content) });
    }
  }
  return { ...sortTree({ files, folders: [...folders] }), size };
}
