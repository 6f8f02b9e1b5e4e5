/** What of CBOR (RFC 8949) signatures are made of. A tag is dropped: its content says enough here. */
export type Cbor = number | string | boolean | null | Uint8Array | readonly Cbor[] | CborMap;
export interface CborMap {
  readonly entries: ReadonlyMap<number | string, Cbor>;
}

const deepest = 16;
const mostItems = 1000;

/** Reads one item that fills all bytes. Throws for what is cut off, too deep, of indefinite length, or has doubled keys. */
export function decodeCbor(bytes: Uint8Array): Cbor {
  const reader = { bytes, at: 0 };
  const value = read(reader, 0);
  if (reader.at !== bytes.byteLength) throw new Error("CBOR goes on after its end");
  return value;
}

interface Reader {
  readonly bytes: Uint8Array;
  at: number;
}

function read(reader: Reader, depth: number): Cbor {
  if (depth > deepest) throw new Error("CBOR is too deep");
  const first = take(reader, 1)[0] ?? 0;
  const type = first >> 5;
  const argument = readArgument(reader, first & 0x1f);
  switch (type) {
    case 0:
      return argument;
    case 1:
      return -1 - argument;
    case 2:
      return take(reader, argument);
    case 3:
      return new TextDecoder("utf-8", { fatal: true }).decode(take(reader, argument));
    case 4:
      return Array.from({ length: bounded(argument) }, () => read(reader, depth + 1));
    case 5: {
      const entries = new Map<number | string, Cbor>();
      for (let count = bounded(argument); count > 0; count -= 1) {
        const key = read(reader, depth + 1);
        if (typeof key !== "number" && typeof key !== "string") throw new Error("CBOR has a key that is no name");
        if (entries.has(key)) throw new Error("CBOR has a key twice");
        entries.set(key, read(reader, depth + 1));
      }
      return { entries };
    }
    case 6:
      return read(reader, depth + 1);
    default:
      if (first === 0xf4 || first === 0xf5) return first === 0xf5;
      if (first === 0xf6) return null;
      throw new Error("CBOR has a value that is not known");
  }
}

function readArgument(reader: Reader, info: number): number {
  if (info < 24) return info;
  if (info > 27) throw new Error("CBOR has no definite length");
  let value = 0;
  for (const byte of take(reader, 1 << (info - 24))) value = value * 256 + byte;
  if (!Number.isSafeInteger(value)) throw new Error("CBOR has a number that is too large");
  return value;
}

function take(reader: Reader, length: number): Uint8Array {
  if (length > reader.bytes.byteLength - reader.at) throw new Error("CBOR is cut off");
  reader.at += length;
  return reader.bytes.subarray(reader.at - length, reader.at);
}

function bounded(count: number): number {
  if (count > mostItems) throw new Error("CBOR has too many items");
  return count;
}

/** Writes a byte string or a text, as COSE's `Sig_structure` needs them. */
export function encodeCborString(value: Uint8Array | string): Uint8Array {
  const content = typeof value === "string" ? Buffer.from(value) : value;
  const type = typeof value === "string" ? 0x60 : 0x40;
  const { byteLength: length } = content;
  const head =
    length < 24
      ? [type | length]
      : length < 0x100
        ? [type | 24, length]
        : length < 0x10000
          ? [type | 25, length >> 8, length & 0xff]
          : [type | 26, length >>> 24, (length >> 16) & 0xff, (length >> 8) & 0xff, length & 0xff];
  return Buffer.concat([Buffer.from(head), content]);
}
