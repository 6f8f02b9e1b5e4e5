import { ApiError, reasonOfHttpCode, type Status } from "../api/index.ts";
import { messageOf } from "../base/errors.ts";
import { limitTo } from "../base/limit.ts";
import { readText } from "./body.ts";
import { KubeError } from "./errors.ts";
import type { Sleep, Throttle } from "./throttle.ts";
import type { Fetch } from "./types.ts";

export interface Call {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Path and query. */
  readonly path: string;
  readonly body?: unknown;
  readonly contentType?: string;
  readonly accept?: string;
  readonly signal?: AbortSignal | undefined;
  /** True where doing it twice does no harm: it is tried again when the connection breaks. */
  readonly idempotent?: boolean;
  /** True for an answer that goes on for minutes: it takes no turn from other calls. */
  readonly stream?: boolean;
}

/** Sends a call and gives what `read` makes of a successful answer; throws `ApiError` or `KubeError`. */
export type Send = <T>(call: Call, read: (response: Response) => Promise<T>) => Promise<T>;

/** What waits for a connection holds its request and its body; what waits here holds neither. */
const mostAtOnce = 32;
const mostTries = 10;
const mostConnectionTries = 4;
const longestRetryAfter = 60_000;

/** Joins a server's address, the headers of a user, throttling and retries into one function. */
export function createTransport(options: {
  readonly fetch: Fetch;
  readonly server: string;
  readonly headers: Readonly<Record<string, string>> | Headers;
  readonly throttle?: Throttle;
  readonly sleep: Sleep;
}): Send {
  const { fetch, throttle, sleep } = options;
  const server = options.server.replace(/\/+$/, "");
  const inTurn = limitTo(mostAtOnce);
  const toRequest = (call: Call): Request => {
    const body = call.body === undefined ? undefined : JSON.stringify(call.body);
    const headers = new Headers(options.headers);
    headers.set("accept", call.accept ?? "application/json");
    if (body !== undefined) headers.set("content-type", call.contentType ?? "application/json");
    return new Request(`${server}${call.path}`, {
      method: call.method,
      headers,
      ...(body === undefined ? {} : { body }),
      ...(call.signal === undefined ? {} : { signal: call.signal }),
    });
  };
  return async <T>(call: Call, read: (response: Response) => Promise<T>) => {
    let broken = 0;
    const ask = async (): Promise<{ readonly answer: T } | { readonly refusal: Response }> => {
      const response = await fetch(toRequest(call)).catch((cause: unknown) => {
        // Credentials that cannot be had are not had by asking again at once.
        if (cause instanceof KubeError) throw cause;
        throw new KubeError("connection", `cannot reach ${server}: ${causeOf(cause)}`, { cause });
      });
      // The answer that a broken connection has not brought.
      const isGone = broken > 0 && call.method === "DELETE" && response.status === 404;
      return response.ok || isGone ? { answer: await read(response) } : { refusal: response };
    };
    for (let attempt = 1; ; attempt += 1) {
      call.signal?.throwIfAborted();
      await throttle?.(call.signal);
      let response: Response;
      try {
        const end = await (call.stream === true ? ask() : inTurn(ask, call.signal));
        if ("answer" in end) return end.answer;
        response = end.refusal;
      } catch (error) {
        call.signal?.throwIfAborted();
        if (!(error instanceof KubeError) || error.code !== "connection") throw error;
        broken += 1;
        if (call.idempotent !== true || broken >= mostConnectionTries) throw error;
        await sleep(100 * 2 ** broken, call.signal);
        continue;
      }
      if (isPassing(response, call) && broken + 1 < mostConnectionTries) {
        broken += 1;
        await response.body?.cancel();
        await sleep(100 * 2 ** broken, call.signal);
        continue;
      }
      const pause = await pauseAfter(response);
      if (pause !== undefined && attempt < mostTries) {
        await response.body?.cancel();
        await sleep(pause, call.signal);
        continue;
      }
      throw await toApiError(response, call);
    }
  };
}

/** Milliseconds after which a refused call is worth another try; undefined for a refusal that stands. */
async function pauseAfter(response: Response): Promise<number | undefined> {
  const { status } = response;
  if (status !== 429 && status < 500) return undefined;
  // client-go tries again when the server says when: with 429, and with 5xx that carry Retry-After.
  const seconds = Number(response.headers.get("retry-after") ?? (status === 429 ? "1" : Number.NaN));
  if (Number.isFinite(seconds) && seconds >= 0) return Math.min(seconds * 1000, longestRetryAfter);
  if (status !== 500) return undefined;
  // Helm tries again when etcd had no leader: nothing was written then.
  const text = await readText(response.clone(), { limit: largestError }).catch(() => "");
  return leaderless.some((words) => text.includes(words)) ? 100 : undefined;
}

/** True for what may be over in a moment though the server names no time: a gateway without a server, and a read that broke. */
function isPassing({ status, headers }: Response, { idempotent, method }: Call): boolean {
  if (idempotent !== true || headers.has("retry-after")) return false;
  return status === 502 || status === 503 || status === 504 || (status === 500 && method === "GET");
}

const leaderless = ["etcdserver: leader changed", "rpc error: code = Unknown desc = raft proposal dropped"];

/** fetch hides the reason ("fetch failed") one level down. */
function causeOf(thrown: unknown): string {
  const inner = thrown instanceof Error ? thrown.cause : undefined;
  if (inner instanceof AggregateError && inner.errors.length > 0) return messageOf(inner.errors[0]);
  return messageOf(inner ?? thrown);
}

const largestError = 4 * 1024 * 1024;

/** Rebuilds the error that the server threw; an answer without a Status gets client-go's text for its code. */
async function toApiError(response: Response, call: Call): Promise<ApiError> {
  const text = await readText(response, { limit: largestError }).catch(() => "");
  const status = tryParseStatus(text);
  if (status !== undefined)
    return new ApiError(status.code === undefined ? { ...status, code: response.status } : status);
  const reason =
    response.status === 409 && call.method === "POST" ? "AlreadyExists" : reasonOfHttpCode(response.status);
  return new ApiError({
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Failure",
    message: genericMessage(response.status, text.slice(0, 1024).trim()),
    reason,
    code: response.status,
  });
}

/** The Status in a text, if it is one. */
export function tryParseStatus(text: string): Status | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isStatus(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

export function isStatus(value: unknown): value is Status {
  return typeof value === "object" && value !== null && (value as Partial<Status>).kind === "Status";
}

function genericMessage(code: number, text: string): string {
  switch (code) {
    case 400:
      return "the server rejected our request for an unknown reason";
    case 401:
      return "the server has asked for the client to provide credentials";
    case 403:
    case 415:
      return text === "" ? "unknown" : text;
    case 404:
      return "the server could not find the requested resource";
    case 405:
      return "the server does not allow this method on the requested resource";
    case 406:
      return text === "" ? "the server was unable to respond with a content type that the client supports" : text;
    case 409:
      return "the server reported a conflict";
    case 422:
      return "the server rejected our request due to an error in our request";
    case 429:
      return "the server has received too many requests and has asked us to try again later";
    case 503:
      return "the server is currently unable to handle the request";
    case 504:
      return "the server was unable to return a response in the time allotted, but may still be processing the request";
    default:
      return code >= 500
        ? `an error on the server (${JSON.stringify(text === "" ? "unknown" : text)}) has prevented the request from succeeding`
        : `the server responded with the status code ${code} but did not return more information`;
  }
}
