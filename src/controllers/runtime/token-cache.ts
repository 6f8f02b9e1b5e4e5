import { LRUCache } from "lru-cache";
import type { Reconciled } from "./metrics.ts";
import type { Milliseconds } from "./types.ts";

/** Is told what becomes of tokens. */
export interface TokenObserver {
  asked(owner: Reconciled, found: boolean): void;
  answered(ok: boolean): void;
  evicted(): void;
  kept(count: number): void;
}

/** What gives access for some time. */
export interface Expiring {
  readonly expiresAt: Date;
}

export interface TokenCache<T extends Expiring> {
  /** The token of a key: the kept one, or a new one. Who asks for one that is being made waits for it. */
  get(key: string, owner: Reconciled, make: () => Promise<T>): Promise<T>;
}

/** Keeps tokens for four fifths of their time, as kubelet does, and not longer than they may be kept. Flux: --token-cache-*; a size of 0 keeps none. */
export function createTokenCache<T extends Expiring>(options: {
  readonly maxSize: number;
  readonly maxDuration: Milliseconds;
  readonly now: () => Date;
  readonly observer?: TokenObserver | undefined;
}): TokenCache<T> {
  const { maxSize, maxDuration, now, observer } = options;
  if (maxSize <= 0) return { get: (_key, _owner, make) => make() };
  const making = new Map<string, Promise<T>>();
  const kept = new LRUCache<string, { readonly token: T; readonly until: number }>({
    max: maxSize,
    dispose: (_value, _key, reason) => {
      if (reason === "evict") observer?.evicted();
    },
  });
  observer?.kept(0);
  const renew = async (key: string, make: () => Promise<T>): Promise<T> => {
    try {
      const token = await make();
      const life = Math.min(((token.expiresAt.getTime() - now().getTime()) * 8) / 10, maxDuration);
      kept.set(key, { token, until: now().getTime() + life });
      observer?.kept(kept.size);
      observer?.answered(true);
      return token;
    } catch (error) {
      observer?.answered(false);
      throw error;
    } finally {
      making.delete(key);
    }
  };
  return {
    async get(key, owner, make) {
      const known = kept.get(key);
      const isFresh = known !== undefined && known.until > now().getTime();
      observer?.asked(owner, isFresh);
      if (isFresh) {
        observer?.answered(true);
        return known.token;
      }
      const made = making.get(key) ?? renew(key, make);
      making.set(key, made);
      return await made;
    },
  };
}
