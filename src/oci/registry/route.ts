import { isDigest, isRepositoryName, isTag } from "../reference.ts";

/** What a request is about. */
export type Route =
  | { readonly to: "base" }
  | { readonly to: "catalog" }
  | { readonly to: "uploads"; readonly repository: string }
  | { readonly to: "upload"; readonly repository: string; readonly id: string }
  | { readonly to: "blob"; readonly repository: string; readonly digest: string }
  | { readonly to: "manifest"; readonly repository: string; readonly reference: string }
  | { readonly to: "tags"; readonly repository: string }
  | { readonly to: "referrers"; readonly repository: string; readonly digest: string }
  | { readonly to: "nowhere"; readonly because: "path" | "name" | "digest" | "reference" };

const uploadId = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Reads the path of a request. Whatever comes back of a path is safe to make a file name of. */
export function routeOf(pathname: string): Route {
  if (pathname === "/v2/" || pathname === "/v2") return { to: "base" };
  if (pathname === "/v2/_catalog") return { to: "catalog" };
  const match = /^\/v2\/(.+)\/(manifests|blobs|tags|referrers)\/(?:(uploads)\/)?([^/]*)$/.exec(pathname);
  if (match === null) return { to: "nowhere", because: "path" };
  const [, repository = "", subject = "", uploads, last = ""] = match;
  if (!isRepositoryName(repository)) return { to: "nowhere", because: "name" };
  if (uploads !== undefined) {
    if (subject !== "blobs") return { to: "nowhere", because: "path" };
    if (last === "") return { to: "uploads", repository };
    return uploadId.test(last) ? { to: "upload", repository, id: last } : { to: "nowhere", because: "path" };
  }
  switch (subject) {
    case "tags":
      return last === "list" ? { to: "tags", repository } : { to: "nowhere", because: "path" };
    case "manifests":
      return isTag(last) || isDigest(last)
        ? { to: "manifest", repository, reference: last }
        : { to: "nowhere", because: last.includes(":") ? "digest" : "reference" };
    case "blobs":
      if (last === "uploads") return { to: "uploads", repository };
      return isDigest(last) ? { to: "blob", repository, digest: last } : { to: "nowhere", because: "digest" };
    default:
      return isDigest(last) ? { to: "referrers", repository, digest: last } : { to: "nowhere", because: "digest" };
  }
}
