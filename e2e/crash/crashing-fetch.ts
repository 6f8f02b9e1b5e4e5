import type { Fetch } from "../../src/kube/index.ts";

/** Where a process dies: at its nth write to the API, before the server gets it or after the server has done it. */
export interface CrashPoint {
  readonly write: number;
  readonly side: "before" | "after";
}

export interface CrashingFetch {
  readonly fetch: Fetch;
  /** Resolves when the process is dead. */
  readonly crashed: Promise<void>;
  /** How many writes were asked for. */
  readonly writes: () => number;
}

/**
 * A fetch whose process dies at a point: from then on it sends nothing and answers nothing, so that whoever waits for it does nothing any
 * more. An action touches nothing but the API, so to the cluster this is a kill; `kill.test.ts` compares it with real ones.
 */
export function createCrashingFetch(fetch: Fetch, point?: CrashPoint): CrashingFetch {
  const crashed = Promise.withResolvers<void>();
  let writes = 0;
  let dead = false;
  const die = (): Promise<never> => {
    dead = true;
    crashed.resolve();
    return silence();
  };
  return {
    crashed: crashed.promise,
    writes: () => writes,
    async fetch(request) {
      if (dead) return await silence();
      if (!isWrite(request)) {
        const answer = await fetch(request);
        return dead ? await silence() : answer;
      }
      writes += 1;
      const here = writes === point?.write;
      if (here && point.side === "before") return await die();
      const answer = await fetch(request);
      if (here) return await die();
      return dead ? await silence() : answer;
    },
  };
}

/** Passes on the requests of another process, which `kill` ends at a point: it hears no answer any more. */
export function createKiller(point: CrashPoint | undefined, kill: () => Promise<void>) {
  let writes = 0;
  return {
    writes: () => writes,
    async spy(request: Request, pass: Fetch): Promise<Response> {
      const here = isWrite(request) && (writes += 1) === point?.write;
      if (here && point.side === "before") {
        await kill();
        return new Response(null, { status: 503 });
      }
      const answer = await pass(request);
      if (here) await kill();
      return answer;
    },
  };
}

/** True for what changes the cluster. */
export function isWrite({ method, url }: Pick<Request, "method" | "url">): boolean {
  return method !== "GET" && method !== "HEAD" && !new URL(url).searchParams.has("dryRun");
}

function silence(): Promise<never> {
  return new Promise(() => {});
}
