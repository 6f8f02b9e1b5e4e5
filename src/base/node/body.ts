import { CodedError } from "../errors.ts";

/** An answer's body that was not read to its end. */
export class BodyError extends CodedError<"too-large" | "cut-off"> {}

/** The body of an answer. Throws BodyError before more than `limit` bytes are in memory, and when it breaks off. */
export async function readBounded(answer: Response, limit: number): Promise<Uint8Array> {
  const tooLarge = (): BodyError => new BodyError("too-large", `body is larger than ${limit} bytes`);
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
    if (cause instanceof BodyError) throw cause;
    throw new BodyError("cut-off", "body was cut off", { cause });
  }
  return Buffer.concat(chunks, size);
}
