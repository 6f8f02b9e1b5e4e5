import type { ApiResource } from "./types.ts";
import { KubeError } from "./errors.ts";

/** The path of a resource, of one object, or of a subresource of it. */
export function resourcePath(
  resource: Pick<ApiResource, "group" | "version" | "plural" | "namespaced">,
  target: { readonly namespace?: string | undefined; readonly name?: string; readonly subresource?: string },
): string {
  const { group, version, plural } = resource;
  const root = group === "" ? `/api/${segment(version)}` : `/apis/${segment(group)}/${segment(version)}`;
  const scope = resource.namespaced && target.namespace !== undefined ? `/namespaces/${segment(target.namespace)}` : "";
  const object = target.name === undefined ? "" : `/${segment(target.name)}`;
  const below = target.subresource === undefined ? "" : `/${segment(target.subresource)}`;
  return `${root}${scope}/${segment(plural)}${object}${below}`;
}

/** A path segment that stays one: names come from charts and repositories, and URLs resolve dots. */
function segment(name: string): string {
  if (name === "") throw new KubeError("name", "resource name may not be empty"); // client-go's text
  if (name === "." || name === ".." || name.includes("/") || name.includes("%")) {
    throw new KubeError("name", `invalid resource name ${JSON.stringify(name)}: it cannot be part of a path`);
  }
  return encodeURIComponent(name);
}

/** A query string from what is set. */
export function queryString(parameters: Readonly<Record<string, string | number | boolean | undefined>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) query.set(name, String(value));
  return query.size === 0 ? "" : `?${query}`;
}
