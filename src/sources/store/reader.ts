import { sha256Sync } from "../../base/node/digest.ts";
import type { Artifact } from "../artifact.ts";
import { SourceError } from "../errors.ts";
import { download } from "../http/download.ts";
import { createTransport, type Transport } from "../http/transport.ts";
import type { ArtifactStore } from "./store.ts";

/**
 * Makes a function that gives the verified bytes of an artifact: from the store of this process where it has them, and
 * else from the artifact's URL. Throws NotFound for what is nowhere, ArtifactChanged for what is not what it should be.
 */
export function createArtifactReader(
  options: { readonly store?: ArtifactStore; readonly transport?: Transport; readonly limit?: number } = {},
): (artifact: Artifact, signal: AbortSignal) => Promise<Uint8Array> {
  const { store, transport = createTransport(), limit = 512 << 20 } = options;
  return async (artifact, signal) => {
    if (store !== undefined) {
      try {
        return await store.read(artifact);
      } catch (error) {
        // Another process may have made this one; its server knows.
        if (!(error instanceof SourceError && error.code === "NotFound")) throw error;
      }
    }
    const bytes = await download({ url: artifact.url, transport, limit, what: "artifact", signal }).catch(
      (cause: unknown) => {
        if (cause instanceof SourceError && cause.message.endsWith(" : 404 Not Found"))
          throw new SourceError("NotFound", cause.message, { cause });
        throw cause;
      },
    );
    const digest = `sha256:${sha256Sync(bytes)}`;
    if (digest !== artifact.digest)
      throw new SourceError("ArtifactChanged", `integrity failure: computed digest doesn't match '${artifact.digest}'`);
    return bytes;
  };
}
