import { BodyError, readBounded } from "../../base/node/body.ts";
import { SourceError } from "../errors.ts";

/** One object of a bucket, as a listing tells of it. */
export interface BucketEntry {
  readonly key: string;
  readonly etag: string;
}

/** What of an object store is needed to read a bucket. */
export interface BucketReader {
  exists(): Promise<boolean>;
  /** All objects whose key begins so, in the order of the server. */
  list(prefix: string): AsyncIterable<BucketEntry>;
  /** The content; undefined when there is no such object. Throws TooLarge for more than `limit` bytes. */
  get(key: string, limit: number): Promise<{ readonly etag: string; readonly content: Uint8Array } | undefined>;
}

/** Largest answer that is not an object, in bytes: a page of 1,000 keys of 1,024 bytes, each of them escaped. */
const documentLimit = 8 << 20;

/** The text of an answer that is not an object. */
export async function readText(answer: Response): Promise<string> {
  return new TextDecoder().decode(await readBounded(answer, documentLimit));
}

/** The bytes of an object. Throws TooLarge for more than `limit` of them. */
export async function readContent(answer: Response, limit: number): Promise<Uint8Array> {
  try {
    return await readBounded(answer, limit);
  } catch (error) {
    if (error instanceof BodyError && error.code === "too-large")
      throw new SourceError("TooLarge", `bucket is larger than ${limit} bytes`, { cause: error });
    throw error;
  }
}

/**
 * The path of an object's address, escaped. Throws InvalidPath for one that URLs take for another: a segment of dots would lead
 * out of the bucket.
 */
export function addressOf(segments: readonly string[]): string {
  const path = segments.map(encodeURIComponent).join("/");
  if (path === "" || segments.some((each) => each === "." || each === ".."))
    throw new SourceError("InvalidPath", `object '${segments.join("/")}' has no address of its own`);
  return path;
}

/** The token of the next page; throws when it is the last one's again, which would never end. */
export function nextPage(last: string | undefined, next: string | undefined, server: string): string | undefined {
  if (next === undefined || next === "") return undefined;
  if (next === last) throw new SourceError("Unreachable", `${server} gives the same page of objects again and again`);
  return next;
}
