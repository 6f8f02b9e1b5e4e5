import type { Artifact } from "../../sources/index.ts";

/**
 * Gives the verified bytes of an artifact that a source of this kind tells of: ours are in our store, those of an ExternalArtifact at their URL.
 * Throws an error with code "NotFound" for one that is not there (any more).
 */
export type ReadArtifact = (
  artifact: Artifact,
  how: { readonly kind: string; readonly signal: AbortSignal },
) => Promise<Uint8Array>;
