import { CodedError } from "../errors.ts";

/** An answer's body that was not read to its end. */
export class BodyError extends CodedError<"too-large" | "cut-off"> {}

/** The body of an answer. Throws BodyError before more than `limit` bytes are in memory, and when it breaks off. */
export async function readBounded(answer: Response, limit: number): Promise<Uint8Array> {
  const tooLarge = (): BodyError => new BodyError("too-large", `body is larger than ${limit} bytes`);
  const told = Number(answer.headers.get("content-length") ?? 0);
  if (told > limit) {
    await answer.body?.cancel();
    throw tooLarge();
  }
  // Where the length is known there is room at once, and a large body is never there twice.
  const whole = told > 0 && Number.isInteger(told) ? Buffer.allocUnsafeSlow(told) : undefined;
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of answer.body ?? []) {
      const from = size;
      size += chunk.byteLength;
      if (size > limit) throw tooLarge();
      if (whole !== undefined && chunks.length === 0 && size <= told) whole.set(chunk, from);
      else {
        if (whole !== undefined && chunks.length === 0) chunks.push(whole.subarray(0, from));
        chunks.push(chunk);
      }
    }
  } catch (cause) {
    if (cause instanceof BodyError) throw cause;
    throw new BodyError("cut-off", "body was cut off", { cause });
  }
  return whole !== undefined && chunks.length === 0 ? whole.subarray(0, size) : Buffer.concat(chunks, size);
}
