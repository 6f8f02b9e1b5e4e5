import type { KubeObject } from "../api/index.ts";
import { KubeError } from "./errors.ts";
import { type Reflector, startReflector } from "./reflector.ts";
import { type Sleep, sleep as platformSleep } from "./throttle.ts";
import type { Client, Kind, KindCache, WatchCache } from "./types.ts";

export interface WatchCacheOptions {
  readonly client: Client;
  /** Told of every list or watch that failed; the cache tries again by itself. */
  readonly onError?: (error: unknown, kind: Kind) => void;
  readonly sleep?: Sleep;
  /** How long a kind that nobody holds any more is kept current. */
  readonly idle?: number;
}

const fiveMinutes = 5 * 60_000;

/** Keeps the kinds that are asked for equal to the cluster, one list and one watch for each, however many ask. */
export function createWatchCache(options: WatchCacheOptions): WatchCache {
  const { client, onError = () => {}, sleep = platformSleep, idle = fiveMinutes } = options;
  const entries = new Map<string, Entry>();
  let closed = false;

  const drop = (key: string, entry: Entry): void => {
    if (entries.get(key) === entry) entries.delete(key);
    entry.reflector.stop();
  };
  return {
    async kind<T extends KubeObject>(kind: Kind, { namespace }: { readonly namespace?: string } = {}) {
      if (closed) throw new KubeError("closed", "the watch cache is closed");
      const key = `${kind.apiVersion}/${kind.kind}/${namespace ?? ""}`;
      let entry = entries.get(key);
      if (entry === undefined) {
        const reflector = startReflector({ client, kind, namespace, sleep, onError: (error) => onError(error, kind) });
        entry = { reflector, holders: 0, expiry: undefined };
        entries.set(key, entry);
      }
      const held = entry;
      held.holders += 1;
      clearTimeout(held.expiry);
      const release = once(() => {
        held.holders -= 1;
        if (held.holders > 0 || closed) return;
        held.expiry = setTimeout(() => drop(key, held), idle);
        unref(held.expiry);
      });
      try {
        await held.reflector.listed;
      } catch (error) {
        release();
        drop(key, held);
        throw error;
      }
      return handle(held.reflector as Reflector<T>, release);
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

function handle<T extends KubeObject>(reflector: Reflector<T>, release: () => void): KindCache<T> {
  const unsubscribes = new Set<() => void>();
  return {
    get: ({ namespace, name }) => reflector.store.get(namespace, name),
    list: ({ namespace } = {}) => reflector.store.list(namespace),
    learn: (object) => reflector.learn(object),
    subscribe(listener) {
      const unsubscribe = reflector.subscribe(listener);
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
