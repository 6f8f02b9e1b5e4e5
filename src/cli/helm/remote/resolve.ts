import { messageOf } from "../../../base/errors.ts";
import { type ChartVersion, type RepositoryIndex, resolveChartUrl } from "../../../sources/index.ts";
import { CommandError, type Io } from "../../command.ts";
import type { HelmRegistry } from "../registry/client.ts";
import { isOci } from "../registry/reference.ts";
import { loadCachedIndex } from "../repositories/index-cache.ts";
import { readRepositories, type RepositoryEntry } from "../repositories/repository-file.ts";
import type { HelmSettings } from "../settings.ts";
import { chooseInIndex } from "./find-in-repository.ts";

/** Where a chart is. */
export interface ResolvedChart {
  readonly url: string;
  /** Of the package; the empty string where nobody says. */
  readonly digest: string;
  /** The added repository that the chart is from: its credentials and certificates count. */
  readonly repository?: RepositoryEntry;
}

export interface Surroundings {
  readonly settings: HelmSettings;
  readonly registry: HelmRegistry;
  readonly io: Io;
}

/** Finds the chart that a reference means: `oci://…`, a URL, or `repository/chart`. Throws with helm's texts. */
export async function resolveChart(
  reference: string,
  version: string,
  { settings, registry, io }: Surroundings,
): Promise<ResolvedChart> {
  if (isOci(reference)) return await registry.resolve(reference, version);
  const { repositories } = await readRepositories(settings.repositoryConfig);
  if (/^[a-z][a-z0-9+.-]*:\/\/[^/]+\/./i.test(reference)) {
    const repository = await ownerOf(reference, repositories, { settings, io });
    return { url: reference, digest: "", ...(repository === undefined ? {} : { repository }) };
  }
  const slash = reference.indexOf("/");
  if (slash < 0)
    throw new CommandError(`non-absolute URLs should be in form of repo_name/path_to_chart, got: ${reference}`);
  const [owner, name] = [reference.slice(0, slash), reference.slice(slash + 1)];
  const repository = repositories.find((entry) => entry.name === owner);
  if (repository === undefined) throw new CommandError(`repo ${owner} not found`);
  if (repository.url === "") throw new CommandError(`no URL found for repository ${owner}`);
  const index = await cachedIndex(owner, { settings, io });
  let chosen: ChartVersion;
  try {
    chosen = chooseInIndex(index, { name, version, io });
  } catch (cause) {
    throw new CommandError(
      `chart ${JSON.stringify(name)} matching ${version} not found in ${owner} index. (try 'helm repo update'): ${messageOf(cause)}`,
    );
  }
  const [first] = chosen.urls;
  if (first === undefined) throw new CommandError(`chart ${JSON.stringify(reference)} has no downloadable URLs`);
  return { url: resolveChartUrl(repository.url, first), digest: chosen.digest ?? "", repository };
}

/** The added repository whose index names a URL. */
async function ownerOf(
  url: string,
  repositories: readonly RepositoryEntry[],
  given: { readonly settings: HelmSettings; readonly io: Io },
): Promise<RepositoryEntry | undefined> {
  for (const repository of repositories) {
    const index = await cachedIndex(repository.name, given);
    for (const versions of index.entries.values())
      for (const { urls } of versions) if (urls.some((each) => equalUrls(each, url))) return repository;
  }
  return undefined;
}

async function cachedIndex(
  name: string,
  { settings, io }: { readonly settings: HelmSettings; readonly io: Io },
): Promise<RepositoryIndex> {
  return await loadCachedIndex(name, settings, io).catch((cause: unknown) => {
    throw new CommandError(`no cached repo found. (try 'helm repo update'): ${messageOf(cause)}`);
  });
}

/** helm: urlutil.Equal. A slash at the end, or none, makes no difference. */
export function equalUrls(a: string, b: string): boolean {
  return a === b || normalized(a) === normalized(b);
}

function normalized(text: string): string {
  if (!URL.canParse(text)) return text.replace(/\/+$/, "");
  const url = new URL(text);
  url.pathname = url.pathname.replace(/\/+$/, "");
  return url.href.replace(/\/+$/, "");
}
