import { StoreError } from "../errors.ts";
import type { Change, Stored } from "./types.ts";

/** The objects of one kind, with their recent changes and those who watch them. */
export interface Bucket {
  get(key: string): Stored | undefined;
  put(stored: Stored): void;
  remove(key: string): void;
  size(): number;
  list(prefix: string): readonly Stored[];
  listAt(prefix: string, revision: number): readonly Stored[];
  compacted(): number;
  watch(since: number, listener: (change: Change) => void): () => void;
  /** Remembers a change and reports it to the watchers. Called in the order of the revisions. */
  deliver(change: Change): void;
}

export function createBucket(options: { readonly history: number; readonly compacted: number }): Bucket {
  const records = new Map<string, Stored>();
  const listeners = new Set<(change: Change) => void>();
  let keys: string[] = [];
  let sorted = true;
  let changes: Change[] = [];
  let compacted = options.compacted;

  const range = (prefix: string): readonly string[] => {
    if (!sorted) {
      keys.sort();
      sorted = true;
    }
    if (prefix === "") return keys;
    const from = firstAtLeast(keys, prefix);
    let to = from;
    while (to < keys.length && keys[to]!.startsWith(prefix)) to += 1;
    return keys.slice(from, to);
  };

  const list = (prefix: string): Stored[] => range(prefix).map((key) => records.get(key)!);

  const refuseForgotten = (revision: number): void => {
    if (revision < compacted) {
      throw new StoreError(
        "Compacted",
        `revision ${revision} is older than ${compacted}, the oldest that is remembered`,
      );
    }
  };

  return {
    get: (key) => records.get(key),
    put(stored) {
      if (!records.has(stored.key)) {
        if (sorted && keys.length > 0 && stored.key < keys[keys.length - 1]!) sorted = false;
        keys.push(stored.key);
      }
      records.set(stored.key, stored);
    },
    remove(key) {
      if (!records.delete(key)) return;
      range("");
      keys.splice(firstAtLeast(keys, key), 1);
    },
    size: () => records.size,
    list,
    listAt(prefix, revision) {
      refuseForgotten(revision);
      const state = new Map(list(prefix).map((stored) => [stored.key, stored]));
      for (let i = changes.length - 1; i >= 0; i -= 1) {
        const change = changes[i]!;
        if (change.revision <= revision) break;
        if (!change.key.startsWith(prefix)) continue;
        if (change.previous === undefined) state.delete(change.key);
        else state.set(change.key, change.previous);
      }
      return [...state.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
    },
    compacted: () => compacted,
    watch(since, listener) {
      refuseForgotten(since);
      for (let i = firstAfter(changes, since); i < changes.length; i += 1) listener(changes[i]!);
      // A change that is not durable yet is delivered later, and may be older than what the caller has listed.
      const report = (change: Change): void => {
        if (change.revision > since) listener(change);
      };
      listeners.add(report);
      return () => void listeners.delete(report);
    },
    deliver(change) {
      changes.push(change);
      if (changes.length > options.history * 1.25) {
        const dropped = changes.length - options.history;
        compacted = changes[dropped - 1]!.revision;
        changes = changes.slice(dropped);
      }
      for (const listener of listeners) listener(change);
    },
  };
}

function firstAtLeast(keys: readonly string[], wanted: string): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (keys[middle]! < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

function firstAfter(changes: readonly Change[], revision: number): number {
  let low = 0;
  let high = changes.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (changes[middle]!.revision <= revision) low = middle + 1;
    else high = middle;
  }
  return low;
}
