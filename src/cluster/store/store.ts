import { messageOf } from "../../base/errors.ts";
import type { KubeObject } from "../../api/index.ts";
import { StoreError } from "../errors.ts";
import { createBucket, type Bucket } from "./bucket.ts";
import type { Change, Journal, JournalEntry, Store, Stored, Update } from "./types.ts";

export interface StoreOptions {
  /** Makes writes durable; without one, state lives in memory only. */
  readonly journal?: Journal;
  /** What an earlier run left. */
  readonly initial?: { readonly revision: number; readonly entries: Iterable<JournalEntry> };
  /** How many changes of each bucket are remembered for watches and for lists of earlier revisions. */
  readonly history?: number;
}

/** Keeps objects in memory; durable when it has a journal. */
export function createStore(options: StoreOptions = {}): Store {
  const { journal, history = 10_000 } = options;
  const buckets = new Map<string, Bucket>();
  let revision = options.initial?.revision ?? 1;
  let failure: StoreError | undefined;
  const started = revision;

  const bucketOf = (name: string): Bucket => {
    const known = buckets.get(name);
    if (known !== undefined) return known;
    const created = createBucket({ history, compacted: started > 1 ? started : 0 });
    buckets.set(name, created);
    return created;
  };

  for (const { bucket, key, revision: at, object } of options.initial?.entries ?? []) {
    if (object !== undefined) bucketOf(bucket).put({ key, revision: at, object });
  }

  return {
    revision: () => revision,
    get: (bucket, key) => buckets.get(bucket)?.get(key),
    list(bucket, { prefix = "", at } = {}) {
      if (at !== undefined && at < revision) {
        return { items: bucketOf(bucket).listAt(prefix, at), revision: at };
      }
      return { items: buckets.get(bucket)?.list(prefix) ?? [], revision };
    },
    count: (bucket) => buckets.get(bucket)?.size() ?? 0,
    compacted: (bucket) => bucketOf(bucket).compacted(),
    watch: (bucket, since, listener) => bucketOf(bucket).watch(since, listener),

    async guaranteedUpdate(bucket, key, update) {
      if (failure !== undefined) throw failure;
      const { change, current } = write(bucketOf(bucket), bucket, key, update);
      if (change === undefined) return current;
      if (journal === undefined) {
        bucketOf(bucket).deliver(change);
        return change.object;
      }
      const { next } = change;
      try {
        await journal.append({
          bucket,
          key,
          revision: change.revision,
          ...(next === undefined ? {} : { object: next.object }),
        });
      } catch (thrown) {
        failure ??= new StoreError("Unavailable", `cannot store ${bucket} ${key}: ${messageOf(thrown)}`, {
          cause: thrown,
        });
        throw failure;
      }
      bucketOf(bucket).deliver(change);
      return change.object;
    },

    *entries() {
      for (const [bucket, { list }] of buckets) {
        for (const { key, revision: at, object } of list("")) yield { bucket, key, revision: at, object };
      }
    },

    async close() {
      failure ??= new StoreError("Closed", "the store is closed");
      await journal?.close();
    },
  };

  /** One turn of the event loop from reading the current state to the new one: nothing can come between. */
  function write(
    target: Bucket,
    bucket: string,
    key: string,
    update: Update,
  ): { readonly change?: Change; readonly current?: KubeObject } {
    const current = target.get(key);
    const object = update(current);
    if (object === undefined && current === undefined) return {};
    if (object !== undefined && object === current?.object) return { current: object };
    revision += 1;
    const previous = current === undefined ? {} : { previous: current };
    if (object === undefined) {
      target.remove(key);
      return { change: { bucket, key, revision, ...previous, object: withRevision(current!.object, revision) } };
    }
    const next: Stored = { key, revision, object: withRevision(object, revision) };
    target.put(next);
    return { change: { bucket, key, revision, ...previous, next, object: next.object } };
  }
}

function withRevision(object: KubeObject, revision: number): KubeObject {
  return { ...object, metadata: { ...object.metadata, resourceVersion: String(revision) } };
}
