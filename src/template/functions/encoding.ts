import { fromBytes, isAscii, toBytes } from "../text.ts";
import { define, type GoFunction } from "./function.ts";

/** Sprig's base64 and base32; what does not decode gives the text of the error. */
export const encodingFunctions: Readonly<Record<string, GoFunction>> = {
  b64enc: define(["string"], (text) => encodeBase64(toBytes(text))),
  b64dec: define(["string"], (text) => {
    const bytes = decodeBase64(text);
    return typeof bytes === "string" ? bytes : fromBytes(bytes);
  }),
  b32enc: define(["string"], (text) => encodeBase32(toBytes(text))),
  b32dec: define(["string"], (text) => {
    const bytes = decodeBase32(text);
    return typeof bytes === "string" ? bytes : fromBytes(bytes);
  }),
};

/** Standard base64 with padding. */
export function encodeBase64(bytes: Uint8Array): string {
  let binary = "";
  for (let at = 0; at < bytes.length; at += 8192) binary += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(binary);
}

const alphabet64 = /^[A-Za-z0-9+/]*$/;

/** base64.StdEncoding.DecodeString; the text of Go's error when it fails. */
export function decodeBase64(text: string): Uint8Array | string {
  const compact = text.replace(/[\r\n]/g, "");
  const body = compact.replace(/={0,2}$/, "");
  if (compact.length % 4 === 0 && alphabet64.test(body) && body.length % 4 !== 1) {
    const binary = atob(compact);
    return Uint8Array.from(binary, (char) => char.charCodeAt(0));
  }
  return `illegal base64 data at input byte ${firstBadByte64(text)}`;
}

// Go reads groups of four and says where it had to stop.
function firstBadByte64(text: string): number {
  const chars = isAscii(text) ? text : Array.from(toBytes(text), (byte) => String.fromCharCode(byte)).join("");
  let inGroup = 0;
  for (let at = 0; at < chars.length; at += 1) {
    const char = chars.charAt(at);
    if (char === "\n" || char === "\r") continue;
    if (/[A-Za-z0-9+/]/.test(char)) {
      inGroup = (inGroup + 1) % 4;
      continue;
    }
    if (char !== "=") return at;
    if (inGroup < 2) return at;
    let next = at + 1;
    if (inGroup === 2) {
      while (/[\r\n]/.test(chars.charAt(next))) next += 1;
      if (next >= chars.length) return chars.length;
      if (chars.charAt(next) !== "=") return next;
      next += 1;
    }
    while (/[\r\n]/.test(chars.charAt(next))) next += 1;
    return next;
  }
  return chars.length - inGroup;
}

const alphabet32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

function encodeBase32(bytes: Uint8Array): string {
  let out = "";
  let bits = 0;
  let value = 0;
  for (const byte of bytes) {
    value = (value << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      out += alphabet32.charAt((value >> bits) & 31);
    }
    value &= (1 << bits) - 1;
  }
  if (bits > 0) out += alphabet32.charAt((value << (5 - bits)) & 31);
  return out.padEnd(Math.ceil(out.length / 8) * 8, "=");
}

function decodeBase32(text: string): Uint8Array | string {
  const chars = text.replace(/[\r\n]/g, "");
  const body = chars.replace(/=+$/, "");
  for (let at = 0; at < body.length; at += 1) {
    if (!alphabet32.includes(body.charAt(at))) return `illegal base32 data at input byte ${at}`;
  }
  if (chars.length % 8 !== 0) return `illegal base32 data at input byte ${chars.length - (chars.length % 8)}`;
  if (![0, 1, 3, 4, 6].includes(chars.length - body.length)) return `illegal base32 data at input byte ${body.length}`;
  const bytes: number[] = [];
  let bits = 0;
  let value = 0;
  for (const char of body) {
    value = (value << 5) | alphabet32.indexOf(char);
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes.push((value >> bits) & 255);
    }
    value &= (1 << bits) - 1;
  }
  return Uint8Array.from(bytes);
}
