/** Waits until a call may be made. */
export type Throttle = (signal?: AbortSignal) => Promise<void>;

/** Sleeps, or throws the signal's reason. */
export type Sleep = (milliseconds: number, signal?: AbortSignal) => Promise<void>;

/** A token bucket as client-go's: `burst` calls at once, refilled at `qps` a second; calls wait in order. */
export function createThrottle(options: {
  readonly qps: number;
  readonly burst: number;
  readonly now: () => number;
  readonly sleep: Sleep;
}): Throttle {
  const { qps, burst, now, sleep } = options;
  let tokens = burst;
  let last = now();
  return async (signal) => {
    const time = now();
    tokens = Math.min(burst, tokens + ((time - last) / 1000) * qps);
    last = time;
    tokens -= 1;
    if (tokens < 0) await sleep((-tokens / qps) * 1000, signal);
  };
}

/** Sleeps by the platform's timer. */
export const sleep: Sleep = (milliseconds, signal) =>
  new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(signal.reason);
      return;
    }
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, milliseconds);
    signal?.addEventListener("abort", stop, { once: true });
  });
