import { define, type GoFunction } from "../functions/function.ts";
import { GoError } from "../errors.ts";
import { checkLength } from "../limits.ts";
import { runes } from "../text.ts";
import { int } from "../value.ts";
import { crypto } from "./hashes.ts";
import { loadBuiltin } from "../../base/node/load.ts";

const digits = "0123456789";
const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const printable = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)).join("");

/** Sprig's random values; all come from the system's secure source. */
export const randomFunctions: Readonly<Record<string, GoFunction>> = {
  randAlphaNum: define(["int"], (count) => randomText(count, digits + letters)),
  randAlpha: define(["int"], (count) => randomText(count, letters)),
  randNumeric: define(["int"], (count) => randomText(count, digits)),
  randAscii: define(["int"], (count) => randomText(count, printable)),
  randInt: define(["int", "int"], (min, max) => {
    if (max <= min) throw new GoError("invalid argument to Intn");
    return int(crypto().randomInt(min, max));
  }),
  shuffle: define(["string"], (text) => {
    const parts = runes(text);
    for (let i = parts.length - 1; i > 0; i -= 1) {
      const j = crypto().randomInt(i + 1);
      [parts[i], parts[j]] = [parts[j] ?? "", parts[i] ?? ""];
    }
    return parts.join("");
  }),
};

function randomText(count: number, alphabet: string): string {
  // goutils refuses a negative count, and Sprig drops its error.
  if (count <= 0) return "";
  checkLength(count);
  const { length } = alphabet;
  const fair = 256 - (256 % length);
  const codes = new Uint8Array(count);
  let filled = 0;
  while (filled < count) {
    for (const byte of secureBytes(Math.min(65536, (count - filled) * 2))) {
      if (byte >= fair || filled === count) continue;
      codes[filled] = alphabet.charCodeAt(byte % length);
      filled += 1;
    }
  }
  return new TextDecoder().decode(codes);
}

/** Bytes of the system's secure source. Its device is read in a fraction of the time that Node's crypto takes to load. */
function secureBytes(count: number): Uint8Array {
  const { closeSync, openSync, readSync } = loadBuiltin<typeof import("node:fs")>("node:fs");
  let device: number;
  try {
    device = openSync("/dev/urandom", "r");
  } catch {
    return crypto().randomBytes(count); // Not a Unix.
  }
  try {
    const bytes = new Uint8Array(count);
    return readSync(device, bytes) === count ? bytes : crypto().randomBytes(count);
  } finally {
    closeSync(device);
  }
}
