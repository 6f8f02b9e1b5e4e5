import { messageOf } from "../../base/errors.ts";
import { parseConstraint, parseVersion } from "../../base/semver.ts";
import { type Chart, type ChartLimits, type Dependency, loadChartArchive } from "../../chart/index.ts";
import { chartBuildError } from "../errors.ts";
import { normalizeRepositoryUrl } from "../helm/repository.ts";
import { resolveInRoot, type SourceTree, subtreeOf } from "../tree.ts";
import type { ChartSource } from "./from-repository.ts";
import { loadFromTree } from "./load-from-tree.ts";

/** Opens the repository of a dependency by its URL. */
export type FindChartSource = (url: string) => Promise<ChartSource>;

interface Surroundings {
  readonly tree: SourceTree;
  /** Where in the tree the chart is. */
  readonly path: string;
  readonly findSource: FindChartSource;
  readonly limits?: ChartLimits | undefined;
}

/**
 * Adds the dependencies that the lock file, or else Chart.yaml, names and `charts/` lacks. Throws DependencyBuildError
 * with Flux's texts.
 */
export async function addMissingDependencies(
  chart: Chart,
  surroundings: Surroundings,
): Promise<{ readonly chart: Chart; readonly added: number }> {
  const required = chart.lock?.dependencies ?? chart.metadata.dependencies ?? [];
  const missing = missingOf(chart, required);
  const added: Chart[] = [];
  for (const dependency of missing) {
    const isLocal = dependency.repository === "" || dependency.repository.startsWith("file://");
    const name = nameOf(dependency);
    try {
      const found = isLocal ? await loadLocal(dependency, surroundings) : await loadRemote(dependency, surroundings);
      added.push(withName(found, dependency.alias));
    } catch (cause) {
      const message = `failed to add ${isLocal ? "local" : "remote"} dependency '${name}': ${messageOf(cause)}`;
      throw chartBuildError("DependencyBuildError", message, cause);
    }
  }
  if (added.length === 0) return { chart, added: 0 };
  return { chart: { ...chart, dependencies: [...chart.dependencies, ...added] }, added: added.length };
}

function missingOf(chart: Chart, required: readonly Dependency[]): readonly Dependency[] {
  // Flux looks no further when the numbers agree.
  if (chart.dependencies.length === required.length) return [];
  return required.filter((dependency) => !chart.dependencies.some((each) => each.metadata.name === nameOf(dependency)));
}

function nameOf(dependency: Dependency): string {
  return dependency.alias === undefined || dependency.alias === "" ? dependency.name : dependency.alias;
}

function withName(chart: Chart, alias: string | undefined): Chart {
  return alias === undefined || alias === "" ? chart : { ...chart, metadata: { ...chart.metadata, name: alias } };
}

async function loadLocal(dependency: Dependency, { tree, path, limits }: Surroundings): Promise<Chart> {
  const { repository, name, version = "" } = dependency;
  const relative = repository === "" ? `charts/${name}` : repository.slice("file://".length);
  const place = resolveInRoot(`${path}/${relative}`);
  const file = tree.files.find((each) => each.path === place);
  if (file === undefined && subtreeOf(tree, place) === undefined)
    throw new Error(`no chart found at '/${place}' (reference '${repository}')`);
  const constraint = attempt(`invalid version/constraint format '${version}'`, () => parseConstraint(version));
  let chart: Chart;
  try {
    chart =
      file === undefined ? await loadFromTree(tree, place, limits) : await loadChartArchive(await file.read(), limits);
  } catch (cause) {
    throw new Error(`failed to load chart from '/${place}' (reference '${repository}'): ${messageOf(cause)}`, {
      cause,
    });
  }
  if (!constraint.check(parseVersion(chart.metadata.version)))
    throw new Error(`can't get a valid version for constraint '${version}'`);
  return chart;
}

async function loadRemote(dependency: Dependency, { findSource, limits }: Surroundings): Promise<Chart> {
  const { repository, name, version = "" } = dependency;
  const url = normalizeDependencyUrl(repository);
  let source: ChartSource;
  try {
    source = await findSource(url);
  } catch (cause) {
    throw new Error(`failed to get chart repository for URL '${url}': ${messageOf(cause)}`, { cause });
  }
  const chosen = await source.select(name, version).catch((cause: unknown) => {
    throw new Error(`failed to get chart '${name}' version '${version}' from '${repository}': ${messageOf(cause)}`, {
      cause,
    });
  });
  const content = await source.download(chosen).catch((cause: unknown) => {
    throw new Error(`chart download of version '${chosen.version}' failed: ${messageOf(cause)}`, { cause });
  });
  return loadChartArchive(content, limits).catch((cause: unknown) => {
    throw new Error(`failed to load downloaded archive of version '${chosen.version}': ${messageOf(cause)}`, { cause });
  });
}

function normalizeDependencyUrl(repository: string): string {
  if (/^(https?|oci):\/\//.test(repository)) return normalizeRepositoryUrl(repository);
  if (repository.startsWith("@") || repository.startsWith("alias:"))
    throw new Error(`aliased repository dependency is not supported: ${repository.replace(/\/*$/, "/")}`);
  throw new Error(`invalid dependency repository URL: ${repository}`);
}

function attempt<T>(prefix: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    throw new Error(`${prefix}: ${messageOf(cause)}`, { cause });
  }
}
