import { setTimeout as delay } from "node:timers/promises";
import { messageOf } from "../../base/errors.ts";
import { SourceError } from "../errors.ts";
import { type Transport, withoutPassword } from "./transport.ts";

export interface RetryOptions {
  /** How many more times a request is sent that the network or the server failed. */
  readonly retries: number;
  /** Milliseconds: the first pause, which doubles up to the longest. */
  readonly shortestPause: number;
  readonly longestPause: number;
  /** Milliseconds for one try. */
  readonly timeout: number;
  /** Whether an answer with this status may become another one. Default: what says that the server is busy or broken. */
  readonly isPassing?: (status: number) => boolean;
  /** Once aborted, nothing is sent again. */
  readonly signal?: AbortSignal;
  readonly sleep?: (pause: number, signal: AbortSignal) => Promise<unknown>;
}

/** A transport that sends again what failed, as Flux's HTTP clients do. Throws Unreachable when it gives up. */
export function retrying(transport: Transport, options: RetryOptions): Transport {
  const { retries, shortestPause, longestPause, timeout, isPassing = isServersFault } = options;
  const { sleep = (pause, signal) => delay(pause, undefined, { signal }) } = options;
  return async (request) => {
    const ending = options.signal === undefined ? [request.signal] : [request.signal, options.signal];
    let problem = "";
    let attempts = 0;
    for (;;) {
      attempts += 1;
      try {
        const signal = AbortSignal.any([request.signal, AbortSignal.timeout(timeout)]);
        const answer = await transport(new Request(request.clone(), { signal }));
        if (!isPassing(answer.status)) return answer;
        await answer.body?.cancel();
        problem = `unexpected HTTP status ${answer.status} ${answer.statusText}`.trim();
      } catch (error) {
        request.signal.throwIfAborted();
        problem = messageOf(error);
      }
      if (attempts > retries) break;
      const pause = Math.min(shortestPause * 2 ** (attempts - 1), longestPause);
      await sleep(pause, AbortSignal.any(ending)).catch(() => request.signal.throwIfAborted());
      if (ending.some(({ aborted }) => aborted)) break;
    }
    const what = `${request.method} ${withoutPassword(new URL(request.url))}`;
    throw new SourceError("Unreachable", `${what} giving up after ${attempts} attempt(s): ${problem}`);
  };
}

function isServersFault(status: number): boolean {
  return status === 429 || (status >= 500 && status !== 501);
}
