import fs from "node:fs";
import type { HttpClient } from "isomorphic-git";
import { SourceError } from "../errors.ts";
import { withoutPassword } from "../http/transport.ts";
import type { GitObjects } from "./objects.ts";
import type { ListedReference } from "./reference.ts";

// isomorphic-git costs 40 ms to load: only who talks to a repository pays.
const load = async () => (await import("isomorphic-git")).default;

/** Lists the references of a server. Throws the words of Flux's Git client for what users know. */
export async function listWithLibrary(options: {
  readonly http: HttpClient;
  readonly url: string;
  readonly prefix: string;
}): Promise<readonly ListedReference[]> {
  const git = await load();
  try {
    const refs = await git.listServerRefs({
      ...options,
      url: options.url,
      peelTags: true,
      protocolVersion: 2,
    });
    return refs
      .filter((ref) => ref.ref.startsWith(options.prefix))
      .map((ref) => ({ name: ref.ref, hash: ref.oid, ...(ref.peeled === undefined ? {} : { peeled: ref.peeled }) }));
  } catch (error) {
    throw toSourceError(error, options.url);
  }
}

/** Fetches into an empty folder and reads objects from there, with no program but Node. */
export async function fetchWithLibrary(options: {
  readonly http: HttpClient;
  readonly url: string;
  readonly gitDirectory: string;
  readonly what: { readonly name: string } | { readonly hash: string };
  readonly list: (prefix: string) => Promise<readonly ListedReference[]>;
}): Promise<GitObjects & { readonly head: string }> {
  const { http, gitDirectory: gitdir, what } = options;
  const git = await load();
  const url = options.url;
  const cache = {};
  try {
    await git.init({ fs, gitdir, bare: true });
    await git.addRemote({ fs, gitdir, remote: "origin", url });
    let head: string;
    if ("name" in what) {
      const fetched = await git.fetch({
        fs,
        http,
        gitdir,
        cache,
        url,
        ref: what.name,
        depth: 1,
        singleBranch: true,
        tags: false,
      });
      head = fetched.fetchHead ?? "";
    } else {
      // The library asks for references only, so a commit comes with the history of all branches.
      await git.fetch({ fs, http, gitdir, cache, url, tags: true });
      head = what.hash;
    }
    const read: GitObjects["read"] = async (hash) => {
      const object = await git
        .readObject({ fs, gitdir, cache, oid: hash, format: "content" })
        .catch((cause: unknown) => {
          throw new SourceError(
            "ReferenceNotFound",
            `unable to resolve commit object for '${hash}': object not found`,
            { cause },
          );
        });
      return { hash: object.oid, type: object.type as "blob", content: object.object as Uint8Array };
    };
    await read(head);
    return { head, read, [Symbol.asyncDispose]: async () => undefined };
  } catch (error) {
    throw toSourceError(error, url);
  }
}

interface HttpFailure {
  readonly data?: { readonly statusCode?: number; readonly response?: string };
}

/** The most that is told of what a server said. */
const answerLength = 1000;

function toSourceError(error: unknown, url: string): unknown {
  if (error instanceof SourceError) return error;
  if (!(error instanceof Error)) return error;
  const { statusCode: status, response = "" } = (error as HttpFailure).data ?? {};
  const said = response.slice(0, answerLength);
  switch (status) {
    case undefined:
      break;
    case 401:
      return new SourceError("AuthenticationFailed", `authentication required: ${said}`, { cause: error });
    case 403:
      return new SourceError("AuthenticationFailed", `authorization failed: ${said}`, { cause: error });
    case 404:
      return new SourceError("ReferenceNotFound", `repository not found: ${said}`, { cause: error });
    default: {
      const asked = withoutPassword(new URL(`${url.replace(/\/+$/, "")}/info/refs?service=git-upload-pack`));
      const told = `unexpected client error: unexpected requesting "${asked}" status code: ${status}`;
      return new SourceError("GitOperationFailed", told, { cause: error });
    }
  }
  if (error.name === "NotFoundError")
    return new SourceError("ReferenceNotFound", "reference not found", { cause: error });
  return new SourceError("GitOperationFailed", error.message, { cause: error });
}
