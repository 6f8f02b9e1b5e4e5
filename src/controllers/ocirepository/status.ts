import type { OCIRepository } from "../../api/index.ts";
import type { Artifact } from "../../sources/index.ts";
import type { Fields } from "../source/status.ts";
import type { SummaryRules } from "../source/summarize.ts";

/** What an OCIRepository's Ready is made from. */
export const rules: SummaryRules = [
  "StorageOperationFailed",
  "FetchFailed",
  "ArtifactOutdated",
  "ArtifactInStorage",
  "SourceVerified",
  "Stalled",
  "Reconciling",
];

export type Status = NonNullable<OCIRepository["status"]>;

/** What the status remembers of the configuration that an artifact was made with. */
export function observedFields(
  { spec }: OCIRepository,
  stored: { readonly artifact: Artifact; readonly url: string },
): Fields<Status> {
  return { ...stored, observedIgnore: spec.ignore, observedLayerSelector: spec.layerSelector };
}

/** What is said of a new artifact, with its origin where its maker left word. */
export function announcementOf({ spec }: OCIRepository, artifact: Artifact | undefined): string {
  const { revision = "", metadata = {} } = artifact ?? {};
  const source = metadata["org.opencontainers.image.source"] ?? "";
  const origin = metadata["org.opencontainers.image.revision"] ?? "";
  const told = source === "" || origin === "" ? "" : `, origin source '${source}', origin revision '${origin}'`;
  return `stored artifact with revision '${revision}' from '${spec.url}'${told}`;
}
