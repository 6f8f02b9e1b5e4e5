import { CodedError } from "./errors.ts";

/** A text that is not a Kubernetes quantity; the message is apimachinery's. */
export class QuantityError extends CodedError<"quantity"> {}

type Format = "decimal-si" | "binary-si" | "decimal-exponent";

/** A number with a suffix, as Kubernetes writes amounts of CPU and memory: `value` times ten to the minus nine. */
export interface Quantity {
  readonly nanos: bigint;
  readonly format: Format;
}

const billion = 1_000_000_000n;
const decimalSuffixes = ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"] as const;
const binarySuffixes = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"] as const;
const form = /^([+-]?)([0-9]*)(?:\.([0-9]*))?(n|u|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei|[eE][+-]?[0-9]+)?$/;
const maxValue = ((1n << 63n) - 1n) * billion;

/** Reads `100m`, `1.5Gi`, `2e3`; throws QuantityError. What is finer than a billionth rounds up, what is larger than 2^63-1 is capped. */
export function parseQuantity(text: string): Quantity {
  const quantity = tryParseQuantity(text);
  if (quantity !== undefined) return quantity;
  if (text === "")
    throw new QuantityError(
      "quantity",
      "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
    );
  const isNumber = /^[+-]?[0-9.]/.test(text);
  throw new QuantityError(
    "quantity",
    isNumber && /^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)/.test(text)
      ? "unable to parse quantity's suffix"
      : "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
  );
}

/** As parseQuantity, but gives undefined for what is not a quantity. */
export function tryParseQuantity(text: string): Quantity | undefined {
  if (text.length > 1024) return undefined;
  const match = form.exec(text);
  if (match === null) return undefined;
  const [, sign = "", integer = "", fraction = "", suffix = ""] = match;
  if (integer === "" && fraction === "") return undefined;
  const { numerator, denominator, format } = scaleOf(suffix);
  const digits = BigInt(integer + fraction);
  const top = digits * numerator * billion;
  const bottom = denominator * 10n ** BigInt(fraction.length);
  // Kubernetes rounds away from zero, so that a request is never made smaller.
  let nanos = (top + bottom - 1n) / bottom;
  if (nanos > maxValue) nanos = maxValue;
  return { nanos: sign === "-" ? -nanos : nanos, format };
}

function scaleOf(suffix: string): {
  readonly numerator: bigint;
  readonly denominator: bigint;
  readonly format: Format;
} {
  const exponent = /^[eE]([+-]?[0-9]+)$/.exec(suffix)?.[1];
  if (exponent !== undefined) {
    // Beyond these, every value is capped or rounds to one billionth.
    const power = Math.max(-40, Math.min(40, Number(exponent)));
    const scale = 10n ** BigInt(Math.abs(power));
    return power < 0
      ? { numerator: 1n, denominator: scale, format: "decimal-exponent" }
      : { numerator: scale, denominator: 1n, format: "decimal-exponent" };
  }
  const binary = suffix === "" ? -1 : (binarySuffixes as readonly string[]).indexOf(suffix);
  if (binary > 0) return { numerator: 1n << BigInt(10 * binary), denominator: 1n, format: "binary-si" };
  const power = 3 * (decimalSuffixes as readonly string[]).indexOf(suffix) - 9;
  const scale = 10n ** BigInt(Math.abs(power));
  return power < 0
    ? { numerator: 1n, denominator: scale, format: "decimal-si" }
    : { numerator: scale, denominator: 1n, format: "decimal-si" };
}

/** The canonical text: no fraction, the largest suffix that keeps it exact. */
export function formatQuantity({ nanos, format }: Quantity): string {
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
