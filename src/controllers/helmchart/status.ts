import type { HelmChart } from "../../api/index.ts";
import type { SummaryRules } from "../source/summarize.ts";

/** What a HelmChart's Ready is made from. */
export const rules: SummaryRules = [
  "StorageOperationFailed",
  "FetchFailed",
  "BuildFailed",
  "ArtifactOutdated",
  "ArtifactInStorage",
  "SourceVerified",
  "Stalled",
  "Reconciling",
];

export type Status = NonNullable<HelmChart["status"]>;
