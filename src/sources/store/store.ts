import { createHash, randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { link, lstat, mkdir, open, readdir, rename, rm, symlink, unlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { algorithmOf, type DigestAlgorithm, digestSync } from "../../base/node/digest.ts";
import { syncFolder } from "../../base/node/durable-file.ts";
import { type Artifact, defaultRetention, folderOf, type Owner, type Retention, selectGarbage } from "../artifact.ts";
import { SourceError } from "../errors.ts";
import { createFileHandler } from "./file-handler.ts";

/** Where artifacts are kept. Writes are atomic: a reader sees the whole file or none. */
export interface ArtifactStore {
  /** Stores a file under the owner's folder and returns its description. */
  write(file: {
    readonly owner: Owner;
    readonly name: string;
    readonly revision: string;
    readonly content: Uint8Array | AsyncIterable<Uint8Array>;
    readonly metadata?: Readonly<Record<string, string>>;
  }): Promise<Artifact>;
  /** The content, checked against the digest; throws NotFound or ArtifactChanged. */
  read(artifact: Artifact): Promise<Uint8Array>;
  /** Whether the file is there and still what its digest says. A file that did not change is not hashed again. */
  check(artifact: Artifact): Promise<"present" | "missing" | "changed">;
  /** Points a fixed name (`latest.tar.gz`, `index.yaml`) at the artifact and returns its URL. */
  link(artifact: Artifact, name: string): Promise<string>;
  /** Removes what the retention rules allow; returns the names of the removed files. */
  collect(artifact: Artifact): Promise<readonly string[]>;
  /** Removes everything of an owner; false when there was nothing. */
  remove(owner: Owner): Promise<boolean>;
  /** Removes one file. */
  discard(artifact: Artifact): Promise<void>;
  /** The URL of a path in the store, at the address under which the store is known now. */
  urlOf(path: string): string;
  /** Changes the advertised address: known only after a server listens on a free port. */
  advertise(address: string): void;
  /** Serves the stored files, read only. */
  fetch(request: Request): Promise<Response>;
}

export interface StoreOptions {
  /** The folder on disk; made when missing. */
  readonly root: string;
  /** Host and port in URLs (Flux: --storage-adv-addr). */
  readonly address?: string;
  readonly retention?: Retention;
  /** Of the digests of what is written; what is read has the one that its digest names. */
  readonly digestAlgorithm?: DigestAlgorithm;
  readonly now?: () => Date;
}

/** Opens an artifact store on a folder. */
export async function openArtifactStore(options: StoreOptions): Promise<ArtifactStore> {
  const { root, retention = defaultRetention, digestAlgorithm = "sha256", now = () => new Date() } = options;
  let address = options.address ?? "localhost";
  await mkdir(root, { recursive: true, mode: 0o750 });
  const verified = new Map<string, string>(); // path → size, time and digest of the file when it was last hashed

  const onDisk = (path: string): string => join(root, ...safeSegments(path));
  const urlOf = (path: string): string => `${/^https?:\/\//.test(address) ? "" : "http://"}${address}/${path}`;

  async function write(file: Parameters<ArtifactStore["write"]>[0]): Promise<Artifact> {
    const path = `${folderOf(file.owner)}/${file.name}`;
    const target = onDisk(path);
    await mkdir(dirname(target), { recursive: true, mode: 0o750 });
    const temporary = join(dirname(target), `.${randomBytes(6).toString("hex")}.tmp`);
    const hash = createHash(digestAlgorithm);
    let size = 0;
    const at = now();
    try {
      const handle = await open(temporary, "wx", 0o600);
      try {
        for await (const chunk of chunksOf(file.content)) {
          hash.update(chunk);
          size += chunk.byteLength;
          await handle.writeFile(chunk);
        }
        await handle.utimes(at, at); // the retention rules go by our clock
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(temporary, target);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
    await syncFolder(dirname(target));
    const digest = `${digestAlgorithm}:${hash.digest("hex")}`;
    await remember(path, digest);
    return {
      digest,
      path,
      url: urlOf(path),
      revision: file.revision,
      size,
      lastUpdateTime: at.toISOString().replace(/\.\d+Z$/, "Z"),
      ...(file.metadata === undefined ? {} : { metadata: file.metadata }),
    };
  }

  async function remember(path: string, digest: string): Promise<void> {
    const found = await lstat(onDisk(path));
    verified.set(path, `${found.ino} ${found.size} ${found.mtimeMs} ${digest}`);
  }

  async function check(artifact: Artifact): Promise<"present" | "missing" | "changed"> {
    try {
      const found = await lstat(onDisk(artifact.path));
      if (!found.isFile()) return "missing";
      if (verified.get(artifact.path) === `${found.ino} ${found.size} ${found.mtimeMs} ${artifact.digest}`)
        return "present";
      await read(artifact);
      return "present";
    } catch (error) {
      if (error instanceof SourceError && error.code === "ArtifactChanged") return "changed";
      return "missing";
    }
  }

  async function read(artifact: Artifact): Promise<Uint8Array> {
    let content: Uint8Array;
    try {
      const handle = await open(onDisk(artifact.path), constants.O_RDONLY | constants.O_NOFOLLOW);
      try {
        content = await handle.readFile();
      } finally {
        await handle.close();
      }
    } catch (cause) {
      throw new SourceError("NotFound", `cannot read artifact "${artifact.path}": it is not in storage`, {
        cause,
      });
    }
    const digest = digestSync(algorithmOf(artifact.digest) ?? "sha256", content);
    if (digest !== artifact.digest)
      throw new SourceError("ArtifactChanged", `computed digest doesn't match '${artifact.digest}'`);
    await remember(artifact.path, digest).catch(() => undefined);
    return content;
  }

  async function linkTo(artifact: Artifact, name: string): Promise<string> {
    const path = `${dirname(artifact.path)}/${name}`;
    const temporary = join(root, dirname(artifact.path), `.${randomBytes(6).toString("hex")}.link`);
    try {
      await symlink(basename(artifact.path), temporary);
    } catch {
      await link(onDisk(artifact.path), temporary); // file systems without symbolic links
    }
    await rename(temporary, onDisk(path));
    return urlOf(path);
  }

  async function collect(artifact: Artifact): Promise<readonly string[]> {
    const folder = dirname(onDisk(artifact.path));
    const files = [];
    for (const entry of await entriesOf(folder)) {
      if (!entry.isFile() || entry.name.endsWith(".lock")) continue;
      const found = await lstat(join(folder, entry.name)).catch(() => undefined);
      if (found !== undefined) files.push({ name: entry.name, writtenAt: found.mtimeMs });
    }
    const garbage = selectGarbage(files, { current: basename(artifact.path), now: now().getTime(), retention });
    for (const name of garbage) {
      await rm(join(folder, name), { force: true });
      await rm(join(folder, `${name}.lock`), { force: true });
      verified.delete(`${dirname(artifact.path)}/${name}`);
    }
    return garbage;
  }

  async function remove(owner: Owner): Promise<boolean> {
    const folder = onDisk(folderOf(owner));
    const entries = await entriesOf(folder);
    await rm(folder, { recursive: true, force: true });
    for (const entry of entries) verified.delete(`${folderOf(owner)}/${entry.name}`);
    return entries.length > 0;
  }

  return {
    write,
    read,
    check,
    link: linkTo,
    collect,
    remove,
    discard: async (artifact) => {
      verified.delete(artifact.path);
      await unlink(onDisk(artifact.path)).catch(ignoreMissing);
    },
    urlOf,
    advertise: (next) => {
      address = next;
    },
    fetch: createFileHandler(root),
  };
}

/** Splits a path of the store; refuses whatever could leave the folder. */
function safeSegments(path: string): readonly string[] {
  const segments = path.split("/");
  for (const segment of segments)
    if (segment === "" || segment === "." || segment === ".." || /[\\\0]/.test(segment))
      throw new SourceError("InvalidPath", `cannot use ${JSON.stringify(path)} as the path of an artifact`);
  return segments;
}

async function* chunksOf(content: Uint8Array | AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  if (content instanceof Uint8Array) yield content;
  else yield* content;
}

async function entriesOf(folder: string) {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== "ENOENT") throw error;
}
