import { SourceError } from "../errors.ts";
import { overlay, type SourceTree } from "../tree.ts";
import { parseGitModules, resolveModuleUrl } from "./git-modules.ts";
import { readCommit } from "./objects.ts";
import { openRemote, type RemoteOptions } from "./remote.ts";
import { readTreeOf, type Submodule } from "./tree.ts";

/** go-git: DefaultSubmoduleRecursionDepth. */
const maximumDepth = 10;
/** The most submodules that one checkout may have, those of submodules among them. */
const maximumCount = 100;
/** Largest `.gitmodules` in bytes. */
const modulesLimit = 1 << 20;

type GitTree = SourceTree & { readonly submodules: readonly Submodule[] };

/**
 * Fetches what belongs into the folders of submodules, at the commits that the tree names. Credentials and keys go along to
 * the origin they are for and nowhere else. The caller calls `dispose` when no file is read any more.
 */
export async function fillSubmodules(
  tree: GitTree,
  options: RemoteOptions,
): Promise<SourceTree & { readonly dispose: () => Promise<void> }> {
  const open: AsyncDisposable[] = [];
  const dispose = async (): Promise<void> => {
    for (const each of open.splice(0)) await each[Symbol.asyncDispose]();
  };
  let count = 0;

  async function fill(parent: GitTree, url: string, depth: number): Promise<SourceTree> {
    if (parent.submodules.length === 0) return parent;
    if (depth > maximumDepth)
      throw new SourceError("TooLarge", `submodules are nested deeper than ${maximumDepth} levels`);
    const entries = new Map((await readModules(parent)).map((entry) => [entry.path, entry.url]));
    let filled: SourceTree = parent;
    for (const { path, hash } of parent.submodules) {
      const written = entries.get(path);
      if (written === undefined) continue; // go-git: what .gitmodules does not name stays empty
      count += 1;
      if (count > maximumCount) throw new SourceError("TooLarge", `there are more than ${maximumCount} submodules`);
      const moduleUrl = resolveModuleUrl(written, url);
      const objects = await openRemote(accessFor(moduleUrl, options)).fetch({ hash }).catch(withoutCommit);
      open.push(objects);
      const { tree: root } = await readCommit(objects, hash).catch(withoutCommit);
      const inner = await fill(await readTreeOf(objects, root), moduleUrl, depth + 1);
      filled = overlay(filled, inner, path);
    }
    return filled;
  }

  try {
    const { files, folders } = await fill(tree, options.url, 1);
    return { files, folders, dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

/** go-git says of a commit that is not there no more than that. */
function withoutCommit(error: unknown): never {
  if (error instanceof SourceError && error.message.startsWith("unable to resolve commit object"))
    throw new SourceError(error.code, "object not found", { cause: error });
  throw error;
}

async function readModules(tree: GitTree) {
  const file = tree.files.find(({ path }) => path === ".gitmodules");
  if (file === undefined) return [];
  const content = await file.read();
  if (content.byteLength > modulesLimit)
    throw new SourceError("TooLarge", `.gitmodules is larger than ${modulesLimit} bytes`);
  return parseGitModules(new TextDecoder().decode(content));
}

/** How a submodule's server is spoken to: as ours where it is ours, and as nobody elsewhere. */
function accessFor(url: string, options: RemoteOptions): RemoteOptions {
  const { credentials, ssh, tls, ...rest } = options;
  if (originOf(url) !== originOf(options.url)) return { ...rest, url };
  return {
    ...rest,
    url,
    ...(credentials === undefined ? {} : { credentials }),
    ...(ssh === undefined ? {} : { ssh }),
    ...(tls === undefined ? {} : { tls }),
  };
}

function originOf(url: string): string {
  try {
    const { protocol, host } = new URL(url);
    return `${protocol}//${host}`;
  } catch (cause) {
    throw new SourceError("URLInvalid", `cannot use ${JSON.stringify(url)} as the URL of a submodule`, { cause });
  }
}
