import { badRequest } from "../../api/index.ts";

/** One field of a protobuf message as it is on the wire. */
export type WireField =
  | { readonly number: number; readonly wire: "varint"; readonly value: bigint }
  | { readonly number: number; readonly wire: "bytes"; readonly value: Uint8Array }
  | { readonly number: number; readonly wire: "fixed64"; readonly value: DataView }
  | { readonly number: number; readonly wire: "fixed32"; readonly value: DataView };

/** The fields of a message, in order. Throws BadRequest for bytes that are none. */
export function* readFields(bytes: Uint8Array): Generator<WireField> {
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = bytes[at];
      if (byte === undefined) throw cutOff();
      at += 1;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    throw badRequest("proto: integer overflow");
  };
  const take = (length: number): Uint8Array => {
    if (at + length > bytes.byteLength) throw cutOff();
    at += length;
    return bytes.subarray(at - length, at);
  };
  while (at < bytes.byteLength) {
    const tag = varint();
    const number = Number(tag >> 3n);
    switch (Number(tag & 7n)) {
      case 0:
        yield { number, wire: "varint", value: varint() };
        break;
      case 1:
        yield { number, wire: "fixed64", value: viewOf(take(8)) };
        break;
      case 2:
        yield { number, wire: "bytes", value: take(Number(varint())) };
        break;
      case 5:
        yield { number, wire: "fixed32", value: viewOf(take(4)) };
        break;
      default:
        throw badRequest(`proto: illegal wireType ${tag & 7n}`);
    }
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function cutOff(): Error {
  return badRequest("unexpected EOF");
}
