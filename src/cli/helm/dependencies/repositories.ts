import { stat } from "node:fs/promises";
import { isAbsolute, join } from "node:path";
import { sha256Sync } from "../../../base/node/digest.ts";
import type { Dependency } from "../../../chart/index.ts";
import { CommandError, type Io } from "../../command.ts";
import { equalUrls } from "../remote/resolve.ts";
import { isOci } from "../registry/reference.ts";
import { accessOf, updateCachedIndexes } from "../repositories/index-cache.ts";
import { readRepositories, type RepositoryEntry } from "../repositories/repository-file.ts";
import { pathIn } from "../settings.ts";
import type { DependencyWork } from "./manager.ts";

/** The names of repositories by the names of the dependencies that come from them. */
export type RepositoryNames = ReadonlyMap<string, string>;

const unmanagedPrefix = "helm-manager-";

/** Puts URLs in the place of aliases, and tells which added repository each dependency is from. Throws with helm's texts. */
export async function nameRepositories(
  declared: readonly Dependency[],
  work: DependencyWork,
): Promise<{ readonly dependencies: readonly Dependency[]; readonly names: RepositoryNames }> {
  const { repositories } = await readRepositories(work.settings.repositoryConfig);
  const names = new Map<string, string>();
  const missing: string[] = [];
  const dependencies: Dependency[] = [];
  for (const dependency of declared) {
    const { name, repository } = dependency;
    const alias = /^(?:@|alias:)(.*)$/s.exec(repository)?.[1];
    const added = repositories.find((entry) =>
      alias === undefined ? equalUrls(entry.url, repository) : entry.name === alias,
    );
    dependencies.push(
      added === undefined || alias === undefined ? dependency : { ...dependency, repository: added.url },
    );
    if (repository === "") continue;
    if (repository.startsWith("file://")) {
      await localPath(repository, work);
      if (work.debug) work.out(`Repository from local path: ${repository}\n`);
      names.set(name, repository);
    } else if (isOci(repository)) names.set(name, repository);
    else if (added !== undefined) names.set(name, added.name);
    else if (!isRequestUrl(repository)) missing.push(repository);
  }
  if (missing.length > 0) throw new CommandError(noDefinitionFor(missing));
  return { dependencies, names };
}

/** Downloads the indexes of repositories that the user has not added, under names of their own. Gives the completed names. */
export async function updateUnmanaged(
  dependencies: readonly Dependency[],
  known: RepositoryNames,
  work: DependencyWork,
): Promise<RepositoryNames> {
  const names = new Map(known);
  const unmanaged: RepositoryEntry[] = [];
  for (const { name, repository } of dependencies) {
    if (repository === "" || names.has(name)) continue;
    const own = `${unmanagedPrefix}${sha256Sync(repository)}`;
    names.set(name, own);
    unmanaged.push(withoutCredentials(own, repository));
  }
  if (work.skipRefresh || unmanaged.length === 0) return names;
  work.out("Getting updates for unmanaged Helm repositories...\n");
  await updateAll(unmanaged, work);
  return names;
}

/** Downloads the indexes of the added repositories. A repository that does not answer is told, and no error. */
export async function updateRepositories(work: DependencyWork): Promise<void> {
  const { repositories } = await readRepositories(work.settings.repositoryConfig);
  if (repositories.length === 0) return;
  work.out("Hang tight while we grab the latest from your chart repositories...\n");
  await updateAll(repositories, work);
  work.out("Update Complete. ⎈Happy Helming!⎈\n");
}

/** The folder of a `file://` dependency, as errors show it. Throws with helm's text when it is not there. */
export async function localPath(
  repository: string,
  { chartPath, io }: { readonly chartPath: string; readonly io: Io },
): Promise<string> {
  const given = repository.replace(/^file:\/\//, "");
  const path = isAbsolute(given) ? given : join(chartPath, given);
  const isThere = await stat(pathIn(io, path)).then(
    () => true,
    () => false,
  );
  if (!isThere) throw new CommandError(`directory ${path} not found`);
  return path;
}

export function withoutCredentials(name: string, url: string): RepositoryEntry {
  return {
    name,
    url,
    username: "",
    password: "",
    certFile: "",
    keyFile: "",
    caFile: "",
    insecureSkipTlsVerify: false,
    passCredentialsAll: false,
  };
}

async function updateAll(repositories: readonly RepositoryEntry[], work: DependencyWork): Promise<void> {
  const { settings, io, out } = work;
  // helm: of repositories with one URL, but for a slash at its end, only the last is updated.
  const unique = new Map(repositories.map((entry) => [entry.url.replace(/\/$/, ""), entry]));
  for (const entry of unique.values()) await accessOf(entry, io);
  const isUnmanaged = ({ name }: RepositoryEntry): boolean => name.startsWith(unmanagedPrefix);
  await updateCachedIndexes([...unique.values()], { settings, io, out, isUnmanaged });
}

/** Go: url.ParseRequestURI takes what has a scheme, and absolute paths. */
function isRequestUrl(text: string): boolean {
  return text.startsWith("/") || /^[a-z][a-z0-9+.-]*:./i.test(text);
}

function noDefinitionFor(missing: readonly string[]): string {
  const message = `no repository definition for ${missing.join(", ")}. Please add them via 'helm repo add'`;
  const hasName = missing.some((text) => !text.includes("//") && !/^(?:@|alias:)/.test(text));
  return hasName
    ? `${message}
Note that repositories must be URLs or aliases. For example, to refer to the "example"
repository, use "https://charts.example.com/" or "@example" instead of
"example". Don't forget to add the repo, too ('helm repo add').`
    : message;
}
