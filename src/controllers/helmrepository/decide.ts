import type { HelmRepository } from "../../api/index.ts";
import type { Artifact, FetchedIndex } from "../../sources/index.ts";
import type { Observation } from "./observe.ts";

export type Decision =
  /** The index is the one in storage. */
  | { readonly action: "keep"; readonly because: string }
  | { readonly action: "store"; readonly index: FetchedIndex; readonly because: string };

/** Chooses what to do with what the server has. Pure. */
export function decide(seen: Observation, stored: Artifact | undefined): Decision {
  const { revision } = seen;
  if (seen.seen === "unchanged" || stored?.revision === revision)
    return { action: "keep", because: `artifact up-to-date with remote revision: '${revision}'` };
  return { action: "store", index: seen.index, because: `new index revision '${revision}'` };
}

/** Registries have no index: such an object is only read by others, and carries no status and no finalizer. */
export function isStatic(repository: HelmRepository): boolean {
  return repository.spec?.type === "oci";
}
