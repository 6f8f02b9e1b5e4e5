import { LRUCache } from "lru-cache";

/** Things made from artifacts, by the artifact's digest: each is made once, however many ask for it. */
export interface DigestCache<T extends object> {
  /** The thing, made by the first who asks; who asks in the meantime waits for the same. A failure is not kept. */
  get(digest: string, make: () => Promise<T>): Promise<T>;
  put(digest: string, thing: T): void;
}

/** Makes a cache of a bounded size; the least recently used goes first. */
export function createDigestCache<T extends object>(options: {
  readonly maxBytes: number;
  readonly sizeOf: (thing: T) => number;
}): DigestCache<T> {
  const { maxBytes, sizeOf } = options;
  const cache = new LRUCache<string, T>({ maxSize: maxBytes, sizeCalculation: (thing) => Math.max(1, sizeOf(thing)) });
  const making = new Map<string, Promise<T>>();
  return {
    async get(digest, make) {
      const cached = cache.get(digest);
      if (cached !== undefined) return cached;
      const earlier = making.get(digest);
      if (earlier !== undefined) return earlier;
      const started = make().finally(() => making.delete(digest));
      making.set(digest, started);
      const thing = await started;
      cache.set(digest, thing);
      return thing;
    },
    put(digest, thing) {
      cache.set(digest, thing);
    },
  };
}
