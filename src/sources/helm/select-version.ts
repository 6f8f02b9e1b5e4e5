import { messageOf } from "../../base/errors.ts";
import { compareVersions, type Constraint, parseConstraint } from "../../base/semver.ts";
import { SourceError } from "../errors.ts";
import type { ListedVersion, VersionIndex } from "./index-file.ts";

/**
 * Chooses the version of a chart that a HelmChart asks for: the exact text, or the highest in the range; the newest
 * stable one for `*` and nothing. Throws ChartNotFound with Flux's texts.
 */
export function selectChartVersion<V extends ListedVersion>(index: VersionIndex<V>, name: string, version: string): V {
  const versions = index.entries.get(name);
  if (versions === undefined) throw notFound("no chart name found");
  if (versions.length === 0) throw notFound("no chart version found");
  const exact = version === "" ? undefined : versions.find((candidate) => candidate.version === version);
  if (exact !== undefined) return exact;
  const constraint = constraintOf(version === "" ? "*" : version);
  let best: V | undefined;
  for (const candidate of versions) {
    // Flux: version.ParseVersion takes only what has three parts.
    if (candidate.version.split(".").length < 3 || !constraint.check(candidate.semver)) continue;
    if (best === undefined || isNewer(candidate, best)) best = candidate;
  }
  if (best === undefined) throw notFound(`no '${name}' chart with version matching '${version}' found`);
  return best;
}

/**
 * Chooses as helm's commands do: the exact text, or the first in the range of the sorted list. Tells when a version was asked for that
 * is no range and another was taken. Throws ChartNotFound with Helm's texts.
 */
export function findChartVersion<V extends ListedVersion>(
  index: VersionIndex<V>,
  name: string,
  version: string,
): { readonly chosen: V; readonly isFallback: boolean } {
  const versions = index.entries.get(name);
  if (versions === undefined) throw notFound("no chart name found");
  if (versions.length === 0) throw notFound("no chart version found");
  const constraint = constraintOf(version === "" ? "*" : version);
  const exact = version === "" ? undefined : versions.find((candidate) => candidate.version === version);
  if (exact !== undefined) return { chosen: exact, isFallback: false };
  const chosen = versions.find(({ semver }) => constraint.check(semver));
  if (chosen === undefined) throw notFound(`no chart version found for ${name}-${version}`);
  return { chosen, isFallback: version !== "" && !isRange(version) };
}

/** Helm: repo.isVersionRange. */
function isRange(version: string): boolean {
  if (/[\^~<>=!*]|\|\|| - /.test(version)) return true;
  return /[xX]/.test(version.split(/[-+]/, 1)[0] ?? "");
}

/** Build metadata is no part of the order; between equal versions the younger archive wins. */
function isNewer(a: ListedVersion, b: ListedVersion): boolean {
  const order = compareVersions(a.semver, b.semver);
  if (order !== 0) return order > 0;
  return timeOf(a.created) > timeOf(b.created);
}

function timeOf(created: string): number {
  const time = Date.parse(created);
  return Number.isNaN(time) ? 0 : time;
}

function constraintOf(range: string): Constraint {
  try {
    return parseConstraint(range);
  } catch (cause) {
    throw new SourceError("ChartNotFound", messageOf(cause), { cause });
  }
}

function notFound(message: string): SourceError {
  return new SourceError("ChartNotFound", message);
}
