import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { commitGit, createGitRepository } from "../../../sources/index.ts";
import { signedObjects } from "../../../sources/testing/signed-objects.ts";
import { commitSubmodule } from "../../../sources/testing/git-submodule.ts";

/** Makes the repositories of the play under a folder; returns the commits by name, for they are new each time. */
export async function makeRepositories(root: string, elsewhere: string): Promise<ReadonlyMap<string, string>> {
  const commits = new Map<string, string>();
  const create = async (name: string): Promise<string> => {
    const directory = join(root, name);
    await createGitRepository(directory);
    const commit = await commitGit({ directory, message: `Add ${name}`, files: { [`${name}.yaml`]: `${name}: 1\n` } });
    commits.set(name, commit ?? "");
    return directory;
  };
  const leaf = await create("leaf");
  const git = (directory: string, ...parameters: readonly string[]): string =>
    execFileSync("git", ["-c", "user.name=A", "-c", "user.email=a@b", ...parameters], { cwd: directory }).toString();
  git(leaf, "tag", "1.0.0");
  git(leaf, "tag", "-a", "-m", "Next", "1.1.0");
  commits.set("tag", git(leaf, "rev-parse", "1.1.0").trim());
  const add = async (name: string, path: string, url: string, hash: string): Promise<void> => {
    commits.set(name, await commitSubmodule({ directory: await create(name), path, url, hash }));
  };
  const hashOf = (name: string): string => commits.get(name) ?? "";
  await add("middle", "deep/leaf", "../leaf", hashOf("leaf"));
  await add("app", "lib/middle", "../middle", hashOf("middle"));
  await add("abroad", "lib/leaf", `${elsewhere}/leaf`, hashOf("leaf"));
  await add("lost-module", "lib/none", "../none", hashOf("leaf"));
  await add("lost-commit", "lib/leaf", "../leaf", "1".repeat(40));
  makeSigned(join(root, "signed"));
  const moving = await create("moving");
  git(moving, "branch", "grows");
  const next = await commitGit({ directory: moving, message: "Go on", files: { "next.yaml": "next: 1\n" } });
  commits.set("next", next ?? "");
  git(moving, "branch", "forced");
  git(moving, "branch", "gone");
  return commits;
}

/** Moves the branch of that name in the repository `moving`: on, back, or away. */
export function moveBranch(root: string, branch: "grows" | "forced" | "gone"): void {
  const target = { grows: ["main"], forced: ["main~1"], gone: undefined }[branch];
  const parameters = [...(target === undefined ? ["-d"] : []), `refs/heads/${branch}`, ...(target ?? [])];
  execFileSync("git", ["update-ref", ...parameters], { cwd: join(root, "moving") });
}

/** A repository whose branches and tags are signed, each with the key of its name. */
function makeSigned(directory: string): void {
  execFileSync("git", ["init", "--quiet", "--bare", "-b", "pgp-ed25519", directory]);
  const git = (input: Buffer, ...parameters: readonly string[]): string =>
    execFileSync("git", parameters, { cwd: directory, input }).toString().trim();
  const write = (type: string, content: Buffer): string => git(content, "hash-object", "-w", "-t", type, "--stdin");
  const nothing = Buffer.alloc(0);
  write("tree", nothing);
  for (const { name, commit, tag } of signedObjects) {
    git(nothing, "update-ref", `refs/heads/${name}`, write("commit", Buffer.from(commit, "base64")));
    git(nothing, "update-ref", `refs/tags/${name}`, write("tag", Buffer.from(tag, "base64")));
  }
}
