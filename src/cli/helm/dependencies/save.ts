import { mkdir, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { messageOf } from "../../../base/errors.ts";
import { compareVersions, parseConstraint, tryParseVersion, type Version } from "../../../base/semver.ts";
import { type Dependency, packageChart, packageName } from "../../../chart/index.ts";
import { loadChartDirectory } from "../../../chart/node/index.ts";
import { resolveChartUrl, type RepositoryIndex } from "../../../sources/index.ts";
import { CommandError } from "../../command.ts";
import { loadChart } from "../local-chart.ts";
import { downloadTo } from "../remote/download.ts";
import { findInRepository } from "../remote/find-in-repository.ts";
import { equalUrls } from "../remote/resolve.ts";
import { isOci } from "../registry/reference.ts";
import { loadCachedIndex } from "../repositories/index-cache.ts";
import { readRepositories, type RepositoryEntry } from "../repositories/repository-file.ts";
import { pathIn } from "../settings.ts";
import type { DependencyWork } from "./manager.ts";
import { localPath, withoutCredentials } from "./repositories.ts";

interface KnownRepository {
  readonly entry: RepositoryEntry;
  readonly index: RepositoryIndex;
}

/**
 * Saves locked dependencies in charts/ and removes what they replace; gives them back with the versions of those that are folders of
 * this machine. charts/ stays as it was when one cannot be had. Throws with helm's texts.
 */
export async function saveDependencies(
  locked: readonly Dependency[],
  work: DependencyWork,
): Promise<readonly Dependency[]> {
  const { chartPath, io, out } = work;
  const repositories = await knownRepositories(work);
  const target = join(chartPath, "charts");
  const found = await stat(pathIn(io, target)).catch(() => undefined);
  if (found !== undefined && !found.isDirectory())
    throw new CommandError(`${JSON.stringify(target)} is not a directory`);
  await mkdir(pathIn(io, target), { recursive: true });
  const temporary = join(chartPath, `tmpcharts-${process.pid}`);
  await mkdir(pathIn(io, temporary), { recursive: true });
  try {
    out(`Saving ${locked.length} charts\n`);
    const saved: Dependency[] = [];
    const fetched = new Set<string>();
    for (const dependency of locked) saved.push(await saveOne(dependency, { work, temporary, repositories, fetched }));
    await moveAll(saved, { work, from: temporary, to: target });
    return saved;
  } catch (cause) {
    if (!(cause instanceof SaveError)) throw cause;
    out(`Save error occurred:  ${cause.message}\n`);
    throw new CommandError(cause.message);
  } finally {
    await rm(pathIn(io, temporary), { recursive: true, force: true });
  }
}

/** What helm tells of once more before it gives up. */
class SaveError extends Error {}

interface Saving {
  readonly work: DependencyWork;
  readonly temporary: string;
  readonly repositories: readonly KnownRepository[];
  /** URLs that are on the disk already: two aliases may mean one chart. */
  readonly fetched: Set<string>;
}

async function saveOne(dependency: Dependency, saving: Saving): Promise<Dependency> {
  const { work, temporary, fetched } = saving;
  const { io, out } = work;
  const { name, repository } = dependency;
  if (repository === "") {
    await checkVendored(dependency, work);
    return dependency;
  }
  if (repository.startsWith("file://")) {
    if (work.debug) out(`Archiving ${name} from repo ${repository}\n`);
    const version = await packLocal(dependency, saving).catch(failing);
    return { ...dependency, version };
  }
  const { url, entry } = await findUrl(dependency, saving).catch((cause: unknown) => {
    throw new SaveError(`could not find : ${messageOf(cause)}`);
  });
  // helm: one chart of a registry is fetched once, whatever its tag.
  const colon = url.lastIndexOf(":");
  const reference = isOci(url) ? url.slice(0, colon) : url;
  const version = isOci(url) ? url.slice(colon + 1) : "";
  if (fetched.has(reference)) {
    out(`Already downloaded ${name} from repo ${repository}\n`);
    return dependency;
  }
  out(`Downloading ${name} from repo ${repository}\n`);
  const { settings, registry, verify, keyring } = work;
  const fetching = {
    settings,
    registry,
    io,
    verify,
    keyring,
    connection: { ...entry, plainHttp: false },
    passCredentialsAll: entry.passCredentialsAll,
    ...(isOci(url) ? {} : { credentialsFor: entry.url }),
  };
  await downloadTo(temporary, { reference, version, fetching }).catch((cause: unknown) => {
    throw new SaveError(`could not download ${reference}: ${messageOf(cause)}`);
  });
  fetched.add(reference);
  return dependency;
}

async function checkVendored(
  { name, version = "" }: Dependency,
  { chartPath, io, out }: DependencyWork,
): Promise<void> {
  out(`Dependency ${name} did not declare a repository. Assuming it exists in the charts directory\n`);
  const path = join(chartPath, "charts", name);
  const chart = await loadChartDirectory(pathIn(io, path)).catch((cause: unknown) => {
    throw new CommandError(`unable to load chart '${path}': ${messageOf(cause)}`);
  });
  const found = tryParseVersion(chart.metadata.version);
  if (found === undefined || !parseConstraint(version).check(found))
    throw new SaveError(
      `dependency ${name} at version ${chart.metadata.version} does not satisfy the constraint ${version}`,
    );
}

/** Packs a chart of this machine; gives its version. */
async function packLocal({ name, repository, version = "" }: Dependency, { work, temporary }: Saving): Promise<string> {
  const { io } = work;
  const chart = await loadChartDirectory(pathIn(io, await localPath(repository, work)));
  const found = tryParseVersion(chart.metadata.version);
  if (found === undefined || !parseConstraint(version).check(found))
    throw new SaveError(`can't get a valid version for dependency ${name}`);
  await writeFile(pathIn(io, join(temporary, packageName(chart))), packageChart(chart));
  return chart.metadata.version;
}

async function findUrl(
  { name, repository, version = "" }: Dependency,
  { work, repositories }: Saving,
): Promise<{ readonly url: string; readonly entry: RepositoryEntry }> {
  const unknown = withoutCredentials("", repository);
  if (isOci(repository)) return { url: `${repository}/${name}:${version}`, entry: unknown };
  const known = repositories.find(({ entry }) => equalUrls(entry.url, repository));
  if (known === undefined) {
    const origin = { ...unknown, plainHttp: false, version, verify: false, keyring: "", repositoryUrl: repository };
    const url = await findInRepository(name, origin, work.io).catch((cause: unknown) => {
      throw new CommandError(`chart ${name} not found in ${repository}: ${messageOf(cause)}`);
    });
    return { url, entry: unknown };
  }
  const versions = known.index.entries.get(name);
  if (versions === undefined) throw new CommandError("entry not found");
  const wanted = tryParseVersion(version);
  const chosen = versions.find(
    ({ urls, semver, version: text }) =>
      urls.length > 0 && (version === "" || (wanted === undefined ? text === version : isEqual(wanted, semver))),
  );
  if (chosen === undefined) throw new CommandError("no matching version");
  return { url: resolveChartUrl(repository, chosen.urls[0] ?? ""), entry: known.entry };
}

/** Versions that differ in build metadata only are equal; the exact text would be found first in a sorted index. */
function isEqual(a: Version, b: Version): boolean {
  return compareVersions(a, b) === 0;
}

async function knownRepositories({ settings, io }: DependencyWork): Promise<readonly KnownRepository[]> {
  const { repositories } = await readRepositories(settings.repositoryConfig);
  return await Promise.all(
    repositories.map(async (entry) => ({ entry, index: await loadCachedIndex(entry.name, settings, io) })),
  );
}

/** Moves what was fetched into charts/, and removes the packages there that nobody asks for any more. */
async function moveAll(
  saved: readonly Dependency[],
  { work, from, to }: { readonly work: DependencyWork; readonly from: string; readonly to: string },
): Promise<void> {
  const { io, out } = work;
  const before = (await readdir(pathIn(io, to), { withFileTypes: true })).toSorted((a, b) =>
    a.name < b.name ? -1 : 1,
  );
  const fresh = new Set((await readdir(pathIn(io, from))).toSorted());
  for (const name of fresh) {
    const path = join(from, name);
    try {
      await loadChart(pathIn(io, path), io, { shown: path });
    } catch (cause) {
      out(`Could not verify ${path} for moving: ${messageOf(cause)} (Skipping)`);
      continue;
    }
    await rename(pathIn(io, path), pathIn(io, join(to, name)));
  }
  out("Deleting outdated charts\n");
  const vendored = new Set(saved.filter(({ repository }) => repository === "").map(({ name }) => name));
  for (const entry of before) {
    if (entry.isDirectory() || fresh.has(entry.name)) continue;
    const path = join(to, entry.name);
    try {
      const chart = await loadChart(pathIn(io, path), io, { shown: path });
      if (!vendored.has(chart.metadata.name)) await rm(pathIn(io, path));
    } catch (cause) {
      out(`Could not verify ${path} for deletion: ${messageOf(cause)} (Skipping)\n`);
    }
  }
}

function failing(cause: unknown): never {
  throw new SaveError(messageOf(cause));
}
