import { ApiError, type KubeObject } from "../api/index.ts";
import { KubeError } from "./errors.ts";
import { isStatus } from "./transport.ts";
import type { WatchEvent } from "./types.ts";

/** The longest line of a watch that is taken: etcd holds no object of a tenth of it. */
const longestLine = 32 * 1024 * 1024;

/**
 * Reads the lines of a stream; a last line without an end is left out, for its connection broke. Leaving the loop or aborting
 * cancels the stream. Throws `too-large`, or the signal's reason.
 */
export async function* readLines(
  stream: ReadableStream<Uint8Array>,
  { signal, limit = longestLine }: { readonly signal?: AbortSignal | undefined; readonly limit?: number } = {},
): AsyncGenerator<string> {
  const reader = stream.getReader();
  // Not every fetch ends its answer when the request is aborted; a cancelled reader ends in any case.
  const cancel = (): void => void reader.cancel(signal?.reason).catch(() => {});
  signal?.addEventListener("abort", cancel, { once: true });
  if (signal?.aborted === true) cancel();
  const decoder = new TextDecoder();
  let rest = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      signal?.throwIfAborted();
      if (done) return;
      const text = decoder.decode(value, { stream: true });
      if (!text.includes("\n")) {
        rest += text;
        if (rest.length > limit)
          throw new KubeError("too-large", `cannot read the watch: a line is longer than ${limit} characters`);
        continue;
      }
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) if (line !== "") yield line;
    }
  } finally {
    signal?.removeEventListener("abort", cancel);
    cancel();
  }
}

/** Reads one event of a watch; throws `ApiError` for an ERROR event. */
export function parseWatchEvent<T extends KubeObject>(line: string): WatchEvent<T> {
  let event: Partial<WatchEvent<T>> | { readonly type: "ERROR"; readonly object: unknown };
  try {
    event = JSON.parse(line);
  } catch (cause) {
    throw new KubeError("answer", "cannot read an event of the watch: it is not JSON", { cause });
  }
  const { type, object } = event;
  if (type === "ERROR") {
    if (isStatus(object)) throw new ApiError(object);
    throw new KubeError("answer", "cannot read an error of the watch: it is not a Status");
  }
  const usable = type !== undefined && types.has(type) && typeof object === "object" && object !== null;
  if (!usable) throw new KubeError("answer", `cannot read an event of the watch: its type is ${JSON.stringify(type)}`);
  return { type, object } as WatchEvent<T>;
}

const types: ReadonlySet<string> = new Set(["ADDED", "MODIFIED", "DELETED", "BOOKMARK"]);
