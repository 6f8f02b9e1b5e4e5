/** The little of ASN.1's DER that keys and certificates need. */

/** One element: its tag, its content, and itself as it stands. */
export interface Element {
  readonly tag: number;
  readonly content: Uint8Array;
  readonly whole: Uint8Array;
}

/** Writes an element. */
export function element(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  return Buffer.concat([Uint8Array.of(tag, ...lengthBytes(length)), ...parts]);
}

function lengthBytes(length: number): number[] {
  if (length < 0x80) return [length];
  const bytes: number[] = [];
  for (let rest = length; rest > 0; rest >>= 8) bytes.unshift(rest & 0xff);
  return [0x80 | bytes.length, ...bytes];
}

export const sequence = (...parts: readonly Uint8Array[]): Uint8Array => element(0x30, ...parts);
export const set = (...parts: readonly Uint8Array[]): Uint8Array => element(0x31, ...parts);
export const octets = (content: Uint8Array): Uint8Array => element(0x04, content);
export const boolean = (value: boolean): Uint8Array => element(0x01, Uint8Array.of(value ? 0xff : 0));
export const nothing = (): Uint8Array => element(0x05);

/** A bit string; `unused` bits at its end do not count. */
export function bits(content: Uint8Array, unused = 0): Uint8Array {
  return element(0x03, Uint8Array.of(unused), content);
}

/** A non-negative integer from its big-endian bytes. */
export function integer(bytes: Uint8Array): Uint8Array {
  let start = 0;
  while (start < bytes.length - 1 && bytes[start] === 0) start += 1;
  const shortest = bytes.subarray(start);
  return (shortest[0] ?? 0) >= 0x80 ? element(0x02, Uint8Array.of(0), shortest) : element(0x02, shortest);
}

/** An object identifier from its dotted form. */
export function oid(dotted: string): Uint8Array {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  const bytes = [first * 40 + second];
  for (const arc of rest) {
    const digits = [arc & 0x7f];
    for (let more = arc >> 7; more > 0; more >>= 7) digits.unshift((more & 0x7f) | 0x80);
    bytes.push(...digits);
  }
  return element(0x06, Uint8Array.from(bytes));
}

/** Reads the elements of a sequence's content; throws on what is cut off. */
export function readAll(content: Uint8Array): Element[] {
  const elements: Element[] = [];
  let at = 0;
  while (at < content.length) {
    const tag = content[at] ?? 0;
    let length = content[at + 1] ?? 0;
    let start = at + 2;
    if (length >= 0x80) {
      const count = length & 0x7f;
      if (count === 0 || count > 4) throw new Error("asn1: syntax error: bad length");
      length = 0;
      for (let i = 0; i < count; i += 1) length = length * 256 + (content[start + i] ?? 0);
      start += count;
    }
    const end = start + length;
    if (end > content.length) throw new Error("asn1: syntax error: data truncated");
    elements.push({ tag, content: content.subarray(start, end), whole: content.subarray(at, end) });
    at = end;
  }
  return elements;
}

/** The content of the element at a path of positions, from the outermost element on. */
export function readPath(der: Uint8Array, ...path: readonly number[]): Element {
  let current = readAll(der)[0];
  for (const index of path) {
    current = current === undefined ? undefined : readAll(current.content)[index];
  }
  if (current === undefined) throw new Error("asn1: structure error: missing element");
  return current;
}
