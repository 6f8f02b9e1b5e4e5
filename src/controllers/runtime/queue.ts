import type { Milliseconds } from "./types.ts";

export interface QueueOptions {
  /** Called for one key at a time; never twice at once for the same key. Its promise says when the key is free again. */
  readonly run: (key: string) => Promise<void>;
  readonly setTimer: (callback: () => void, delay: Milliseconds) => () => void;
  readonly random: () => number;
  readonly minimumDelay?: Milliseconds; // Flux: --min-retry-delay
  readonly maximumDelay?: Milliseconds; // Flux: --max-retry-delay
  /** Told of each key that is to be run after a delay. */
  readonly onDelayed?: () => void;
  /** Told of each key that is to be run now. */
  readonly onAdded?: () => void;
  /** Told of each run that begins, and how long it waited for an earlier run of its key. */
  readonly onStarted?: (waited: Milliseconds) => void;
}

export interface Queue {
  /** Runs the key as soon as it is free. Asking many times while it waits or runs means one more run. */
  add(key: string): void;
  /** Runs the key after a delay, or earlier if asked; the earliest of several delays holds. */
  addAfter(key: string, delay: Milliseconds): void;
  /** Runs the key after a delay that doubles with each failure in a row. */
  addFailed(key: string): void;
  /** Ends the row of failures. */
  forget(key: string): void;
  /** Takes no more work; resolves when everything that runs has ended. */
  stop(): Promise<void>;
  readonly running: number;
}

/** A keyed work queue. It has no workers: a run that waits for a cluster holds nothing but its own key. */
export function createQueue(options: QueueOptions): Queue {
  const { run, setTimer, random, minimumDelay = 750, maximumDelay = 15 * 60_000 } = options;
  const busy = new Map<string, Promise<void>>();
  // Keys that are to run again, and since when.
  const again = new Map<string, number>();
  const timers = new Map<string, { readonly due: number; readonly cancel: () => void }>();
  const failures = new Map<string, number>();
  let stopped = false;

  function start(key: string, waited: Milliseconds): void {
    options.onStarted?.(waited);
    const done = run(key).then(
      () => finish(key),
      () => finish(key),
    );
    busy.set(key, done);
  }
  function finish(key: string): void {
    busy.delete(key);
    const since = again.get(key);
    again.delete(key);
    if (since !== undefined && !stopped) start(key, performance.now() - since);
  }
  function add(key: string): void {
    if (stopped) return;
    begin(key);
  }
  function begin(key: string): void {
    timers.get(key)?.cancel();
    timers.delete(key);
    if (again.has(key)) return;
    options.onAdded?.();
    if (busy.has(key)) again.set(key, performance.now());
    else start(key, 0);
  }
  function addAfter(key: string, delay: Milliseconds): void {
    if (stopped) return;
    if (delay <= 0) {
      add(key);
      return;
    }
    const due = performance.now() + delay;
    const earlier = timers.get(key);
    if (earlier !== undefined && earlier.due <= due) return;
    earlier?.cancel();
    options.onDelayed?.();
    timers.set(key, { due, cancel: setTimer(() => begin(key), delay) });
  }
  return {
    add,
    addAfter,
    addFailed(key) {
      const count = failures.get(key) ?? 0;
      failures.set(key, count + 1);
      const delay = Math.min(minimumDelay * 2 ** Math.min(count, 30), maximumDelay);
      addAfter(key, delay * (1 + 0.05 * (random() - 0.5)));
    },
    forget: (key) => void failures.delete(key),
    async stop() {
      stopped = true;
      for (const timer of timers.values()) timer.cancel();
      timers.clear();
      await Promise.all(busy.values());
    },
    get running() {
      return busy.size;
    },
  };
}
