/** Remembers since when something is waited for, so that a wait is not begun anew by every look at it. */
export interface Waits {
  /** Milliseconds that are left; 0 when it is time. A wait for something else of the same key replaces the one before. */
  until(key: string, wait: { readonly of: string; readonly after: number; readonly now: Date }): number;
  forget(key: string): undefined;
}

export function createWaits(): Waits {
  const waits = new Map<string, { readonly of: string; readonly since: number }>();
  return {
    until(key, { of, after, now }) {
      const known = waits.get(key);
      const since = known?.of === of ? known.since : now.getTime();
      if (known?.of !== of) waits.set(key, { of, since });
      return Math.max(0, since + after - now.getTime());
    },
    forget(key) {
      waits.delete(key);
      return undefined;
    },
  };
}
