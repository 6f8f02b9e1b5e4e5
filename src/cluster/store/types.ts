import type { KubeObject } from "../../api/index.ts";

/** One version of one object. The object is never changed after it was stored. */
export interface Stored {
  readonly key: string; // "namespace/name", or "name" where there are no namespaces
  readonly revision: number;
  readonly object: KubeObject;
}

/** What one write did. `next` is absent for a deletion; `object` is then the last state with the revision of the deletion. */
export interface Change {
  readonly bucket: string;
  readonly key: string;
  readonly revision: number;
  readonly previous?: Stored;
  readonly next?: Stored;
  /** What a watch reports: the new state, or the last one with the revision of the deletion. */
  readonly object: KubeObject;
}

/** Decides the next state: an object to store, undefined to delete, or the current object itself to leave all as it is. */
export type Update = (current: Stored | undefined) => KubeObject | undefined;

export interface Snapshot {
  readonly items: readonly Stored[];
  readonly revision: number;
}

/** Where objects are kept: buckets (one for each kind) of keys, under one counter of revisions. */
export interface Store {
  /** The revision of the newest write. */
  revision(): number;
  get(bucket: string, key: string): Stored | undefined;
  /** Objects whose key starts with the prefix, by key; as of an earlier revision when one is named. Throws StoreError Compacted. */
  list(bucket: string, options?: { readonly prefix?: string; readonly at?: number }): Snapshot;
  count(bucket: string): number;
  /** The newest revision of a bucket for which earlier changes are forgotten. */
  compacted(bucket: string): number;
  /** Reports each change after the revision, in order, once it is durable. Returns the function that ends it. Throws StoreError Compacted. */
  watch(bucket: string, since: number, listener: (change: Change) => void): () => void;
  /**
   * Computes and stores the next state of one key; resolves when it is durable. What `update` throws leaves all as it was.
   * The store writes `metadata.resourceVersion`. Resolves with the state after the write: the last one for a deletion.
   */
  guaranteedUpdate(bucket: string, key: string, update: Update): Promise<KubeObject | undefined>;
  /** Everything there is, for a snapshot. */
  entries(): Iterable<JournalEntry>;
  close(): Promise<void>;
}

/** Makes writes durable. Promises resolve in the order of the calls. */
export interface Journal {
  append(entry: JournalEntry): Promise<void>;
  close(): Promise<void>;
}

export interface JournalEntry {
  readonly bucket: string;
  readonly key: string;
  readonly revision: number;
  readonly object?: KubeObject; // absent for a deletion
}
