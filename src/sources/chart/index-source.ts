import { SourceError } from "../errors.ts";
import type { RepositoryIndex } from "../helm/index-file.ts";
import { downloadChart, type RepositoryAccess } from "../helm/repository.ts";
import { selectChartVersion } from "../helm/select-version.ts";
import type { ChartSource } from "./from-repository.ts";

/** An HTTP repository as a source of charts; its index is loaded when it is asked for. */
export function createIndexSource(
  loadIndex: () => Promise<RepositoryIndex>,
  access: RepositoryAccess,
  limit?: number,
): ChartSource {
  return {
    async select(name, version) {
      const entry = selectChartVersion(await loadIndex(), name, version);
      return { name: entry.name, version: entry.version, entry };
    },
    async download({ name, entry }) {
      if (entry === undefined) throw new SourceError("ChartNotFound", `chart '${name}' has no downloadable URLs`);
      return downloadChart(access, entry, limit);
    },
  };
}
