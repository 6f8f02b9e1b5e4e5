/** Go's strconv for numbers. The try… functions return undefined where Go returns an error. */

const bounds = { min: -(2n ** 63n), max: 2n ** 63n - 1n, unsignedMax: 2n ** 64n - 1n };

/** strconv.ParseInt(text, base, 64); base 0 reads Go's prefixes and underscores. */
export function tryParseInt(text: string, base: number): bigint | undefined {
  const negative = text.startsWith("-");
  const magnitude = tryParseMagnitude(negative || text.startsWith("+") ? text.slice(1) : text, base);
  if (magnitude === undefined) return undefined;
  const value = negative ? -magnitude : magnitude;
  return value < bounds.min || value > bounds.max ? undefined : value;
}

/** strconv.ParseUint(text, base, 64). */
export function tryParseUint(text: string, base: number): bigint | undefined {
  const value = tryParseMagnitude(text, base);
  return value === undefined || value > bounds.unsignedMax ? undefined : value;
}

const digitsOf: Readonly<Record<number, RegExp>> = {
  2: /^[01]+$/,
  8: /^[0-7]+$/,
  10: /^[0-9]+$/,
  16: /^[0-9a-fA-F]+$/,
};

function tryParseMagnitude(text: string, base: number): bigint | undefined {
  let digits = text;
  let radix = base;
  if (base === 0) {
    const prefix = /^0[xXbBoO]/.exec(text)?.[0].toLowerCase();
    radix = prefix === "0x" ? 16 : prefix === "0b" ? 2 : prefix === "0o" ? 8 : text.startsWith("0") ? 8 : 10;
    if (!underscoresAllowed(text)) return undefined;
    digits = (prefix === undefined ? text : text.slice(2)).replaceAll("_", "");
    if (prefix === undefined && radix === 8 && digits.length > 1) digits = digits.slice(1);
  }
  // A number of more digits than 64 bits hold cannot be in range; leading zeros do not count.
  if (!digitsOf[radix]?.test(digits)) return undefined;
  digits = digits.replace(/^0+(?=.)/, "");
  if (digits.length > 64) return undefined;
  return BigInt(radix === 10 ? digits : `${radix === 16 ? "0x" : radix === 8 ? "0o" : "0b"}${digits}`);
}

// Underscores stand between digits, or between a base prefix and a digit.
function underscoresAllowed(text: string): boolean {
  if (!text.includes("_")) return true;
  const body = text.replace(/^[+-]/, "").replace(/^0[xXbBoO]/, "0");
  const digit = /^[+-]?0[xX]/.test(text) ? "[0-9a-fA-F]" : "[0-9]";
  return !new RegExp(`(?<!${digit})_|_(?!${digit})`).test(body);
}

/** strconv.ParseFloat(text, 64); out of range is an error as in Go. */
export function tryParseFloat(text: string): number | undefined {
  const plain = text.replaceAll("_", "");
  if (plain !== text && !underscoresAllowed(text)) return undefined;
  if (/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(plain)) {
    const value = Number(plain);
    return Number.isFinite(value) ? value : undefined;
  }
  const hex = /^([+-]?)0[xX]([0-9a-fA-F]*)\.?([0-9a-fA-F]*)[pP]([+-]?\d+)$/.exec(plain);
  if (hex !== null) {
    const [, sign = "", whole = "", fraction = "", exponent = "0"] = hex;
    if (whole + fraction === "") return undefined;
    const mantissa = Number(BigInt(`0x${whole}${fraction}`));
    const value = mantissa * 2 ** (Number(exponent) - 4 * fraction.length);
    return sign === "-" ? -value : value;
  }
  const special = /^([+-]?)(inf|infinity)$/i.exec(plain);
  if (special !== null) return special[1] === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return /^nan$/i.test(plain) ? Number.NaN : undefined;
}

/** int64(f) in Go on amd64: truncation, and the smallest int64 for what does not fit. */
export function floatToInt(value: number): bigint {
  if (!Number.isFinite(value)) return bounds.min;
  const whole = BigInt(Math.trunc(value));
  return whole < bounds.min || whole > bounds.max ? bounds.min : whole;
}

/** Wraps an integer to 64 bits, as Go's arithmetic does. */
export function wrapInt64(value: bigint): bigint {
  return BigInt.asIntN(64, value);
}
