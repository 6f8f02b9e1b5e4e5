import type { Fetch } from "../../src/kube/index.ts";

/** What can go wrong with one request. "After" means that the server did what it was asked for. */
export const faults = [
  "429",
  "429 for long",
  "500",
  "500 after",
  "503",
  "503 with a time",
  "504 after",
  "reset",
  "reset after",
  "cut answer",
  "slow",
] as const;

export type Fault = (typeof faults)[number];

/** Faults by the number of the request that they happen to, from 1. */
export type Faults = ReadonlyMap<number, Fault>;

/** A fetch with faults, and what became of the requests: `3 POST /api/v1/...: reset after`. */
export function createFaultyFetch(fetch: Fetch, plan: Faults): { readonly fetch: Fetch; readonly happened: string[] } {
  const happened: string[] = [];
  let asked = 0;
  let refusals = 0;
  return {
    happened,
    async fetch(request) {
      // Other requests of the client come in between; a server that is busy is so for all of them.
      if (refusals > 0) {
        refusals -= 1;
        return refuse(429, "too many requests", { "retry-after": "0" });
      }
      asked += 1;
      const fault = plan.get(asked);
      if (fault !== undefined) happened.push(`${asked} ${request.method} ${new URL(request.url).pathname}: ${fault}`);
      switch (fault) {
        case undefined:
          return await fetch(request);
        case "429 for long":
          refusals = 5;
          return refuse(429, "too many requests", { "retry-after": "0" });
        case "429":
          return refuse(429, "too many requests", { "retry-after": "0" });
        case "500":
          return refuse(500, "it broke");
        case "500 after":
          await drain(await fetch(request));
          return refuse(500, "it broke");
        case "503":
          return refuse(503, "not now");
        case "503 with a time":
          return refuse(503, "not now", { "retry-after": "0" });
        case "504 after":
          await drain(await fetch(request));
          return refuse(504, "it took too long");
        case "reset":
          throw reset();
        case "reset after":
          await drain(await fetch(request));
          throw reset();
        case "cut answer":
          return await cut(await fetch(request), new URL(request.url).searchParams.has("watch"));
        case "slow":
          await new Promise((resolve) => setTimeout(resolve, 5));
          return await fetch(request);
      }
    },
  };
}

function refuse(code: number, message: string, headers: Readonly<Record<string, string>> = {}): Response {
  const status = { kind: "Status", apiVersion: "v1", metadata: {}, status: "Failure", message, code };
  return Response.json(status, { status: code, headers });
}

function reset(): TypeError {
  return new TypeError("fetch failed", { cause: new Error("read ECONNRESET") });
}

async function drain(answer: Response): Promise<void> {
  await answer.body?.cancel();
}

/** The first half of the answer, and then nothing; of a watch, which has no end, nothing at all. */
async function cut(answer: Response, isWatch: boolean): Promise<Response> {
  if (isWatch) await answer.body?.cancel();
  const bytes = isWatch ? new Uint8Array() : new Uint8Array(await answer.arrayBuffer());
  const half = bytes.subarray(0, Math.floor(bytes.length / 2));
  const body = new ReadableStream({
    start(controller) {
      controller.enqueue(half);
    },
    pull(controller) {
      controller.error(new Error("socket hang up"));
    },
  });
  const headers = new Headers(answer.headers);
  headers.delete("content-length");
  return new Response(body, { status: answer.status, headers });
}
