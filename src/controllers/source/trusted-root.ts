import { messageOf } from "../../base/errors.ts";
import { type Fetch, fetchTrustedRoot, publicRepository, type UpdateRepository } from "../../oci/index.ts";

/** Where Sigstore's trusted root is fetched. */
export interface RootSource {
  readonly fetch: Fetch;
  readonly repository: () => Promise<UpdateRepository>;
}

const day = 24 * 60 * 60_000;
/** Flux: how long nobody asks again after a failure. */
const pauseAfterFailure = 60_000;
const patience = 30_000;

/** Sigstore's public one, over the network. */
export function publicRoot(fetch: Fetch): RootSource {
  return { fetch, repository: publicRepository };
}

/**
 * Makes what gives the text of `trusted_root.json` to keyless signatures of objects that name none: the one that was configured, or that
 * of a repository, which is asked once a day. Throws with Flux's beginning and what can be done.
 */
export function createTrustedRoot({
  configured,
  source,
}: {
  readonly configured?: string | undefined;
  readonly source: RootSource;
}): (now: Date) => Promise<string> {
  if (configured !== undefined) return () => Promise.resolve(configured);
  let last: { readonly root: Promise<string>; readonly until: number } | undefined;
  const ask = async (): Promise<string> => {
    try {
      const repository = await source.repository();
      return await fetchTrustedRoot({ fetch: source.fetch, repository, signal: AbortSignal.timeout(patience) });
    } catch (cause) {
      throw new Error(
        `unable to initialize trusted root: ${messageOf(cause)}; --sigstore-trusted-root names a file to use instead`,
        { cause },
      );
    }
  };
  return (now) => {
    if (last !== undefined && now.getTime() < last.until) return last.root;
    const root = ask();
    const asked = { root, until: now.getTime() + day };
    last = asked;
    root.catch(() => {
      if (last === asked) last = { root, until: now.getTime() + pauseAfterFailure };
    });
    return root;
  };
}
