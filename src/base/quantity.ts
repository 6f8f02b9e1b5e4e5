import { CodedError } from "./errors.ts";

/** A text that is not a Kubernetes quantity; the message is apimachinery's. */
export class QuantityError extends CodedError<"quantity"> {}

type Format = "decimal-si" | "binary-si" | "decimal-exponent";

/** A number with a suffix, as Kubernetes writes amounts of CPU and memory: `nanos` billionths of one. */
export interface Quantity {
  readonly nanos: bigint;
  readonly format: Format;
  /** The text it was read from, where apimachinery keeps it although it may not be the canonical one. */
  readonly kept?: string;
}

const billion = 1_000_000_000n;
const decimalSuffixes = ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"] as const;
const binarySuffixes = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"] as const;
const form = /^([+-]?)([0-9]*)(?:\.([0-9]*))?([eEinumkKMGTP]*[-+]?[0-9]*)$/;
const maxBinary = ((1n << 63n) - 1n) * billion;
const maxLength = 1024;
const maxExponent = 1000;

/** Reads `100m`, `1.5Gi`, `2e3`; throws QuantityError. What is finer than a billionth rounds up. */
export function parseQuantity(text: string): Quantity {
  const match = text === "" || text.length > maxLength ? null : form.exec(text);
  if (match === null) {
    throw new QuantityError(
      "quantity",
      "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
    );
  }
  const [, sign = "", integer = "", fraction = "", suffix = ""] = match;
  const scale = scaleOf(suffix);
  if (scale === undefined) throw new QuantityError("quantity", "unable to parse quantity's suffix");
  const digits = BigInt(integer + fraction);
  const top = digits * scale.numerator * billion;
  const bottom = scale.denominator * 10n ** BigInt(fraction.length);
  // Kubernetes rounds away from zero, so that a request is never made smaller.
  let nanos = (top + bottom - 1n) / bottom;
  if (scale.format === "binary-si" && nanos > maxBinary) nanos = maxBinary;
  const quantity = { nanos: sign === "-" ? -nanos : nanos, format: scale.format };
  return keepsText(scale, integer, fraction) ? { ...quantity, kept: text } : quantity;
}

/** As parseQuantity, but gives undefined for what is not a quantity. */
export function tryParseQuantity(text: string): Quantity | undefined {
  try {
    return parseQuantity(text);
  } catch (error) {
    if (error instanceof QuantityError) return undefined;
    throw error;
  }
}

interface Scale {
  readonly numerator: bigint;
  readonly denominator: bigint;
  readonly format: Format;
  /** Of ten, or of two for binary suffixes. */
  readonly exponent: number;
}

function scaleOf(suffix: string): Scale | undefined {
  const spelled = /^[eE]([+-]?[0-9]+)$/.exec(suffix)?.[1];
  if (spelled !== undefined) {
    const exponent = Number(spelled);
    return Math.abs(exponent) > maxExponent ? undefined : decimalScale(exponent, "decimal-exponent");
  }
  const binary = suffix === "" ? -1 : (binarySuffixes as readonly string[]).indexOf(suffix);
  if (binary > 0) {
    return { numerator: 1n << BigInt(10 * binary), denominator: 1n, format: "binary-si", exponent: 10 * binary };
  }
  const decimal = (decimalSuffixes as readonly string[]).indexOf(suffix);
  return decimal < 0 ? undefined : decimalScale(3 * decimal - 9, "decimal-si");
}

function decimalScale(exponent: number, format: Format): Scale {
  const power = 10n ** BigInt(Math.abs(exponent));
  return exponent < 0
    ? { numerator: 1n, denominator: power, format, exponent }
    : { numerator: power, denominator: 1n, format, exponent };
}

// apimachinery: on its fast path ParseQuantity takes a text for canonical by these signs, which `5.` and `+1` have too.
function keepsText({ format, exponent }: Scale, integer: string, fraction: string): boolean {
  const stripped = integer.replace(/^0+/, "");
  const whole = stripped === "" ? "0" : stripped;
  const digits = whole + fraction;
  if (format === "binary-si") {
    const fits = fraction === "" && 14 - whole.length - Math.fround((exponent * 3) / 10) >= 0;
    return fits && (BigInt(digits) & 7n) !== 0n;
  }
  const scale = exponent - fraction.length;
  if (18 - digits.length < 0 || scale < -9) return false;
  return scale % 3 === 0 && !digits.endsWith("000") && !digits.startsWith("0");
}

/** The text that the API server answers with: no fraction, the largest suffix that keeps it exact. */
export function formatQuantity({ nanos, format, kept }: Quantity): string {
  if (kept !== undefined) return kept;
  if (nanos === 0n) return "0";
  const magnitude = nanos < 0n ? -nanos : nanos;
  const sign = nanos < 0n ? "-" : "";
  // apimachinery: a binary quantity below 1024 or with a fraction is written in decimal.
  if (format === "binary-si" && magnitude >= 1024n * billion && magnitude % billion === 0n) {
    let value = magnitude / billion;
    let power = 0;
    while (value % 1024n === 0n && power < binarySuffixes.length - 1) {
      value /= 1024n;
      power += 1;
    }
    return `${sign}${value}${binarySuffixes[power]}`;
  }
  let value = magnitude;
  let power = 0;
  while (value % 1000n === 0n && power < decimalSuffixes.length - 1) {
    value /= 1000n;
    power += 1;
  }
  if (format === "decimal-exponent") {
    const exponent = 3 * power - 9;
    return exponent === 0 ? `${sign}${value}` : `${sign}${value}e${exponent}`;
  }
  return `${sign}${value}${decimalSuffixes[power]}`;
}

/** Negative, zero or positive. */
export function compareQuantities(a: Quantity, b: Quantity): number {
  return a.nanos < b.nanos ? -1 : a.nanos > b.nanos ? 1 : 0;
}
