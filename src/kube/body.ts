import { KubeError } from "./errors.ts";

const megabyte = 1024 * 1024;
/** The largest answer that is read into memory: a page of a list is far below it. */
export const largestAnswer = 256 * megabyte;

export interface ReadOptions {
  readonly limit?: number;
  readonly signal?: AbortSignal | undefined;
}

/** Reads an answer as text; throws `too-large`, `connection` when it breaks off, or the signal's reason. */
export async function readText(
  response: Response,
  { limit = largestAnswer, signal }: ReadOptions = {},
): Promise<string> {
  const announced = Number(response.headers.get("content-length") ?? Number.NaN);
  if (announced > limit) {
    await response.body?.cancel();
    throw tooLarge(limit);
  }
  try {
    if (announced <= limit || response.body === null) return await response.text();
    return await readLimited(response.body, limit);
  } catch (cause) {
    signal?.throwIfAborted();
    if (cause instanceof KubeError) throw cause;
    throw new KubeError("connection", "the connection broke before the answer was complete", { cause });
  }
}

async function readLimited(body: ReadableStream<Uint8Array>, limit: number): Promise<string> {
  const decoder = new TextDecoder();
  let size = 0;
  let text = "";
  for await (const chunk of body) {
    size += chunk.byteLength;
    if (size > limit) throw tooLarge(limit);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/** Reads an answer as JSON; throws `answer` for what is none. */
export async function readJson(response: Response, options?: ReadOptions): Promise<unknown> {
  const text = await readText(response, options);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new KubeError("answer", `cannot read the answer of ${originOf(response)}: it is not JSON`, { cause });
  }
}

function tooLarge(limit: number): KubeError {
  return new KubeError("too-large", `cannot read the answer: it is larger than ${limit} bytes`);
}

function originOf(response: Response): string {
  return URL.canParse(response.url) ? new URL(response.url).origin : "the server";
}
