import { BodyError, readBounded } from "../base/node/body.ts";
import { OciError } from "./errors.ts";

/** The body of an answer, or TooLarge before more than `limit` bytes are in memory. */
export async function readBody(answer: Response, limit: number, what: string): Promise<Uint8Array> {
  try {
    return await readBounded(answer, limit);
  } catch (error) {
    if (!(error instanceof BodyError)) throw error;
    if (error.code === "too-large") throw new OciError("TooLarge", `${what} is larger than ${limit} bytes`);
    throw new OciError("Unreachable", `${what} was cut off`, { cause: error.cause });
  }
}
