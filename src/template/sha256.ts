/**
 * SHA-256 (FIPS 180-4) of bytes, as hexadecimal digits. Charts hash their own small files for an annotation, and loading Node's crypto for
 * that takes longer than rendering many of them.
 */
export function sha256(bytes: Uint8Array): string {
  const { initial, constants } = tables();
  const state = Int32Array.from(initial);
  const words = new Int32Array(64);
  const whole = bytes.length - (bytes.length % blockSize);
  for (let at = 0; at < whole; at += blockSize) addBlock(state, { words, constants }, bytes, at);
  // What is left, a one bit, and the number of bits at the end of a block.
  const rest = bytes.length - whole;
  const last = new Uint8Array(rest < blockSize - 8 ? blockSize : 2 * blockSize);
  last.set(bytes.subarray(whole));
  last[rest] = 0x80;
  const view = new DataView(last.buffer);
  view.setUint32(last.length - 8, Math.trunc(bytes.length / 0x2000_0000));
  view.setUint32(last.length - 4, bytes.length << 3);
  for (let at = 0; at < last.length; at += blockSize) addBlock(state, { words, constants }, last, at);
  let digits = "";
  for (let i = 0; i < 8; i += 1) digits += ((state[i] as number) >>> 0).toString(16).padStart(8, "0");
  return digits;
}

const blockSize = 64;

interface Room {
  readonly words: Int32Array;
  readonly constants: Int32Array;
}

function addBlock(state: Int32Array, { words, constants }: Room, bytes: Uint8Array, at: number): void {
  for (let i = 0; i < 16; i += 1) {
    const from = at + 4 * i;
    words[i] =
      ((bytes[from] as number) << 24) |
      ((bytes[from + 1] as number) << 16) |
      ((bytes[from + 2] as number) << 8) |
      (bytes[from + 3] as number);
  }
  for (let i = 16; i < 64; i += 1) {
    const early = words[i - 15] as number;
    const late = words[i - 2] as number;
    const spread = turned(early, 7) ^ turned(early, 18) ^ (early >>> 3);
    const mixed = turned(late, 17) ^ turned(late, 19) ^ (late >>> 10);
    words[i] = (words[i - 16] as number) + spread + (words[i - 7] as number) + mixed;
  }
  let { 0: a = 0, 1: b = 0, 2: c = 0, 3: d = 0, 4: e = 0, 5: f = 0, 6: g = 0, 7: h = 0 } = state;
  for (let i = 0; i < 64; i += 1) {
    const chosen = (e & f) ^ (~e & g);
    const sum = turned(e, 6) ^ turned(e, 11) ^ turned(e, 25);
    const first = (h + sum + chosen + (constants[i] as number) + (words[i] as number)) | 0;
    const majority = (a & b) ^ (a & c) ^ (b & c);
    const second = ((turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)) + majority) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + first) | 0;
    d = c;
    c = b;
    b = a;
    a = (first + second) | 0;
  }
  const mixed = [a, b, c, d, e, f, g, h];
  for (let i = 0; i < 8; i += 1) state[i] = (state[i] as number) + (mixed[i] as number);
}

function turned(word: number, by: number): number {
  return (word >>> by) | (word << (32 - by));
}

interface Tables {
  /** The first 32 bits behind the point of the square roots of the first 8 primes. */
  readonly initial: Int32Array;
  /** The same of the cube roots of the first 64. */
  readonly constants: Int32Array;
}

let made: Tables | undefined;

function tables(): Tables {
  if (made !== undefined) return made;
  const primes: number[] = [];
  for (let n = 2; primes.length < 64; n += 1) if (primes.every((prime) => n % prime !== 0)) primes.push(n);
  made = {
    initial: Int32Array.from(primes.slice(0, 8), (prime) => behindThePoint(Math.sqrt(prime))),
    constants: Int32Array.from(primes, (prime) => behindThePoint(Math.cbrt(prime))),
  };
  return made;
}

function behindThePoint(root: number): number {
  return ((root % 1) * 0x1_0000_0000) | 0;
}
