import fs from "node:fs";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

const load = async () => (await import("isomorphic-git")).default;

const author = { name: "Coxswain", email: "playground@coxswain.invalid" };

/** Makes a Git repository with a work tree on branch `main`; does nothing where there is one already. */
export async function createGitRepository(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true });
  const git = await load();
  await git.init({ fs, dir: directory, defaultBranch: "main" });
}

export interface CommitOptions {
  readonly directory: string;
  readonly message: string;
  /** Files to write before: path → text; null removes the file. Without it, what changed in the work tree is committed. */
  readonly files?: Readonly<Record<string, string | Uint8Array | null>>;
  readonly now?: () => Date;
}

/** Commits the work tree as it is, or with the given files; returns the commit's hash, undefined when nothing changed. */
export async function commitGit(options: CommitOptions): Promise<string | undefined> {
  const { directory: dir, message, files = {}, now = () => new Date() } = options;
  for (const [path, content] of Object.entries(files)) {
    const target = join(dir, ...path.split("/"));
    if (content === null) await rm(target, { force: true });
    else {
      await mkdir(dirname(target), { recursive: true });
      await writeFile(target, content);
    }
  }
  const git = await load();
  const cache = {};
  let changed = false;
  for (const [filepath, head, workdir, stage] of await git.statusMatrix({ fs, dir, cache })) {
    if (head === 1 && workdir === 1 && stage === 1) continue;
    changed = true;
    if (workdir === 0) await git.remove({ fs, dir, cache, filepath });
    else await git.add({ fs, dir, cache, filepath });
  }
  if (!changed) return undefined;
  const at = { ...author, timestamp: Math.floor(now().getTime() / 1000), timezoneOffset: 0 };
  return git.commit({ fs, dir, cache, message, author: at, committer: at });
}

/** Copies a folder's files: what a new repository begins with. */
export async function copyFolder(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  for (const entry of await readdir(from, { withFileTypes: true })) {
    if (entry.isDirectory()) await copyFolder(join(from, entry.name), join(to, entry.name));
    else if (entry.isFile()) await writeFile(join(to, entry.name), await readFile(join(from, entry.name)));
  }
}
