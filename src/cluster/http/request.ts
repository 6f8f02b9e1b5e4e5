/** What a request to the API is about, as its path says. */
export type Target =
  | { readonly target: "resource"; readonly path: ResourcePath }
  | { readonly target: "apiVersions" } // /api
  | { readonly target: "apiGroups" } // /apis
  | { readonly target: "apiGroup"; readonly group: string } // /apis/G
  | { readonly target: "apiResources"; readonly group: string; readonly version: string } // /api/v1, /apis/G/V
  | { readonly target: "other"; readonly path: string };

export interface ResourcePath {
  readonly group: string;
  readonly version: string;
  readonly namespace?: string;
  readonly plural: string;
  readonly name?: string;
  readonly subresource?: string;
}

/** Reads a path as kube-apiserver's RequestInfo does. */
export function parseTarget(pathname: string): Target {
  let parts: string[];
  try {
    parts = pathname
      .split("/")
      .filter((part) => part !== "")
      .map(decodeURIComponent);
  } catch {
    return { target: "other", path: pathname };
  }
  const [root, ...rest] = parts;
  if (root === "api") {
    if (rest.length === 0) return { target: "apiVersions" };
    return inVersion(pathname, "", rest[0]!, rest.slice(1));
  }
  if (root === "apis") {
    if (rest.length === 0) return { target: "apiGroups" };
    if (rest.length === 1) return { target: "apiGroup", group: rest[0]! };
    return inVersion(pathname, rest[0]!, rest[1]!, rest.slice(2));
  }
  return { target: "other", path: pathname };
}

function inVersion(path: string, group: string, version: string, parts: readonly string[]): Target {
  if (parts.length === 0) return { target: "apiResources", group, version };
  const found = resourceParts(parts);
  return found === undefined ? { target: "other", path } : { target: "resource", path: { group, version, ...found } };
}

const ofNamespaces: readonly string[] = ["status", "finalize"];

function resourceParts(parts: readonly string[]): Omit<ResourcePath, "group" | "version"> | undefined {
  const [first, second, third, ...rest] = parts;
  if (first === "namespaces" && second !== undefined && third !== undefined) {
    if (ofNamespaces.includes(third) && rest.length === 0) {
      return { plural: "namespaces", name: second, subresource: third };
    }
    return named(third, rest, second);
  }
  return named(first!, parts.slice(1), undefined);
}

function named(plural: string, rest: readonly string[], namespace: string | undefined) {
  if (rest.length > 2 && rest[1] !== "proxy") return undefined;
  return {
    plural,
    ...(namespace === undefined ? {} : { namespace }),
    ...(rest[0] === undefined ? {} : { name: rest[0] }),
    ...(rest[1] === undefined ? {} : { subresource: rest[1] }),
  };
}
