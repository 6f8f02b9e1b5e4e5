import { messageOf } from "../../../base/errors.ts";
import { type ChartVersion, findChartVersion, type RepositoryIndex, resolveChartUrl } from "../../../sources/index.ts";
import { CommandError, type Io } from "../../command.ts";
import type { ChartOrigin } from "../chart-path-flags.ts";
import { logLine } from "../log-line.ts";
import { downloadIndex } from "../repositories/index-cache.ts";

/** Chooses a version in an index, and says so when it is not the one that was asked for. */
export function chooseInIndex(
  index: RepositoryIndex,
  { name, version, io }: { readonly name: string; readonly version: string; readonly io: Io },
): ChartVersion {
  const { chosen, isFallback } = findChartVersion(index, name, version);
  if (isFallback) {
    const message = "unable to find exact version requested; falling back to closest available version";
    const attributes = { chart: name, requested: version, selected: chosen.version };
    io.stderr(logLine({ level: "WARN", message, attributes }));
  }
  return chosen;
}

/** The URL of a chart in a repository that the user has not added. Throws with helm's texts. */
export async function findInRepository(name: string, origin: ChartOrigin, io: Io): Promise<string> {
  const { repositoryUrl: url, version } = origin;
  const entry = { ...origin, name: "", url };
  const { index } = await downloadIndex(entry, io).catch((cause: unknown) => {
    const message = messageOf(cause);
    if (message.startsWith("could not find protocol handler")) throw cause;
    throw new CommandError(
      `looks like ${JSON.stringify(url)} is not a valid chart repository or cannot be reached: ${message}`,
    );
  });
  const what = `chart ${JSON.stringify(name)}${version === "" ? "" : ` version ${JSON.stringify(version)}`}`;
  let chosen: ChartVersion;
  try {
    chosen = chooseInIndex(index, { name, version, io });
  } catch {
    throw new CommandError(`${what} not found in ${url} repository`);
  }
  const [first] = chosen.urls;
  if (first === undefined) throw new CommandError(`${what} has no downloadable URLs`);
  return resolveChartUrl(url, first);
}
