import type { SummaryRules } from "../source/summarize.ts";

/** What a HelmRepository's Ready is made from. */
export const rules: SummaryRules = [
  "StorageOperationFailed",
  "FetchFailed",
  "ArtifactOutdated",
  "ArtifactInStorage",
  "Stalled",
  "Reconciling",
];

/** Go: units.HumanSize, the size that the event of a new index tells: `49.19kB`. */
export function humanSize(bytes: number): string {
  let size = bytes;
  let unit = 0;
  const units = ["B", "kB", "MB", "GB"];
  while (size >= 1000 && unit < units.length - 1) {
    size /= 1000;
    unit += 1;
  }
  return `${Number(size.toPrecision(4))}${units[unit]}`;
}
