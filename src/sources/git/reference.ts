import { SourceError } from "../errors.ts";

/** Which commit of a repository is wanted; the first that is given of commit, name, tag, semver and branch counts. */
export interface GitReference {
  readonly branch?: string;
  readonly tag?: string;
  readonly semver?: string;
  /** A full name, for example `refs/pull/420/head`. */
  readonly name?: string;
  readonly commit?: string;
}

/** A reference as the server lists it. */
export interface ListedReference {
  readonly name: string;
  readonly hash: string;
  /** The commit that an annotated tag points to. */
  readonly peeled?: string;
}

/** What to ask the server for. */
export type Wanted =
  | { readonly by: "commit"; readonly hash: string; readonly branch?: string }
  | { readonly by: "name"; readonly name: string }
  | { readonly by: "tag"; readonly name: string }
  | { readonly by: "semver"; readonly range: string }
  | { readonly by: "branch"; readonly name: string };

/** Reads a reference. Throws GitOperationFailed for names that Git does not allow. */
export function wantedOf(reference: GitReference = {}): Wanted {
  const { commit = "", name = "", tag = "", semver = "", branch = "" } = reference;
  if (commit !== "") {
    if (!/^[0-9a-f]{40}$/.test(commit))
      throw new SourceError("GitOperationFailed", `unable to resolve commit object for '${commit}': object not found`);
    if (branch !== "") assertReferenceName(`refs/heads/${branch}`);
    return { by: "commit", hash: commit, ...(branch === "" ? {} : { branch }) };
  }
  if (name !== "") {
    assertReferenceName(name.replace(/\^\{\}$/, ""));
    return { by: "name", name };
  }
  // Flux documents that semver takes precedence over tag; its Git client looks at tag first.
  if (tag !== "") {
    assertReferenceName(`refs/tags/${tag}`);
    return { by: "tag", name: tag };
  }
  if (semver !== "") return { by: "semver", range: semver };
  const wanted = branch === "" ? "master" : branch;
  assertReferenceName(`refs/heads/${wanted}`);
  return { by: "branch", name: wanted };
}

/** The full name of a wanted reference; undefined where it must be chosen from a list. */
export function fullNameOf(wanted: Wanted): string | undefined {
  switch (wanted.by) {
    case "commit":
    case "semver":
      return undefined;
    case "name":
      return wanted.name.replace(/\^\{\}$/, "");
    case "tag":
      return `refs/tags/${wanted.name}`;
    case "branch":
      return `refs/heads/${wanted.name}`;
  }
}

/** `main@sha1:…`, `refs/heads/main@sha1:…` or `sha1:…`: what Flux calls the revision of a checkout. */
export function revisionOf(wanted: Wanted, hash: string, tag?: string): string {
  switch (wanted.by) {
    case "commit":
      return wanted.branch === undefined ? `sha1:${hash}` : `${wanted.branch}@sha1:${hash}`;
    case "name":
      return `${wanted.name}@sha1:${hash}`;
    case "tag":
      return `${wanted.name}@sha1:${hash}`;
    case "semver":
      return `${tag ?? ""}@sha1:${hash}`;
    case "branch":
      return `${wanted.name}@sha1:${hash}`;
  }
}

/** The commit hash in a revision; the text itself where there is none. */
export function hashOfRevision(revision: string): string {
  const colon = revision.lastIndexOf(":");
  return colon < 0 ? revision : revision.slice(colon + 1);
}

/** Git: check-ref-format. Besides being wrong, other names could be read as options or as several names. */
function assertReferenceName(name: string): void {
  if (name.startsWith("/") || name.endsWith("/"))
    throw new SourceError(
      "GitOperationFailed",
      `ref ${name} is invalid; Git refs cannot begin or end with a slash '/'`,
    );
  const wrong =
    // oxlint-disable-next-line no-control-regex
    /[\u0000-\u0020\u007f~^:?*[\\]|\.\.|@\{|\/\/|\/\.|^[-.]|\.$|\.lock(?:\/|$)/.test(name) || !name.includes("/");
  if (wrong) throw new SourceError("GitOperationFailed", `invalid reference name: '${name}'`);
}
