import { join } from "node:path";
import { messageOf } from "../../../base/errors.ts";
import { type Constraint, parseConstraint, tryParseVersion } from "../../../base/semver.ts";
import type { Dependency } from "../../../chart/index.ts";
import { loadChartDirectory } from "../../../chart/node/index.ts";
import { CommandError } from "../../command.ts";
import { isOci } from "../registry/reference.ts";
import { loadCachedIndex } from "../repositories/index-cache.ts";
import { pathIn } from "../settings.ts";
import type { DependencyWork } from "./manager.ts";
import { localPath, type RepositoryNames } from "./repositories.ts";

/** Chooses the version of each dependency: the newest that its range allows. Throws with helm's texts. */
export async function lockDependencies(
  dependencies: readonly Dependency[],
  names: RepositoryNames,
  work: DependencyWork,
): Promise<readonly Dependency[]> {
  const locked: Dependency[] = [];
  const missing: string[] = [];
  for (const dependency of dependencies) {
    const version = await chooseVersion(dependency, names, work);
    const { name, repository } = dependency;
    if (version === undefined)
      missing.push(
        `${JSON.stringify(name)} (repository ${JSON.stringify(repository)}, version ${JSON.stringify(dependency.version ?? "")})`,
      );
    else locked.push({ name, ...(version === "" ? {} : { version }), repository });
  }
  if (missing.length > 0)
    throw new CommandError(
      `can't get a valid version for ${missing.length} subchart(s): ${missing.join(", ")}. Make sure a matching chart version exists in the repo, or change the version constraint in Chart.yaml`,
    );
  return locked;
}

async function chooseVersion(
  { name, repository, version = "" }: Dependency,
  names: RepositoryNames,
  work: DependencyWork,
): Promise<string | undefined> {
  const { settings, registry, io } = work;
  const range = rangeOf(name, version);
  if (repository === "") {
    await localPath(join("charts", name), work);
    return version;
  }
  if (repository.startsWith("file://")) {
    const chart = await loadChartDirectory(pathIn(io, await localPath(repository, work)));
    const found = tryParseVersion(chart.metadata.version);
    return found !== undefined && range.check(found) ? chart.metadata.version : undefined;
  }
  if (isOci(repository)) {
    // A version that is whole says all; listing tags can be slow.
    if (tryParseVersion(version) !== undefined) return version;
    const versions = await registry.versions(`${repository}/${name}`).catch((cause: unknown) => {
      throw new CommandError(`could not retrieve list of tags for repository ${repository}: ${messageOf(cause)}`);
    });
    return versions.find((text) => allows(range, text)) ?? version;
  }
  const repositoryName = names.get(name) ?? "";
  const index = await loadCachedIndex(repositoryName, settings, io).catch((cause: unknown) => {
    throw new CommandError(
      `no cached repository for ${repositoryName} found. (try 'helm repo update'): ${messageOf(cause)}`,
    );
  });
  const versions = index.entries.get(name);
  if (versions === undefined) throw new CommandError(`${name} chart not found in repo ${repository}`);
  return versions.find(({ urls, semver }) => urls.length > 0 && range.check(semver))?.version;
}

function rangeOf(name: string, version: string): Constraint {
  try {
    return parseConstraint(version);
  } catch (cause) {
    throw new CommandError(
      `dependency ${JSON.stringify(name)} has an invalid version/constraint format: ${messageOf(cause)}`,
    );
  }
}

function allows(range: Constraint, text: string): boolean {
  const version = tryParseVersion(text);
  return version !== undefined && range.check(version);
}
