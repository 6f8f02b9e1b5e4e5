import type { GitRepository } from "../../api/index.ts";
import type { Artifact } from "../../sources/index.ts";
import type { Fields } from "../source/status.ts";
import type { SummaryRules } from "../source/summarize.ts";

/** What a GitRepository's Ready is made from. */
export const rules: SummaryRules = [
  "StorageOperationFailed",
  "FetchFailed",
  "IncludeUnavailable",
  "ArtifactOutdated",
  "ArtifactInStorage",
  "SourceVerified",
  "Stalled",
  "Reconciling",
];

export type Status = NonNullable<GitRepository["status"]>;

/** What the status remembers of the configuration that an artifact was made with. */
export function observedFields(
  { spec }: GitRepository,
  artifact: Artifact,
  includes: readonly Artifact[],
): Fields<Status> {
  const listOrNothing = <T>(list: readonly T[] | undefined): readonly T[] | undefined =>
    list === undefined || list.length === 0 ? undefined : list;
  return {
    artifact,
    includedArtifacts: listOrNothing(includes),
    observedIgnore: spec.ignore,
    observedRecurseSubmodules: spec.recurseSubmodules === true ? true : undefined,
    observedInclude: listOrNothing(spec.include),
    observedSparseCheckout: listOrNothing(spec.sparseCheckout),
  };
}
