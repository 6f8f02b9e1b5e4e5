import type { GitRepository } from "../../api/index.ts";
import type { Artifact } from "../../sources/index.ts";

type Status = NonNullable<GitRepository["status"]>;

export type Decision =
  | { readonly action: "keep"; readonly because: string }
  | { readonly action: "store"; readonly because: string; readonly isNewRevision: boolean };

/** Chooses what to do with what was found at the server. Pure. */
export function decide(
  repository: GitRepository,
  seen: { readonly revision: string; readonly includes: readonly Artifact[]; readonly isFetched: boolean },
  status: Status,
): Decision {
  const isNewRevision = status.artifact?.revision !== seen.revision;
  if (isNewRevision) return { action: "store", isNewRevision, because: `new upstream revision '${seen.revision}'` };
  if (isContentChanged(repository, seen.includes, status))
    return { action: "store", isNewRevision, because: "the content of the artifact is configured differently" };
  return seen.isFetched
    ? { action: "keep", because: `artifact up-to-date with remote revision: '${seen.revision}'` }
    : { action: "keep", because: `no changes since last reconciliation: observed revision '${seen.revision}'` };
}

/** True when the same commit gives another artifact than the stored one: the object's spec or an include changed. */
export function isContentChanged(repository: GitRepository, includes: readonly Artifact[], status: Status): boolean {
  const { spec } = repository;
  return (
    spec.ignore !== status.observedIgnore ||
    (spec.recurseSubmodules ?? false) !== (status.observedRecurseSubmodules ?? false) ||
    needsVerification(modeOf(repository), status.sourceVerificationMode) ||
    !isSame(spec.sparseCheckout ?? [], status.observedSparseCheckout ?? []) ||
    !isSame((spec.include ?? []).map(fieldsOf), (status.observedInclude ?? []).map(fieldsOf)) ||
    !isSame(includes.map(identityOf), (status.includedArtifacts ?? []).map(identityOf))
  );
}

export type Mode = "HEAD" | "Tag" | "TagAndHEAD";

/** What of a checkout has to be signed; undefined where nothing has. */
export function modeOf({ spec }: GitRepository): Mode | undefined {
  const { verify } = spec;
  if (verify === undefined) return undefined;
  return verify.mode === undefined || verify.mode === "head" ? "HEAD" : verify.mode;
}

/** True when what was verified before does not cover what is to be verified now. */
function needsVerification(mode: Mode | undefined, observed: string | undefined): boolean {
  if (mode === undefined) return false;
  if (observed === undefined) return true;
  return observed !== "TagAndHEAD" && observed !== mode;
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
