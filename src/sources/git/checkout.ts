import { messageOf } from "../../base/errors.ts";
import { SourceError } from "../errors.ts";
import type { Credentials } from "../http/download.ts";
import type { TlsOptions } from "../http/transport.ts";
import { resolveInRoot, type SourceTree } from "../tree.ts";
import { compareVersions, parseConstraint, tryParseVersion, type Version } from "../../base/semver.ts";
import { type GitCommit, type GitObject, type GitObjects, readCommit, subjectOf } from "./objects.ts";
import { fullNameOf, type GitReference, type ListedReference, revisionOf, type Wanted, wantedOf } from "./reference.ts";
import { type GitRemote, openRemote } from "./remote.ts";
import { type SshKeys, unusable } from "./ssh-keys.ts";
import { fillSubmodules } from "./submodules.ts";
import { readTreeOf } from "./tree.ts";

export interface CheckoutOptions {
  readonly url: string;
  readonly ref?: GitReference;
  readonly credentials?: Credentials;
  readonly tls?: TlsOptions;
  readonly ssh?: SshKeys;
  /** The URL of a proxy, with its credentials. */
  readonly proxy?: string;
  /** Milliseconds for everything that goes over the network. */
  readonly timeout?: number;
  readonly signal?: AbortSignal;
  /** The revision that is stored already: when the server still has it, nothing is fetched. */
  readonly lastRevision?: string;
  /** Only these folders; the caller looks whether they are there. */
  readonly sparseCheckout?: readonly string[];
  /** Fetches the repositories that belong into folders of this one, too. */
  readonly recurseSubmodules?: boolean;
  readonly program?: string | "none";
}

export type Checkout =
  | { readonly state: "unchanged"; readonly revision: string; readonly commit: string }
  | ({ readonly state: "fetched"; readonly revision: string; readonly commit: string } & FetchedCheckout)
  | { readonly state: "empty" };

export interface FetchedCheckout extends AsyncDisposable {
  /** The first line of the message, at most 50 characters and an ellipsis. */
  readonly subject: string;
  readonly details: GitCommit;
  /** The tag that was asked for; without an object where it is a bare name for a commit. */
  readonly tag?: { readonly name: string; readonly object?: GitObject };
  readonly tree: SourceTree;
}

/**
 * Finds the commit that a reference stands for and, unless it is the last one, fetches it. Files are read from the
 * result until it is disposed. Errors carry the words of Flux's Git client.
 */
export async function checkoutGit(options: CheckoutOptions): Promise<Checkout> {
  const { url, timeout = 60_000, lastRevision } = options;
  const wanted = wantedOf(options.ref);
  const signal = AbortSignal.any([
    AbortSignal.timeout(timeout),
    ...(options.signal === undefined ? [] : [options.signal]),
  ]);
  const remote = openRemote({ ...options, signal });
  const found = await find(wanted, remote, url, lastRevision !== undefined);
  if (found === undefined) return { state: "empty" };
  const revision = revisionOf(wanted, found.hash, found.tag);
  if (revision === lastRevision) return { state: "unchanged", revision, commit: found.hash };

  const objects = await remote.fetch(found.what).catch((cause: unknown) => {
    throw cloneError(url, cause);
  });
  try {
    const commit = await readCommit(objects, objects.head);
    const tagName = tagOf(wanted, found.tag);
    const head = await objects.read(objects.head);
    const whole = await readTreeOf(objects, commit.tree);
    const filled =
      options.recurseSubmodules === true
        ? await fillSubmodules(whole, { ...options, signal }).catch((cause: unknown) => {
            throw wrap(`unable to clone '${url}'`, cause);
          })
        : whole;
    const tree = sparseTree(filled, options.sparseCheckout);
    const rest = "dispose" in filled ? filled.dispose : async () => undefined;
    return {
      state: "fetched",
      // The reference may have moved since it was listed: what was fetched counts.
      revision: revisionOf(wanted, commit.hash, found.tag),
      commit: commit.hash,
      subject: subjectOf(commit.message),
      details: commit,
      ...(tagName === undefined ? {} : { tag: { name: tagName, ...(head.type === "tag" ? { object: head } : {}) } }),
      tree,
      async [Symbol.asyncDispose]() {
        await rest();
        await (objects as GitObjects)[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    await objects[Symbol.asyncDispose]();
    throw error;
  }
}

/** The name of the tag that a reference names or was resolved to. */
function tagOf(wanted: Wanted, found: string | undefined): string | undefined {
  switch (wanted.by) {
    case "tag":
      return wanted.name;
    case "semver":
      return found;
    case "name":
      return wanted.name.startsWith("refs/tags/") ? wanted.name.slice("refs/tags/".length) : undefined;
    case "commit":
    case "branch":
      return undefined;
  }
}

interface Found {
  readonly hash: string;
  readonly tag?: string;
  readonly what: { readonly name: string } | { readonly hash: string };
}

async function find(wanted: Wanted, remote: GitRemote, url: string, listing: boolean): Promise<Found | undefined> {
  if (wanted.by === "commit") return { hash: wanted.hash, what: { hash: wanted.hash } };
  const name = fullNameOf(wanted);
  const listed = await remote.list(name ?? "refs/tags/").catch((cause: unknown) => {
    throw listing || wanted.by === "name" ? listError(url, cause) : cloneError(url, cause);
  });
  if (wanted.by === "semver") {
    const tag = newestTag(listed, wanted.range);
    return { hash: tag.peeled ?? tag.hash, tag: tag.name.slice("refs/tags/".length), what: { name: tag.name } };
  }
  const found = listed.find((reference) => reference.name === name);
  if (found !== undefined && name !== undefined) return { hash: found.peeled ?? found.hash, what: { name } };
  if (wanted.by === "name")
    throw new SourceError("ReferenceNotFound", `unable to resolve ref '${wanted.name}' to a specific commit`);
  // Flux tells an empty repository, which is nothing yet, from one that lacks the reference.
  if (wanted.by === "branch" && (await remote.list("refs/")).length === 0) return undefined;
  throw cloneError(url, new SourceError("ReferenceNotFound", `couldn't find remote ref "${name}"`));
}

/** The tag of the highest version in the range. */
function newestTag(listed: readonly ListedReference[], range: string): ListedReference {
  let best: { readonly reference: ListedReference; readonly version: Version } | undefined;
  const constraint = constraintOf(range);
  for (const reference of listed) {
    const version = tryParseTag(reference.name.slice("refs/tags/".length));
    if (version === undefined || !constraint.check(version)) continue;
    if (best === undefined || compareVersions(version, best.version) >= 0) best = { reference, version };
  }
  if (best === undefined) throw new SourceError("ReferenceNotFound", `no match found for semver: ${range}`);
  return best.reference;
}

function constraintOf(range: string) {
  try {
    return parseConstraint(range);
  } catch (cause) {
    throw new SourceError("GitOperationFailed", `semver parse error: ${messageOf(cause)}`, { cause });
  }
}

/** Flux: version.ParseVersion takes only what has three parts. */
function tryParseTag(tag: string): Version | undefined {
  return tag.split(".").length < 3 ? undefined : tryParseVersion(tag);
}

function sparseTree(tree: SourceTree, folders: readonly string[] | undefined): SourceTree {
  if (folders === undefined || folders.length === 0) return tree;
  const wanted = folders.map(resolveInRoot);
  const isWanted = (path: string): boolean => wanted.some((folder) => path === folder || path.startsWith(`${folder}/`));
  const leadsThere = (path: string): boolean =>
    isWanted(path) || wanted.some((folder) => folder.startsWith(`${path}/`));
  return { files: tree.files.filter((file) => isWanted(file.path)), folders: tree.folders.filter(leadsThere) };
}

function cloneError(url: string, cause: unknown): unknown {
  // Flux clones first and looks for the commit then.
  if (cause instanceof SourceError && cause.message.startsWith("unable to resolve commit object")) return cause;
  if (cause instanceof SourceError && cause.message === "repository not found")
    return new SourceError(cause.code, `unable to clone: ${cause.message}: git repository: '${url}'`, { cause });
  return wrap(`unable to clone '${url}'`, cause);
}

function listError(url: string, cause: unknown): unknown {
  return wrap(`unable to list remote for '${url}'`, cause);
}

function wrap(prefix: string, cause: unknown): unknown {
  if (!(cause instanceof SourceError) || cause.message.startsWith(unusable)) return cause;
  return new SourceError(cause.code, `${prefix}: ${cause.message}`, { cause });
}
