import { OciError } from "./errors.ts";

/** The body of an answer, or TooLarge before more than `limit` bytes are in memory. */
export async function readBody(answer: Response, limit: number, what: string): Promise<Uint8Array> {
  const tooLarge = (): OciError => new OciError("TooLarge", `${what} is larger than ${limit} bytes`);
  if (Number(answer.headers.get("content-length") ?? 0) > limit) {
    await answer.body?.cancel();
    throw tooLarge();
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of answer.body ?? []) {
      size += chunk.byteLength;
      if (size > limit) throw tooLarge();
      chunks.push(chunk);
    }
  } catch (cause) {
    if (cause instanceof OciError) throw cause;
    throw new OciError("Unreachable", `${what} was cut off`, { cause });
  }
  return Buffer.concat(chunks, size);
}
