import type { Bucket } from "../../api/index.ts";
import type { Fields } from "../source/status.ts";
import type { SummaryRules } from "../source/summarize.ts";
import type { Stored } from "./act.ts";
import type { Status } from "./decide.ts";

/** What a Bucket's Ready is made from. */
export const rules: SummaryRules = [
  "StorageOperationFailed",
  "FetchFailed",
  "ArtifactOutdated",
  "ArtifactInStorage",
  "Stalled",
  "Reconciling",
];

/** What the status remembers of a new artifact. */
export function storedFields({ spec }: Bucket, { artifact, url }: Stored): Fields<Status> {
  return { artifact, url, observedIgnore: spec.ignore };
}
