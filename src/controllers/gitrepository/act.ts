import type { GitRepository } from "../../api/index.ts";
import { messageOf } from "../../base/errors.ts";
import {
  type Artifact,
  filterIgnored,
  overlay,
  type Owner,
  packTree,
  resolveInRoot,
  type SourceTree,
  subtreeOf,
  unpackTree,
} from "../../sources/index.ts";
import { fail } from "../source/failure.ts";
import type { SourcePorts } from "../source/ports.ts";
import { orFail } from "../source/reconcile.ts";

/** Packs the files of a commit, with its includes and without what is ignored, into storage. */
export async function store(options: {
  readonly repository: GitRepository;
  readonly fetched: { readonly revision: string; readonly commit: string; readonly tree: SourceTree };
  readonly includes: readonly Artifact[];
  readonly owner: Owner;
  readonly ports: SourcePorts;
}): Promise<Artifact> {
  const { repository, fetched, includes, owner, ports } = options;
  const complete = await addIncludes(repository, fetched.tree, includes, ports);
  const failed = {
    condition: "StorageOperationFailed",
    reason: "ArchiveOperationFailed",
    prefix: "unable to archive artifact to storage",
  } as const;
  return orFail(failed, async () => {
    const kept = await filterIgnored(complete, repository.spec.ignore);
    const content = await packTree(kept);
    const name = `${fetched.commit}.tar.gz`;
    return ports.store.write({ owner, name, revision: fetched.revision, content });
  });
}

async function addIncludes(
  { spec }: GitRepository,
  tree: SourceTree,
  includes: readonly Artifact[],
  ports: SourcePorts,
): Promise<SourceTree> {
  let complete = tree;
  for (const [index, artifact] of includes.entries()) {
    const include = spec.include?.[index];
    if (include === undefined) continue;
    const { fromPath = "", repository } = include;
    const toPath = include.toPath ?? repository.name;
    try {
      const included = subtreeOf(unpackTree(await ports.store.read(artifact)), resolveInRoot(fromPath));
      if (included === undefined) throw new Error(`stat ${fromPath}: no such file or directory`);
      complete = overlay(complete, included, resolveInRoot(toPath));
    } catch (cause) {
      const message = `failed to copy '${repository.name}' include from ${fromPath} to ${toPath}: ${messageOf(cause)}`;
      fail({ condition: "StorageOperationFailed", reason: "CopyFailure", message }, cause);
    }
  }
  return complete;
}
