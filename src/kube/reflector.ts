import { isApiError, type KubeObject } from "../api/index.ts";
import { createStore, type Store } from "./store.ts";
import type { Sleep } from "./throttle.ts";
import type { Client, Kind, Selection, WatchEvent } from "./types.ts";

/** One kind kept equal to the cluster: a list, then a watch from where the list was, and again when the watch has lost its place. */
export interface Reflector<T extends KubeObject = KubeObject> {
  /** Resolves with the first list; rejects when it cannot be had and trying again will not mend it. */
  readonly listed: Promise<void>;
  readonly store: Store<T>;
  subscribe(listener: Listener<T>, only?: ObjectKey): () => void;
  learn(object: T): void;
  stop(): Promise<void>;
}

type Listener<T extends KubeObject> = (event: WatchEvent<T>) => void;

interface ObjectKey {
  readonly namespace: string;
  readonly name: string;
}

interface ReflectorOptions {
  readonly client: Client;
  readonly kind: Kind;
  readonly namespace: string | undefined;
  readonly selection?: Selection;
  readonly trim?: (object: KubeObject) => KubeObject;
  readonly sleep: Sleep;
  readonly onError: (error: unknown) => void;
}

const shortestPause = 800;
const longestPause = 30_000;

/** Follows one kind, or what is selected of it. */
export function startReflector<T extends KubeObject = KubeObject>(options: ReflectorOptions): Reflector<T> {
  const { client, kind, namespace, selection, sleep, onError } = options;
  const trim = (options.trim ?? ((object) => object)) as (object: T) => T;
  const abort = new AbortController();
  const { signal } = abort;
  const mirror = createMirror<T>(onError);
  const scope = { ...selection, ...(namespace === undefined ? {} : { namespace }) };
  const listed = Promise.withResolvers<void>();
  // Whoever asks for the kind sees the rejection; nobody having asked is no error.
  listed.promise.catch(() => {});

  const pause = async (failures: number): Promise<void> => {
    const milliseconds = Math.min(shortestPause * 2 ** failures, longestPause);
    await sleep(milliseconds * (0.5 + Math.random()), signal).catch(() => {});
  };
  const follow = async (): Promise<void> => {
    let first = true;
    let failures = 0;
    let version: string | undefined;
    while (!signal.aborted) {
      try {
        if (version === undefined) {
          const list = await client.list<T>(kind, { ...scope, signal });
          version = list.metadata.resourceVersion ?? "0";
          mirror.replace(list.items.map(trim), version);
          first = false;
          listed.resolve();
        }
        const events = client.watch<T>(kind, {
          ...scope,
          resourceVersion: version,
          allowWatchBookmarks: true,
          timeoutSeconds: 300 + Math.floor(Math.random() * 300),
          signal,
        });
        let silent = true;
        for await (const event of events) {
          silent = false;
          failures = 0;
          version = event.object.metadata.resourceVersion ?? version;
          mirror.apply({ type: event.type, object: trim(event.object) });
        }
        // A server or proxy that ends every watch at once must not be asked without a pause.
        if (silent) await pause(0);
      } catch (error) {
        if (signal.aborted) return;
        const expired = isApiError(error, "Expired", "Gone");
        // A watch that never began may ask for a version that is long gone; only a broken connection can go on from there.
        if (isApiError(error)) version = undefined;
        if (expired && failures === 0) {
          failures += 1;
          continue;
        }
        if (first && isLasting(error)) {
          listed.reject(error);
          return;
        }
        if (isApiError(error, "NoMatch", "NotFound")) mirror.replace([], undefined);
        onError(error);
        failures += 1;
        await pause(failures - 1);
      }
    }
  };
  const following = follow();
  return {
    listed: listed.promise,
    store: mirror.store,
    subscribe: mirror.subscribe,
    // Whoever wrote the object keeps it whole.
    learn({ apiVersion, kind: own, metadata, ...rest }) {
      const kept = selection?.metadataOnly === true ? {} : rest;
      mirror.learn(trim({ apiVersion, kind: own, metadata: { ...metadata }, ...kept } as T));
    },
    async stop() {
      abort.abort();
      listed.reject(new Error("stopped"));
      await following;
    },
  };
}

/** True for errors that trying again soon will not mend. */
function isLasting(error: unknown): boolean {
  return isApiError(error, "NoMatch", "NotFound", "Forbidden", "Unauthorized", "MethodNotAllowed");
}

/** The store and its listeners, told in order of everything that changes. */
function createMirror<T extends KubeObject>(
  onError: (error: unknown) => void,
): {
  readonly store: Store<T>;
  replace(objects: readonly T[], version: string | undefined): void;
  apply(event: WatchEvent<T>): void;
  learn(object: T): void;
  subscribe(listener: Listener<T>, only?: ObjectKey): () => void;
} {
  const store = createStore<T>();
  // Thousands may wait for one object each: a change must not call them all.
  const listeners = new Map<string, Set<Listener<T>>>();
  let seen = 0n;

  const tell = (event: WatchEvent<T>): void => {
    for (const key of [everything, keyOf(event.object)]) {
      for (const listener of new Set(listeners.get(key))) call(listener, event);
    }
  };
  const call = (listener: Listener<T>, event: WatchEvent<T>): void => {
    try {
      listener(event);
    } catch (error) {
      // One reader's mistake must not stop the others' news.
      onError(error);
    }
  };
  const put = (object: T): void => {
    const known = store.get(object.metadata.namespace, object.metadata.name ?? "");
    if (known !== undefined && versionOf(known) >= versionOf(object)) return;
    store.set(object);
    tell({ type: known === undefined ? "ADDED" : "MODIFIED", object });
  };
  return {
    store,
    replace(objects, version) {
      const kept = new Set(objects.map(keyOf));
      for (const object of store.list()) {
        if (kept.has(keyOf(object))) continue;
        store.delete(object);
        tell({ type: "DELETED", object });
      }
      for (const object of objects) {
        // After a restore from a backup the cluster's versions are lower: what is listed is the truth all the same.
        const known = store.get(object.metadata.namespace, object.metadata.name ?? "");
        if (known !== undefined && versionOf(known) === versionOf(object)) continue;
        store.set(object);
        tell({ type: known === undefined ? "ADDED" : "MODIFIED", object });
      }
      seen = version === undefined ? 0n : toNumber(version);
    },
    apply(event) {
      const { object } = event;
      const version = versionOf(object);
      if (version > seen) seen = version;
      switch (event.type) {
        case "BOOKMARK":
          return;
        case "ADDED":
        case "MODIFIED":
          put(object);
          return;
        case "DELETED": {
          const known = store.get(object.metadata.namespace, object.metadata.name ?? "");
          if (known === undefined || versionOf(known) > version) return;
          store.delete(object);
          tell({ type: "DELETED", object });
        }
      }
    },
    learn(object) {
      // The watch has been past this version: it told of the object already, or of its deletion.
      if (versionOf(object) > seen) put(object);
    },
    subscribe(listener, only) {
      const key = only === undefined ? everything : keyOf({ metadata: only });
      const those = listeners.get(key) ?? new Set();
      listeners.set(key, those.add(listener));
      const there = only === undefined ? store.list() : [store.get(only.namespace, only.name)];
      for (const object of there) {
        if (object !== undefined && those.has(listener)) call(listener, { type: "ADDED", object });
      }
      return () => {
        those.delete(listener);
        if (those.size === 0 && listeners.get(key) === those) listeners.delete(key);
      };
    },
  };
}

const everything = "";

function keyOf({ metadata: { namespace = "", name = "" } }: Pick<KubeObject, "metadata">): string {
  return `${namespace}/${name}`;
}

/** Kubernetes promises that versions of one kind can be compared as numbers (since 1.35; it always was so). */
function versionOf({ metadata: { resourceVersion } }: KubeObject): bigint {
  return toNumber(resourceVersion ?? "");
}

function toNumber(version: string): bigint {
  return /^\d+$/.test(version) ? BigInt(version) : 0n;
}
