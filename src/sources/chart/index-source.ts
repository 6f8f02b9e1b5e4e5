import { SourceError } from "../errors.ts";
import type { VersionIndex } from "../helm/index-file.ts";
import { downloadChart, type RepositoryAccess } from "../helm/repository.ts";
import { selectChartVersion } from "../helm/select-version.ts";
import type { ChartSource } from "./from-repository.ts";

/** Downloads what has a name once for all who ask at about the same time. */
export type ShareDownload = (name: string, download: () => Promise<Uint8Array>) => Promise<Uint8Array>;

/**
 * An HTTP repository as a source of charts; its index is loaded when it is asked for. Archives whose digest the index tells
 * may be shared among those who read the same repository as the same user: `share` is told the digest.
 */
export function createIndexSource(
  loadIndex: () => Promise<VersionIndex>,
  access: RepositoryAccess,
  options: { readonly limit?: number; readonly share?: ShareDownload } = {},
): ChartSource {
  const { limit, share = (_, download) => download() } = options;
  return {
    async select(name, version) {
      const entry = selectChartVersion(await loadIndex(), name, version);
      return { name: entry.name, version: entry.version, entry };
    },
    async download({ name, entry }) {
      if (entry === undefined) throw new SourceError("ChartNotFound", `chart '${name}' has no downloadable URLs`);
      const download = (): Promise<Uint8Array> => downloadChart(access, entry, limit);
      const digest = /^(?:sha256:)?([0-9a-f]{64})$/.exec(entry.digest ?? "")?.[1];
      return digest === undefined ? download() : share(digest, download);
    },
  };
}
