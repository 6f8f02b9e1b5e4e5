import { execFileSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Commits a submodule as `git submodule add` would; its URL is written as it is. Returns the commit's hash. */
export async function commitSubmodule(options: {
  readonly directory: string;
  readonly path: string;
  readonly url: string;
  readonly hash: string;
}): Promise<string> {
  const { directory, path, url, hash } = options;
  const git = (...parameters: readonly string[]): string =>
    execFileSync("git", ["-c", "user.name=A", "-c", "user.email=a@b", ...parameters], { cwd: directory }).toString();
  await writeFile(join(directory, ".gitmodules"), `[submodule "${path}"]\n\tpath = ${path}\n\turl = ${url}\n`);
  git("read-tree", "HEAD");
  git("update-index", "--add", "--cacheinfo", `160000,${hash},${path}`);
  git("add", ".gitmodules");
  git("commit", "--quiet", "-m", "Add a submodule");
  return git("rev-parse", "HEAD").trim();
}
