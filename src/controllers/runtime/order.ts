/** Runs work in the background: what has the same key in the order in which it came, everything else beside each other. */
export interface Order {
  /** The work must not throw. */
  add(key: string, work: () => Promise<void>): void;
  /** Resolves when nothing is left of what was added before. */
  flush(): Promise<void>;
  readonly pending: number;
}

export function createOrder(): Order {
  const last = new Map<string, Promise<void>>();
  let pending = 0;
  return {
    add(key, work) {
      pending += 1;
      const done = (last.get(key) ?? Promise.resolve()).then(work).finally(() => {
        pending -= 1;
        if (last.get(key) === done) last.delete(key);
      });
      last.set(key, done);
    },
    flush: async () => void (await Promise.all(last.values())),
    get pending() {
      return pending;
    },
  };
}
