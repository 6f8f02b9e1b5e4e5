import type { GitRepository } from "../../api/index.ts";
import type { Artifact } from "../../sources/index.ts";

type Status = NonNullable<GitRepository["status"]>;

export type Decision =
  | { readonly action: "keep"; readonly because: string }
  | { readonly action: "store"; readonly because: string; readonly isNewRevision: boolean };

/** Chooses what to do with what was found at the server. Pure. */
export function decide(
  repository: GitRepository,
  seen: { readonly revision: string; readonly includes: readonly Artifact[] },
  status: Status,
): Decision {
  const isNewRevision = status.artifact?.revision !== seen.revision;
  if (isNewRevision) return { action: "store", isNewRevision, because: `new upstream revision '${seen.revision}'` };
  if (isContentChanged(repository, seen.includes, status))
    return { action: "store", isNewRevision, because: "the content of the artifact is configured differently" };
  return { action: "keep", because: `no changes since last reconciliation: observed revision '${seen.revision}'` };
}

/** True when the same commit gives another artifact than the stored one: the object's spec or an include changed. */
export function isContentChanged({ spec }: GitRepository, includes: readonly Artifact[], status: Status): boolean {
  return (
    spec.ignore !== status.observedIgnore ||
    (spec.recurseSubmodules ?? false) !== (status.observedRecurseSubmodules ?? false) ||
    !isSame(spec.sparseCheckout ?? [], status.observedSparseCheckout ?? []) ||
    !isSame((spec.include ?? []).map(fieldsOf), (status.observedInclude ?? []).map(fieldsOf)) ||
    !isSame(includes.map(identityOf), (status.includedArtifacts ?? []).map(identityOf))
  );
}

type Include = NonNullable<GitRepository["spec"]["include"]>[number];

function fieldsOf({ repository, fromPath = "", toPath = "" }: Include): readonly string[] {
  return [repository.name, fromPath, toPath];
}

function identityOf({ revision, digest }: Artifact): readonly string[] {
  return [revision, digest];
}

function isSame(left: unknown, right: unknown): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}
