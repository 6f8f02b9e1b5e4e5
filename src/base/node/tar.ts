import { crc32, deflateRawSync, gunzipSync } from "node:zlib";
import { messageOf } from "../errors.ts";
import { TarError } from "../tar/errors.ts";
import { defaultMaxBytes, readTar, type TarEntry, type TarLimits } from "../tar/read.ts";
import { type NewTarEntry, writeTar } from "../tar/write.ts";

export { TarError, type TarErrorCode } from "../tar/errors.ts";
export { isInside, readTar, type TarEntry, type TarLimits } from "../tar/read.ts";
export { type NewTarEntry, writeTar } from "../tar/write.ts";

/** Reads a `.tar.gz` within its limits; throws TarError, with Go's texts for what is not gzip or not tar. */
export function readTarGz(bytes: Uint8Array, limits: TarLimits = {}): TarEntry[] {
  return readTar(gunzip(bytes, limits.maxBytes ?? defaultMaxBytes), limits);
}

/** Undoes gzip, never giving more than `maxBytes`. */
export function gunzip(bytes: Uint8Array, maxBytes: number): Uint8Array {
  if (bytes.length === 0) throw new TarError("format", "EOF");
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) throw new TarError("format", "gzip: invalid header");
  try {
    return gunzipSync(bytes, { maxOutputLength: maxBytes, chunkSize: roomFor(bytes, maxBytes) });
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ERR_BUFFER_TOO_LARGE") {
      throw new TarError("limit", `archive is larger than ${maxBytes} bytes`, { cause: error });
    }
    if (code === "Z_BUF_ERROR") throw new TarError("format", "unexpected EOF", { cause: error });
    throw new TarError("format", `gzip: invalid data: ${messageOf(error)}`, { cause: error });
  }
}

// The last four bytes tell the size: with room for all of it nothing is put together from small pieces. It is a hint, which may lie.
function roomFor(bytes: Uint8Array, maxBytes: number): number {
  if (bytes.length < 4) return smallestRoom;
  const told = new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getUint32(bytes.length - 4, true);
  // One byte more than needed, or zlib asks for more room to find out that all is there.
  return Math.max(smallestRoom, Math.min(told, maxBytes, bytes.length * mostTimes) + 1);
}

const smallestRoom = 16_384;
/** Deflate makes a text at most 1032 times as short. */
const mostTimes = 1032;

export interface GzipOptions {
  /** zlib's; 6 when absent. */
  readonly level?: number;
  /** The free fields of a gzip header. */
  readonly extra?: Uint8Array;
  readonly comment?: string;
}

/** Writes a `.tar.gz`. Equal entries give equal bytes, on every system. */
export function writeTarGz(entries: Iterable<NewTarEntry>, options: GzipOptions = {}): Uint8Array<ArrayBuffer> {
  return gzip(writeTar(entries), options);
}

/** Compresses with a header as Go's: no time, no name, system unknown. */
export function gzip(bytes: Uint8Array, { level = 6, extra, comment }: GzipOptions = {}): Uint8Array<ArrayBuffer> {
  const flags = (extra === undefined ? 0 : 4) | (comment === undefined ? 0 : 16);
  const head = [0x1f, 0x8b, 8, flags, 0, 0, 0, 0, level === 9 ? 2 : level === 1 ? 4 : 0, 255];
  if (extra !== undefined) head.push(extra.length & 255, extra.length >> 8, ...extra);
  if (comment !== undefined) head.push(...Buffer.from(comment, "latin1"), 0);
  const body = deflateRawSync(bytes, { level });
  const gzipped = new Uint8Array(head.length + body.length + 8);
  gzipped.set(head);
  gzipped.set(body, head.length);
  const view = new DataView(gzipped.buffer);
  view.setUint32(head.length + body.length, crc32(bytes), true);
  view.setUint32(head.length + body.length + 4, bytes.length >>> 0, true);
  return gzipped;
}
