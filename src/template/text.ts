import { checkPieces } from "./limits.ts";

/**
 * Go strings are bytes. Ours are JavaScript strings in which a byte that is not part of valid UTF-8 stands as a lone low surrogate
 * U+DC80…U+DCFF, so that binary data passes through templates unharmed.
 */
const ascii = /^[\x00-\x7f]*$/;

/** True when bytes and characters are the same thing. */
export function isAscii(text: string): boolean {
  return ascii.test(text);
}

/** The bytes of a string. */
export function toBytes(text: string): Uint8Array {
  if (!loneByte.test(text)) return encoder.encode(text);
  const bytes: number[] = [];
  let start = 0;
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i);
    if (unit >= 0xd800 && unit <= 0xdbff && isLow(text.charCodeAt(i + 1))) {
      i += 1;
    } else if (unit >= 0xdc80 && unit <= 0xdcff) {
      if (i > start) bytes.push(...encoder.encode(text.slice(start, i)));
      bytes.push(unit - 0xdc00);
      start = i + 1;
    }
  }
  if (start < text.length) bytes.push(...encoder.encode(text.slice(start)));
  return Uint8Array.from(bytes);
}

/** The string that bytes make. */
export function fromBytes(bytes: Uint8Array): string {
  try {
    return strict.decode(bytes);
  } catch {
    return decodeLoosely(bytes);
  }
}

/** len(s) in Go: its number of bytes. */
export function byteLength(text: string): number {
  if (isAscii(text)) return text.length;
  let length = 0;
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) length += 1;
    else if (unit < 0x800) length += 2;
    else if (unit >= 0xd800 && unit <= 0xdbff && isLow(text.charCodeAt(i + 1))) {
      length += 4;
      i += 1;
    } else if (unit >= 0xdc80 && unit <= 0xdcff) length += 1;
    else length += 3;
  }
  return length;
}

/** s[start:end] in Go: by bytes. The bounds must hold. */
export function sliceBytes(text: string, start: number, end: number): string {
  return isAscii(text) ? text.slice(start, end) : fromBytes(toBytes(text).subarray(start, end));
}

/** Go's []rune(s), each as a string; a raw byte is one rune (U+FFFD where its value matters). */
export function runes(text: string): string[] {
  checkPieces(text.length);
  return Array.from(text);
}

/** The code point of a rune; a raw byte counts as U+FFFD. */
export function codePoint(rune: string): number {
  const point = rune.codePointAt(0) ?? 0;
  return point >= 0xd800 && point <= 0xdfff ? 0xfffd : point;
}

/** True for a character that stands for a raw byte. */
export function isRawByte(rune: string): boolean {
  const unit = rune.charCodeAt(0);
  return rune.length === 1 && unit >= 0xdc80 && unit <= 0xdcff;
}

/** True when any byte of the string is not UTF-8. */
export function hasRawBytes(text: string): boolean {
  return !text.isWellFormed();
}

const encoder = new TextEncoder();
const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const loneByte = /(?<![\ud800-\udbff])[\udc80-\udcff]/;

function isLow(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}

function decodeLoosely(bytes: Uint8Array): string {
  let text = "";
  let i = 0;
  while (i < bytes.length) {
    const size = sequenceLength(bytes, i);
    if (size === 0) {
      text += String.fromCharCode(0xdc00 + (bytes[i] ?? 0));
      i += 1;
    } else {
      // Runs of valid text are decoded together.
      let end = i + size;
      for (let next = sequenceLength(bytes, end); next > 0; next = sequenceLength(bytes, end)) end += next;
      text += strict.decode(bytes.subarray(i, end));
      i = end;
    }
  }
  return text;
}

// The length of the valid UTF-8 sequence at an index; 0 when there is none.
function sequenceLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at];
  if (first === undefined) return 0;
  if (first < 0x80) return 1;
  if (first < 0xc2 || first > 0xf4) return 0;
  const second = bytes[at + 1] ?? 0;
  const low = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const high = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  if (second < low || second > high) return 0;
  if (first < 0xe0) return 2;
  if (!isTail(bytes[at + 2])) return 0;
  if (first < 0xf0) return 3;
  return isTail(bytes[at + 3]) ? 4 : 0;
}

function isTail(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x80 && byte <= 0xbf;
}
