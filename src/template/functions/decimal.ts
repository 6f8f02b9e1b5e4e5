import { GoError } from "../errors.ts";

/** shopspring/decimal: value × 10^exponent, exact but for division, which keeps 16 digits after the point. */
export interface Decimal {
  readonly value: bigint;
  readonly exponent: number;
}

/** decimal.NewFromFloat: from the shortest digits of the float. */
export function decimalOf(number: number): Decimal {
  if (!Number.isFinite(number))
    throw new GoError(`Cannot create a Decimal from ${Number.isNaN(number) ? "NaN" : number > 0 ? "+Inf" : "-Inf"}`);
  if (number === 0) return { value: 0n, exponent: 0 };
  const [mantissa = "0", exponent = "0"] = number.toExponential().split("e");
  const [whole = "0", fraction = ""] = mantissa.split(".");
  return { value: BigInt(whole + fraction), exponent: Number(exponent) - fraction.length };
}

/** The nearest float64. */
export function decimalToNumber({ value, exponent }: Decimal): number {
  return Number(`${value}e${exponent}`);
}

function rescale({ value, exponent }: Decimal, wanted: number): bigint {
  return value * 10n ** BigInt(exponent - wanted);
}

export function addDecimals(a: Decimal, b: Decimal): Decimal {
  const exponent = Math.min(a.exponent, b.exponent);
  return { value: rescale(a, exponent) + rescale(b, exponent), exponent };
}

export function subtractDecimals(a: Decimal, b: Decimal): Decimal {
  return addDecimals(a, { value: -b.value, exponent: b.exponent });
}

export function multiplyDecimals(a: Decimal, b: Decimal): Decimal {
  return { value: a.value * b.value, exponent: a.exponent + b.exponent };
}

const divisionPrecision = 16;

/** Rounds half away from zero at the 16th digit after the point. */
export function divideDecimals(a: Decimal, b: Decimal): Decimal {
  if (b.value === 0n) throw new GoError("decimal division by 0");
  const shift = a.exponent - b.exponent + divisionPrecision;
  const numerator = shift >= 0 ? a.value * 10n ** BigInt(shift) : a.value;
  const denominator = shift >= 0 ? b.value : b.value * 10n ** BigInt(-shift);
  const quotient = numerator / denominator;
  const remainder = numerator % denominator;
  const twice = (remainder < 0n ? -remainder : remainder) * 2n;
  const size = denominator < 0n ? -denominator : denominator;
  if (twice < size) return { value: quotient, exponent: -divisionPrecision };
  const away = numerator < 0n !== denominator < 0n ? -1n : 1n;
  return { value: quotient + away, exponent: -divisionPrecision };
}
