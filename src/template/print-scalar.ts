import { formatFloatAs } from "./float.ts";
import { type Flags, pad } from "./print-flags.ts";
import { isPrint, quote, quoteRune, quoteToAscii } from "./quote.ts";
import { runes, toBytes } from "./text.ts";
import type { Complex } from "./value.ts";

/** A string under a verb; undefined when strings do not have that verb. */
export function formatText(text: string, verb: string, flags: Flags, _of: "string" | "bytes"): string;
export function formatText(text: string, verb: string, flags: Flags, of: "string" | "bytes"): string | undefined;
export function formatText(text: string, verb: string, flags: Flags): string | undefined {
  switch (verb) {
    case "v":
      return flags.sharpV ? formatQuoted(text, flags) : pad(truncated(text, flags), flags);
    case "s":
      return pad(truncated(text, flags), flags);
    case "q":
      return formatQuoted(text, flags);
    case "x":
    case "X":
      return pad(hexText(text, verb, flags), flags);
    default:
      return undefined;
  }
}

function truncated(text: string, flags: Flags): string {
  return flags.precision === undefined ? text : runes(text).slice(0, flags.precision).join("");
}

function formatQuoted(text: string, flags: Flags): string {
  const content = truncated(text, flags);
  // strconv.CanBackquote
  const raw = flags.sharp && !content.includes("`") && !/[\x00-\x08\x0a-\x1f\x7f\ufeff]/.test(content);
  return pad(raw ? `\`${content}\`` : flags.plus ? quoteToAscii(content) : quote(content), flags);
}

function hexText(text: string, verb: string, flags: Flags): string {
  let bytes = toBytes(text);
  if (flags.precision !== undefined) bytes = bytes.subarray(0, flags.precision);
  const digits = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0"));
  const prefix = flags.sharp && digits.length > 0 ? "0x" : "";
  const hex = flags.space ? digits.map((digit) => prefix + digit).join(" ") : prefix + digits.join("");
  return verb === "X" ? hex.toUpperCase() : hex;
}

const bases: Readonly<Record<string, number | undefined>> = { v: 10, d: 10, b: 2, o: 8, O: 8, x: 16, X: 16 };

/** An integer under a verb; undefined when integers do not have that verb. */
export function formatIntegerVerb(value: bigint, verb: string, flags: Flags): string | undefined {
  const base = bases[verb];
  if (base !== undefined) return formatInteger(value, base, verb, flags);
  switch (verb) {
    case "c":
      return pad(runeText(value), flags);
    case "q":
      return pad(quoteRune(value > 0x10ffffn ? 0xfffd : Number(value), flags.plus), flags);
    case "U":
      return formatUnicode(value, flags);
    default:
      return undefined;
  }
}

function runeText(value: bigint): string {
  const valid = value >= 0n && value <= 0x10ffffn && !(value >= 0xd800n && value <= 0xdfffn);
  return String.fromCodePoint(valid ? Number(value) : 0xfffd);
}

function formatUnicode(value: bigint, flags: Flags): string {
  const point = BigInt.asUintN(64, value);
  const width = Math.max(4, flags.precision ?? 4);
  let text = `U+${point.toString(16).toUpperCase().padStart(width, "0")}`;
  const rune = runeText(value);
  if (flags.sharp && point <= 0x10ffffn && isPrint(rune)) text += ` '${rune}'`;
  return pad(text, { ...flags, zero: false });
}

function formatInteger(value: bigint, base: number, verb: string, flags: Flags): string {
  const negative = value < 0n;
  let digits = (negative ? -value : value).toString(base);
  const signed = negative || flags.plus || flags.space;
  let precision = flags.precision;
  if (precision === 0 && value === 0n) return pad("", { ...flags, zero: false });
  if (precision === undefined && flags.zero && !flags.minus && flags.width !== undefined) {
    precision = flags.width - (signed ? 1 : 0);
  }
  if (precision !== undefined) digits = digits.padStart(precision, "0");
  let prefix = verb === "O" ? "0o" : "";
  if (flags.sharp) {
    if (base === 2) prefix = "0b";
    else if (base === 8 && !digits.startsWith("0")) prefix = verb === "O" ? "0o" : "0";
    else if (base === 16) prefix = "0x";
  }
  const text = verb === "X" ? (prefix + digits).toUpperCase() : prefix + digits;
  const sign = negative ? "-" : flags.plus ? "+" : flags.space ? " " : "";
  return pad(sign + text, { ...flags, zero: false });
}

/** A float64 under a verb; undefined when floats do not have that verb. */
export function formatFloatVerb(value: number, verb: string, flags: Flags): string | undefined {
  switch (verb) {
    case "v":
      return formatFloat(value, "g", flags, -1);
    case "b":
    case "g":
    case "G":
    case "x":
    case "X":
      return formatFloat(value, verb, flags, -1);
    case "e":
    case "E":
    case "f":
      return formatFloat(value, verb, flags, 6);
    case "F":
      return formatFloat(value, "f", flags, 6);
    default:
      return undefined;
  }
}

function formatFloat(value: number, verb: string, flags: Flags, usual: number): string {
  const precision = flags.precision ?? usual;
  let digits = formatFloatAs(Math.abs(value), verb, precision).replace(
    "+",
    verb === "g" && !Number.isFinite(value) ? "" : "+",
  );
  if (!Number.isFinite(value)) digits = Number.isNaN(value) ? "NaN" : "Inf";
  if (verb === "X") digits = digits.toUpperCase();
  if (flags.sharp && verb !== "b" && Number.isFinite(value)) digits = withPoint(digits, verb, precision);
  const negative = value < 0 || Object.is(value, -0);
  const infinite = !Number.isFinite(value);
  const plus = flags.plus || (infinite && !Number.isNaN(value) && !negative && flags.plus);
  let sign = negative ? "-" : plus ? "+" : flags.space ? " " : "";
  // fmt prints +Inf with its sign under every verb, and pads Inf and NaN with spaces only.
  if (value === Number.POSITIVE_INFINITY && !flags.space) sign = "+";
  if (infinite) return pad(sign + digits, { ...flags, zero: false });
  if (flags.zero && !flags.minus && flags.width !== undefined && sign !== "") {
    return sign + digits.padStart(flags.width - 1, "0");
  }
  return pad(sign + digits, flags);
}

// The # flag keeps the decimal point, and the trailing zeros of %g and %x: six digits unless a precision says otherwise.
function withPoint(digits: string, verb: string, precision: number): string {
  const hex = verb === "x" || verb === "X";
  const [mantissa = "", exponent = ""] = digits.split(hex ? /(?=p)/i : /(?=e)/i);
  const text = mantissa.includes(".") ? mantissa : `${mantissa}.`;
  if (verb !== "g" && verb !== "G" && verb !== "x") return text + exponent;
  const wanted = precision < 0 ? 6 : precision;
  // fmt counts from the first character that is not a zero, and the x of 0x is one.
  const count = text.replace(".", "").replace(/^0+/, "").length;
  const given = count === 0 ? 1 : count;
  return text + "0".repeat(Math.max(0, wanted - given)) + exponent;
}

/** A complex number under a verb; undefined when complex numbers do not have that verb. */
export function formatComplex(value: Complex, verb: string, flags: Flags): string | undefined {
  const real = formatFloatVerb(value.real, verb, flags);
  const imaginary = formatFloatVerb(value.imaginary, verb, { ...flags, plus: true });
  return real === undefined || imaginary === undefined ? undefined : `(${real}${imaginary}i)`;
}
