import { gunzipSync, gzipSync } from "node:zlib";
import { goQuote } from "../base/go-quote.ts";
import { decodeRecordJson } from "./decode.ts";
import { encodeRecordJson } from "./encode.ts";
import { ReleaseError } from "./errors.ts";
import type { ReleaseRecord } from "./record.ts";

/** What the value of a Secret or ConfigMap may hold. */
const objectLimit = 1_048_576;

// A record of 1 MiB inflates to far less than this: what does not is a bomb.
const jsonLimit = 64 * 1024 * 1024;

/** The record as the storage objects hold it: base64 of gzip of JSON. Refuses what no object of a cluster can hold. */
export function encodeRecord(
  record: ReleaseRecord,
  object: { readonly kind: "Secret" | "ConfigMap"; readonly name: string },
): string {
  const text = gzipSync(encodeRecordJson(record), { level: 9 }).toString("base64");
  if (text.length > objectLimit) {
    throw new ReleaseError("TooLarge", tooLong(object));
  }
  return text;
}

/** Reads what `encodeRecord`, Helm 3 or Helm 4 wrote; older records without gzip too. Throws Corrupt. */
export function decodeRecord(text: string): ReleaseRecord {
  // Node's decoder skips what is not base64, Go's fails.
  if (!/^[A-Za-z0-9+/\r\n]*={0,2}[\r\n]*$/.test(text))
    throw new ReleaseError("Corrupt", "cannot read a release record: it is not base64");
  const bytes = Buffer.from(text, "base64");
  const zipped = bytes.length > 3 && bytes[0] === 0x1f && bytes[1] === 0x8b && bytes[2] === 0x08;
  return decodeRecordJson((zipped ? inflate(bytes) : bytes).toString("utf8"));
}

function inflate(bytes: Buffer): Buffer {
  try {
    return gunzipSync(bytes, { maxOutputLength: jsonLimit });
  } catch (cause) {
    throw new ReleaseError("Corrupt", "cannot read a release record: it cannot be unzipped", { cause });
  }
}

// The API server's own text, which is what Helm ends with; asked before anything is sent.
function tooLong(object: { readonly kind: string; readonly name: string }): string {
  const field = object.kind === "Secret" ? "data" : "[]";
  return `${object.kind} ${goQuote(object.name)} is invalid: ${field}: Too long: may not be more than ${objectLimit} bytes`;
}
