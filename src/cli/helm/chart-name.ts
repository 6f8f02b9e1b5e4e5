import type { ReleaseRecord } from "../../release/index.ts";

/** `web-1.2.3`, as lists show the chart of a revision. */
export function chartNameOf({ chart: { metadata } }: ReleaseRecord): string {
  return metadata === null ? "MISSING" : `${metadata.name}-${metadata.version}`;
}

export function appVersionOf({ chart: { metadata } }: ReleaseRecord): string {
  return metadata === null ? "MISSING" : (metadata.appVersion ?? "");
}
