import { algorithmOf, digestSync } from "../../base/node/digest.ts";
import type { Artifact } from "../artifact.ts";
import { SourceError } from "../errors.ts";
import { download } from "../http/download.ts";
import { retrying } from "../http/retrying.ts";
import { createTransport, type Transport } from "../http/transport.ts";
import type { ArtifactStore } from "./store.ts";

const longestTimer = 2 ** 31 - 1; // of Node's, in milliseconds

/**
 * Makes a function that gives the verified bytes of an artifact: from the store of this process where it has them, and
 * else from the artifact's URL. Throws NotFound for what is nowhere, ArtifactChanged for what is not what it should be.
 */
export function createArtifactReader(
  options: {
    readonly store?: ArtifactStore;
    readonly transport?: Transport;
    readonly limit?: number;
    /** How many more times a failed download is tried, and the milliseconds of one try. */
    readonly retries?: number;
    readonly timeout?: number;
  } = {},
): (artifact: Artifact, signal: AbortSignal) => Promise<Uint8Array> {
  const { store, limit = 512 << 20, retries = 9, timeout = 30_000 } = options;
  const pauses = { shortestPause: 5_000, longestPause: 30_000 };
  const transport = retrying(options.transport ?? createTransport(), { retries, timeout, ...pauses });
  const patience = Math.min((Math.max(retries, 0) + 1) * (timeout + pauses.longestPause), longestTimer);
  return async (artifact, signal) => {
    if (store !== undefined) {
      try {
        return await store.read(artifact);
      } catch (error) {
        // Another process may have made this one; its server knows.
        if (!(error instanceof SourceError && error.code === "NotFound")) throw error;
      }
    }
    const { url } = artifact;
    const bytes = await download({ url, transport, limit, what: "artifact", signal, timeout: patience }).catch(
      (cause: unknown) => {
        if (cause instanceof SourceError && / : 404( |$)/.test(cause.message))
          throw new SourceError("NotFound", cause.message, { cause });
        throw cause;
      },
    );
    const digest = digestSync(algorithmOf(artifact.digest) ?? "sha256", bytes);
    if (digest !== artifact.digest)
      throw new SourceError("ArtifactChanged", `integrity failure: computed digest doesn't match '${artifact.digest}'`);
    return bytes;
  };
}
