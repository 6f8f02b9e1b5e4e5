import { isApiError, type KubeObject } from "../api/index.ts";
import { KubeError } from "./errors.ts";
import { type Reflector, startReflector } from "./reflector.ts";
import { type Sleep, sleep as platformSleep } from "./throttle.ts";
import type { Client, Kind, KindCache, Selection, WatchCache, WatchEvent } from "./types.ts";

export interface WatchCacheOptions {
  readonly client: Client;
  /** Told of every list or watch that failed; the cache tries again by itself. */
  readonly onError?: (error: unknown, kind: Kind) => void;
  readonly sleep?: Sleep;
  /**
   * What to watch for who asks for one namespace: the whole cluster, so that all share one watch (where that is forbidden: the
   * namespace), or the namespace alone. Default: namespace.
   */
  readonly scope?: "cluster" | "namespace";
  /** How long a kind that nobody holds any more is kept current. */
  readonly idle?: number;
  /** Gives what is kept of each object that comes in; it may change the object in place. Default: all of it. */
  readonly trim?: (object: KubeObject) => KubeObject;
}

const fiveMinutes = 5 * 60_000;

/** Keeps the kinds that are asked for equal to the cluster, one list and one watch for each, however many ask. */
export function createWatchCache(options: WatchCacheOptions): WatchCache {
  const { client, onError = () => {}, sleep = platformSleep, scope = "namespace", idle = fiveMinutes } = options;
  const { trim } = options;
  const narrow = new Set<string>();
  const entries = new Map<string, Entry>();
  let closed = false;

  const drop = (key: string, entry: Entry): void => {
    if (entries.get(key) === entry) entries.delete(key);
    void entry.reflector.stop();
  };
  const hold = async <T extends KubeObject>(
    kind: Kind,
    watched: string | undefined,
    view: string | undefined,
    selection: Selection,
  ): Promise<KindCache<T>> => {
    const { labelSelector, fieldSelector, metadataOnly } = selection;
    const selected = JSON.stringify([labelSelector, fieldSelector, metadataOnly]);
    const key = `${kind.apiVersion}/${kind.kind}/${watched ?? ""} ${selected}`;
    const entry = entries.get(key) ?? {
      reflector: startReflector({
        client,
        kind,
        namespace: watched,
        selection,
        sleep,
        onError: (error) => onError(error, kind),
        ...(trim === undefined ? {} : { trim }),
      }),
      holders: 0,
      expiry: undefined,
    };
    entries.set(key, entry);
    entry.holders += 1;
    clearTimeout(entry.expiry);
    const release = once(() => {
      entry.holders -= 1;
      if (entry.holders > 0 || closed) return;
      entry.expiry = setTimeout(() => drop(key, entry), idle);
      unref(entry.expiry);
    });
    try {
      await entry.reflector.listed;
    } catch (error) {
      release();
      drop(key, entry);
      throw error;
    }
    return createHandle(entry.reflector as Reflector<T>, view, release);
  };
  return {
    async kind<T extends KubeObject>(
      kind: Kind,
      { namespace, ...selection }: { readonly namespace?: string } & Selection = {},
    ) {
      if (closed) throw new KubeError("closed", "the watch cache is closed");
      const name = `${kind.apiVersion}/${kind.kind}`;
      if (namespace === undefined) return await hold<T>(kind, undefined, undefined, selection);
      if (scope === "namespace" || narrow.has(name)) return await hold<T>(kind, namespace, namespace, selection);
      try {
        return await hold<T>(kind, undefined, namespace, selection);
      } catch (error) {
        if (!isApiError(error, "Forbidden")) throw error;
        narrow.add(name);
        return await hold<T>(kind, namespace, namespace, selection);
      }
    },
    async [Symbol.asyncDispose]() {
      closed = true;
      const running = [...entries.values()];
      entries.clear();
      for (const entry of running) clearTimeout(entry.expiry);
      await Promise.all(running.map(({ reflector }) => reflector.stop()));
    },
  };
}

interface Entry {
  readonly reflector: Reflector;
  holders: number;
  expiry: ReturnType<typeof setTimeout> | undefined;
}

/** What one holder sees: all that is watched, or the one namespace that was asked for. */
function createHandle<T extends KubeObject>(
  reflector: Reflector<T>,
  view: string | undefined,
  release: () => void,
): KindCache<T> {
  const unsubscribes = new Set<() => void>();
  return {
    get: ({ namespace, name }) => reflector.store.get(namespace ?? view, name),
    list: ({ namespace = view } = {}) => reflector.store.list(namespace),
    learn: (object) => reflector.learn(object),
    subscribe(listener, only) {
      const inView = (event: WatchEvent<T>): void => {
        if (view === undefined || event.object.metadata.namespace === view) listener(event);
      };
      const named = only === undefined ? undefined : { namespace: only.namespace ?? view ?? "", name: only.name };
      const unsubscribe = reflector.subscribe(named === undefined ? inView : listener, named);
      unsubscribes.add(unsubscribe);
      return () => {
        unsubscribes.delete(unsubscribe);
        unsubscribe();
      };
    },
    [Symbol.dispose]() {
      for (const unsubscribe of unsubscribes) unsubscribe();
      unsubscribes.clear();
      release();
    },
  };
}

function once(act: () => void): () => void {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    act();
  };
}

/** A timer that only tidies up must not keep a Node process alive; browsers have no such notion. */
function unref(timer: unknown): void {
  if (typeof timer === "object" && timer !== null && "unref" in timer) (timer as { unref(): void }).unref();
}
