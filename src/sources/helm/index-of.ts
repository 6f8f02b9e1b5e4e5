import { sha256Sync } from "../../base/node/digest.ts";
import { compareVersions, tryParseVersion } from "../../base/semver.ts";
import type { Values } from "../../base/value.ts";
import { formatYaml } from "../../base/yaml/index.ts";
import type { ChartMetadata } from "../../chart/index.ts";

/** A packed chart that an index is made for. */
export interface IndexedChart {
  readonly fileName: string;
  readonly content: Uint8Array;
  readonly metadata: ChartMetadata;
  readonly created: Date;
}

/** Writes the index.yaml of packed charts, newest version first; URLs are relative unless there is a base. */
export function indexOf(
  charts: readonly IndexedChart[],
  options: { readonly baseUrl?: string; readonly now: Date },
): string {
  const entries: Record<string, Values[]> = {};
  const newestFirst = charts.toSorted((a, b) => {
    const left = tryParseVersion(a.metadata.version);
    const right = tryParseVersion(b.metadata.version);
    if (left === undefined || right === undefined) return left === right ? 0 : left === undefined ? 1 : -1;
    return compareVersions(right, left);
  });
  for (const { fileName, content, metadata, created } of newestFirst) {
    const base = options.baseUrl?.replace(/\/+$/, "");
    const entry = {
      ...(metadata as unknown as Values),
      created: created.toISOString(),
      digest: sha256Sync(content),
      urls: [base === undefined ? fileName : `${base}/${fileName}`],
    };
    if (Object.hasOwn(entries, metadata.name)) entries[metadata.name]?.push(entry);
    else entries[metadata.name] = [entry];
  }
  return formatYaml({ apiVersion: "v1", entries, generated: options.now.toISOString() });
}
