import { compareVersions } from "../registry/versions.ts";
import type { Resource, Subresource } from "../registry/resource.ts";

/** `/api`: the versions of the core group. */
export function apiVersions(server: string): object {
  return {
    kind: "APIVersions",
    versions: ["v1"],
    serverAddressByClientCIDRs: [{ clientCIDR: "0.0.0.0/0", serverAddress: server }],
  };
}

/** `/apis`: every named group. */
export function apiGroupList(resources: readonly Resource[]): object {
  return {
    kind: "APIGroupList",
    apiVersion: "v1",
    groups: [...groupsOf(resources).entries()].map(([name, versions]) => group(name, versions)),
  };
}

/** `/apis/G`; undefined for a group that is not served. */
export function apiGroup(resources: readonly Resource[], name: string): object | undefined {
  const versions = groupsOf(resources).get(name);
  return versions === undefined ? undefined : { kind: "APIGroup", apiVersion: "v1", ...group(name, versions) };
}

function group(name: string, found: ReadonlySet<string>): object {
  const versions = [...found].map((version) => ({ groupVersion: `${name}/${version}`, version }));
  return { name, versions, preferredVersion: versions[0] };
}

/** `/api/v1` and `/apis/G/V`; undefined for a version that is not served. */
export function apiResourceList(
  resources: readonly Resource[],
  groupName: string,
  version: string,
): object | undefined {
  const served = resources.filter((resource) => resource.group === groupName && resource.version === version);
  if (served.length === 0) return undefined;
  return {
    kind: "APIResourceList",
    apiVersion: "v1",
    groupVersion: served[0]!.apiVersion,
    resources: served.flatMap((resource) => [
      {
        name: resource.plural,
        singularName: resource.singular,
        namespaced: resource.namespaced,
        kind: resource.kind,
        verbs: resource.verbs,
        ...(resource.shortNames.length === 0 ? {} : { shortNames: resource.shortNames }),
        ...(resource.categories.length === 0 ? {} : { categories: resource.categories }),
      },
      ...resource.subresources.map((subresource) => ({
        name: `${resource.plural}/${subresource.name}`,
        singularName: "",
        namespaced: resource.namespaced,
        ...(subresource.group === resource.group && subresource.version === resource.version
          ? {}
          : { group: subresource.group, version: subresource.version }),
        kind: subresource.kind,
        verbs: subresource.verbs,
      })),
    ]),
  };
}

/** `apidiscovery.k8s.io/v2`: all of a root (`/api` or `/apis`) in one answer. */
export function aggregatedDiscovery(resources: readonly Resource[], root: "api" | "apis", version: string): object {
  const wanted = resources.filter((resource) => (resource.group === "") === (root === "api"));
  const items = [...groupsOf(wanted).entries()].map(([name, versions]) => ({
    metadata: name === "" ? {} : { name },
    versions: [...versions].map((version) => ({
      version,
      resources: wanted.filter((resource) => resource.group === name && resource.version === version).map(aggregated),
      freshness: "Current",
    })),
  }));
  return { kind: "APIGroupDiscoveryList", apiVersion: `apidiscovery.k8s.io/${version}`, metadata: {}, items };
}

function aggregated(resource: Resource): object {
  return {
    resource: resource.plural,
    responseKind: {
      group: resource.custom ? resource.group : "",
      version: resource.custom ? resource.version : "",
      kind: resource.kind,
    },
    scope: resource.namespaced ? "Namespaced" : "Cluster",
    singularResource: resource.singular,
    verbs: resource.verbs,
    ...(resource.shortNames.length === 0 ? {} : { shortNames: resource.shortNames }),
    ...(resource.categories.length === 0 ? {} : { categories: resource.categories }),
    ...(resource.subresources.length === 0
      ? {}
      : { subresources: resource.subresources.map((subresource) => aggregatedSubresource(subresource, resource)) }),
  };
}

function aggregatedSubresource(subresource: Subresource, resource: Resource): object {
  const { name, kind, group, version, verbs } = subresource;
  const isParents = !resource.custom && group === resource.group && version === resource.version;
  return {
    subresource: name,
    responseKind: isParents ? { group: "", version: "", kind } : { group, version, kind },
    verbs,
  };
}

/** Groups in the order they come, each with its versions, the preferred one first. */
function groupsOf(resources: readonly Resource[]): ReadonlyMap<string, ReadonlySet<string>> {
  const groups = new Map<string, Set<string>>();
  for (const { group, version } of resources) {
    const versions = groups.get(group);
    if (versions === undefined) groups.set(group, new Set([version]));
    else versions.add(version);
  }
  for (const [name, versions] of groups) groups.set(name, new Set([...versions].sort(compareVersions)));
  return groups;
}
