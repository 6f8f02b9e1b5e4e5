import { SourceError } from "../errors.ts";

export type ObjectType = "commit" | "tree" | "blob" | "tag";

export interface GitObject {
  readonly hash: string;
  readonly type: ObjectType;
  readonly content: Uint8Array;
}

/** The objects that a fetch brought. Disposing it removes them. */
export interface GitObjects extends AsyncDisposable {
  /** Reads an object by its hash. */
  read(hash: string): Promise<GitObject>;
}

export interface GitCommit {
  readonly hash: string;
  readonly tree: string;
  readonly message: string;
  /** Seconds since the epoch. */
  readonly committedAt: number;
  /** The bytes of the commit object: what a signature is over, with the signature. */
  readonly content: Uint8Array;
}

export interface TreeEntry {
  readonly name: string;
  readonly mode: "file" | "executable" | "symlink" | "directory" | "submodule";
  readonly hash: string;
}

/** Reads a commit; tags are followed. */
export async function readCommit(objects: GitObjects, hash: string): Promise<GitCommit> {
  let object = await objects.read(hash);
  for (let depth = 0; object.type === "tag" && depth < 8; depth += 1)
    object = await objects.read(headerOf(object, "object"));
  if (object.type !== "commit")
    throw new SourceError("GitOperationFailed", `unable to resolve commit object for '${hash}': object not found`);
  const text = Buffer.from(object.content).toString("utf8");
  const end = text.indexOf("\n\n");
  return {
    hash: object.hash,
    tree: headerOf(object, "tree"),
    message: end < 0 ? "" : text.slice(end + 2),
    committedAt: Number(/^committer .*> (\d+) /m.exec(text)?.[1] ?? 0),
    content: object.content,
  };
}

function headerOf(object: GitObject, name: string): string {
  const text = Buffer.from(object.content).toString("latin1");
  const found = new RegExp(`^${name} ([0-9a-f]{40})$`, "m").exec(text)?.[1];
  if (found === undefined)
    throw new SourceError("GitOperationFailed", `cannot read Git object ${object.hash}: it has no ${name}`);
  return found;
}

/** The first line of a commit message, shortened as Flux shortens it. */
export function subjectOf(message: string): string {
  const characters = [...(message.split("\n")[0] ?? "")];
  return characters.length > 50 ? `${characters.slice(0, 50).join("")}...` : characters.join("");
}

/** Parses a tree object. Refuses names that would leave the tree or hide in it. */
export function parseTree(object: GitObject): readonly TreeEntry[] {
  const bytes = Buffer.from(object.content.buffer, object.content.byteOffset, object.content.byteLength);
  const entries: TreeEntry[] = [];
  for (let at = 0; at < bytes.length; ) {
    const space = bytes.indexOf(0x20, at);
    const zero = bytes.indexOf(0, space);
    if (space < 0 || zero < 0 || zero + 21 > bytes.length)
      throw new SourceError("GitOperationFailed", `cannot read Git tree ${object.hash}: it is cut off`);
    const name = bytes.toString("utf8", space + 1, zero);
    if (name === "" || name === "." || name === ".." || /[/\\]/.test(name) || name.toLowerCase() === ".git")
      throw new SourceError("InvalidPath", `cannot use Git tree ${object.hash}: it contains ${JSON.stringify(name)}`);
    entries.push({
      name,
      mode: modeOf(bytes.toString("latin1", at, space)),
      hash: bytes.toString("hex", zero + 1, zero + 21),
    });
    at = zero + 21;
  }
  return entries;
}

function modeOf(octal: string): TreeEntry["mode"] {
  const mode = Number.parseInt(octal, 8);
  switch (mode & 0o170000) {
    case 0o040000:
      return "directory";
    case 0o120000:
      return "symlink";
    case 0o160000:
      return "submodule";
    default:
      return (mode & 0o111) === 0 ? "file" : "executable";
  }
}
