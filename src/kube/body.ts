import { KubeError } from "./errors.ts";

const megabyte = 1024 * 1024;
/** The largest answer that is read into memory: a page of a list is far below it. */
export const largestAnswer = 256 * megabyte;

/** Reads an answer as text, or throws `too-large`. */
export async function readText(response: Response, limit = largestAnswer): Promise<string> {
  const announced = Number(response.headers.get("content-length") ?? Number.NaN);
  if (announced > limit) {
    await response.body?.cancel();
    throw tooLarge(limit);
  }
  if (announced <= limit || response.body === null) return await response.text();
  const decoder = new TextDecoder();
  let size = 0;
  let text = "";
  for await (const chunk of response.body) {
    size += chunk.byteLength;
    if (size > limit) throw tooLarge(limit);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/** Reads an answer as JSON; throws `answer` for what is none. */
export async function readJson(response: Response, limit?: number): Promise<unknown> {
  const text = await readText(response, limit);
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
