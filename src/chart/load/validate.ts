import { ChartError } from "../errors.ts";
import type { ChartMetadata, Dependency, Maintainer } from "../types.ts";
import { isVersion } from "../version.ts";
import { type LooseMetadata, orderedDependency } from "./metadata.ts";

/** Cleans Chart.yaml as Helm's Metadata.Validate does, and refuses with its texts what is missing or not allowed. */
export function validateMetadata(loose: LooseMetadata): ChartMetadata {
  const apiVersion = loose.apiVersion ?? "";
  const name = clean(loose.name);
  const version = loose.version ?? "";
  const type = loose.type ?? "";
  if (apiVersion === "") throw invalid("chart.metadata.apiVersion is required");
  if (name === "") throw invalid("chart.metadata.name is required");
  if (name === "." || name === "..") throw invalid(`chart.metadata.name ${JSON.stringify(name)} is not allowed`);
  if (name.includes("/")) throw invalid(`chart.metadata.name ${JSON.stringify(name)} is invalid`);
  if (version === "") throw invalid("chart.metadata.version is required");
  if (!isVersion(version)) throw invalid(`chart.metadata.version ${JSON.stringify(version)} is invalid`);
  if (type !== "" && type !== "application" && type !== "library")
    throw invalid("chart.metadata.type must be application or library");
  const maintainers = loose.maintainers?.map(validMaintainer);
  const dependencies = loose.dependencies?.map(validDependency);
  const seen = new Set<string>();
  for (const dependency of dependencies ?? []) {
    const key = dependency.alias ?? dependency.name;
    if (seen.has(key)) throw invalid(`more than one dependency with name or alias ${JSON.stringify(key)}`);
    seen.add(key);
  }
  const { annotations } = loose;
  return {
    name,
    ...text("home", clean(loose.home)),
    ...list("sources", loose.sources?.map(clean)),
    version,
    ...text("description", clean(loose.description)),
    ...list("keywords", loose.keywords?.map(clean)),
    ...list("maintainers", maintainers),
    ...text("icon", clean(loose.icon)),
    apiVersion,
    ...text("condition", clean(loose.condition)),
    ...text("tags", clean(loose.tags)),
    ...text("appVersion", clean(loose.appVersion)),
    ...(loose.deprecated === true ? { deprecated: true } : {}),
    ...(annotations !== undefined && Object.keys(annotations).length > 0 ? { annotations } : {}),
    ...text("kubeVersion", clean(loose.kubeVersion)),
    ...list("dependencies", dependencies),
    ...text("type", type),
  };
}

function validMaintainer(maintainer: Maintainer | null): Maintainer {
  if (maintainer === null) throw invalid("maintainers must not contain empty or null nodes");
  return {
    ...text("name", clean(maintainer.name)),
    ...text("email", clean(maintainer.email)),
    ...text("url", clean(maintainer.url)),
  };
}

function validDependency(dependency: Dependency | null): Dependency {
  if (dependency === null) throw invalid("dependencies must not contain empty or null nodes");
  const cleaned = orderedDependency({
    ...dependency,
    name: clean(dependency.name),
    version: clean(dependency.version),
    repository: clean(dependency.repository),
    condition: clean(dependency.condition),
    ...(dependency.tags === undefined ? {} : { tags: dependency.tags.map(clean) }),
  });
  if (cleaned.alias !== undefined && !/^[a-zA-Z0-9_-]+$/.test(cleaned.alias))
    throw invalid(`dependency ${JSON.stringify(cleaned.name)} has disallowed characters in the alias`);
  return cleaned;
}

/** Helm: white space becomes a space, and what cannot be printed goes. */
function clean(value: string | undefined): string {
  if (value === undefined) return "";
  if (/^[\x20-\x7e]*$/.test(value)) return value;
  return value.replaceAll(/\p{White_Space}/gu, " ").replaceAll(/[^ \p{L}\p{M}\p{N}\p{P}\p{S}]/gu, "");
}

function text<Name extends string>(name: Name, value: string): { readonly [Key in Name]?: string } {
  return value === "" ? {} : ({ [name]: value } as { readonly [Key in Name]?: string });
}

function list<Name extends string, Item>(
  name: Name,
  value: readonly Item[] | undefined,
): { readonly [Key in Name]?: readonly Item[] } {
  return value === undefined || value.length === 0
    ? {}
    : ({ [name]: value } as { readonly [Key in Name]?: readonly Item[] });
}

function invalid(message: string): ChartError {
  return new ChartError("InvalidChart", `validation: ${message}`);
}
