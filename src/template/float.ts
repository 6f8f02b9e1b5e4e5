import { formatFloat } from "../base/go-float.ts";

/** strconv.FormatFloat(value, verb, precision, 64) in Go; precision -1 asks for the shortest text that reads back the same. */
export function formatFloatAs(value: number, verb: string, precision: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
  const negative = value < 0 || Object.is(value, -0);
  const magnitude = Math.abs(value);
  const text = formatMagnitude(magnitude, verb.toLowerCase(), precision);
  return (negative ? "-" : "") + (verb === "E" || verb === "G" ? text.toUpperCase() : text);
}

function formatMagnitude(value: number, verb: string, precision: number): string {
  switch (verb) {
    case "e":
      return precision < 0 ? exponential(shortest(value), -1) : exponential(rounded(value, precision + 1), precision);
    case "f":
      return precision < 0 ? positional(shortest(value)) : fixed(value, precision);
    case "b":
      return binary(value);
    case "x":
      return hexadecimal(value, precision);
    default:
      return precision < 0 ? formatFloat(value) : general(value, precision === 0 ? 1 : precision);
  }
}

/** Decimal digits without trailing zeros; the value is 0.DIGITS × 10^point. */
interface Decimal {
  readonly digits: string;
  readonly point: number;
}

function shortest(value: number): Decimal {
  if (value === 0) return { digits: "", point: 0 };
  const [mantissa = "0", exponent = "0"] = value.toExponential().split("e");
  return { digits: mantissa.replace(".", ""), point: Number(exponent) + 1 };
}

// The value as an exact fraction.
function fraction(value: number): { numerator: bigint; denominator: bigint } {
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, value);
  const raw = bits.getBigUint64(0);
  const exponent = Number((raw >> 52n) & 0x7ffn);
  const mantissa = raw & 0xfffffffffffffn;
  const significand = exponent === 0 ? mantissa : mantissa | 0x10000000000000n;
  const shift = (exponent === 0 ? 1 : exponent) - 1075;
  return shift >= 0
    ? { numerator: significand << BigInt(shift), denominator: 1n }
    : { numerator: significand, denominator: 1n << BigInt(-shift) };
}

function divideToEven(numerator: bigint, denominator: bigint): bigint {
  const quotient = numerator / denominator;
  const twice = (numerator % denominator) * 2n;
  if (twice < denominator || (twice === denominator && quotient % 2n === 0n)) return quotient;
  return quotient + 1n;
}

function rounded(value: number, count: number): Decimal {
  if (value === 0) return { digits: "", point: 0 };
  let { point } = shortest(value);
  const { numerator, denominator } = fraction(value);
  const scale = count - point;
  let quotient =
    scale >= 0
      ? divideToEven(numerator * 10n ** BigInt(scale), denominator)
      : divideToEven(numerator, denominator * 10n ** BigInt(-scale));
  if (quotient >= 10n ** BigInt(count)) {
    quotient /= 10n;
    point += 1;
  }
  return { digits: quotient.toString().replace(/0+$/, ""), point };
}

function fixed(value: number, precision: number): string {
  const { numerator, denominator } = fraction(value);
  const digits = divideToEven(numerator * 10n ** BigInt(precision), denominator)
    .toString()
    .padStart(precision + 1, "0");
  return precision === 0 ? digits : `${digits.slice(0, -precision)}.${digits.slice(-precision)}`;
}

function positional({ digits, point }: Decimal): string {
  if (point <= 0) return digits === "" ? "0" : `0.${"0".repeat(-point)}${digits}`;
  if (digits.length <= point) return digits.padEnd(point, "0");
  return `${digits.slice(0, point)}.${digits.slice(point)}`;
}

function exponential({ digits, point }: Decimal, precision: number): string {
  const first = digits.charAt(0) || "0";
  const rest = precision < 0 ? digits.slice(1) : digits.slice(1).padEnd(precision, "0");
  const exponent = digits === "" ? 0 : point - 1;
  const sign = exponent < 0 ? "-" : "+";
  return `${first}${rest === "" ? "" : `.${rest}`}e${sign}${String(Math.abs(exponent)).padStart(2, "0")}`;
}

function general(value: number, precision: number): string {
  const decimal = rounded(value, precision);
  const count = decimal.digits.length;
  const limit = precision > count && count >= decimal.point ? count : precision;
  const exponent = decimal.digits === "" ? 0 : decimal.point - 1;
  return exponent < -4 || exponent >= limit ? exponential(decimal, -1) : positional(decimal);
}

function binary(value: number): string {
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, value);
  const raw = bits.getBigUint64(0);
  const exponent = Number((raw >> 52n) & 0x7ffn);
  const mantissa = raw & 0xfffffffffffffn;
  const significand = exponent === 0 ? mantissa : mantissa | 0x10000000000000n;
  const shift = (exponent === 0 ? 1 : exponent) - 1075;
  return `${significand}p${shift < 0 ? "-" : "+"}${Math.abs(shift)}`;
}

function hexadecimal(value: number, precision: number): string {
  if (value === 0) return precision > 0 ? `0x0.${"0".repeat(precision)}p+00` : "0x0p+00";
  let exponent = Math.floor(Math.log2(value));
  if (2 ** exponent > value) exponent -= 1;
  if (2 ** (exponent + 1) <= value) exponent += 1;
  const { numerator, denominator } = fraction(value);
  // 1.fffff × 2^exponent with 52 bits after the point.
  const shift = 52 - exponent;
  let bits = shift >= 0 ? (numerator << BigInt(shift)) / denominator : numerator / (denominator << BigInt(-shift));
  let places = 13;
  if (precision >= 0 && precision < 13) {
    bits = divideToEven(bits, 1n << BigInt(4 * (13 - precision)));
    places = precision;
    if (bits >> BigInt(4 * places) >= 2n) {
      bits >>= 1n;
      exponent += 1;
    }
  }
  const digits = bits.toString(16).padStart(places + 1, "0");
  const tail = precision < 0 ? digits.slice(1).replace(/0+$/, "") : digits.slice(1).padEnd(precision, "0");
  const sign = exponent < 0 ? "-" : "+";
  return `0x${digits.charAt(0)}${tail === "" ? "" : `.${tail}`}p${sign}${String(Math.abs(exponent)).padStart(2, "0")}`;
}
