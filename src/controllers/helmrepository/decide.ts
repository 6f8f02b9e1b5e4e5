import type { HelmRepository } from "../../api/index.ts";
import type { Artifact } from "../../sources/index.ts";

export type Decision =
  /** The index is the one in storage. */
  | { readonly action: "keep"; readonly because: string }
  | { readonly action: "store"; readonly revision: string; readonly because: string };

/** Chooses what to do with a downloaded index. Pure. */
export function decide(seen: { readonly revision: string }, stored: Artifact | undefined): Decision {
  const { revision } = seen;
  if (stored?.revision === revision)
    return { action: "keep", because: `artifact up-to-date with remote revision: '${revision}'` };
  return { action: "store", revision, because: `new index revision '${revision}'` };
}

/** Registries have no index: such an object is only read by others, and carries no status and no finalizer. */
export function isStatic(repository: HelmRepository): boolean {
  return repository.spec.type === "oci";
}
