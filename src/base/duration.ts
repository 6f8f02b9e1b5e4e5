import { CodedError } from "./errors.ts";
import { goTimeQuote } from "./go-quote.ts";

/** A length of time. Go counts nanoseconds; here they are the fraction. */
export type Milliseconds = number;

/** A text that is not one of Go's durations; the message is Go's. */
export class DurationError extends CodedError<"duration"> {}

const nanoseconds: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  µs: 1_000n,
  μs: 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
};

const maxNanoseconds = 1n << 63n;

/** Reads `1h30m`, `-1.5s`, `300ms` as Go's time.ParseDuration does; throws DurationError with Go's text. */
export function parseDuration(text: string): Milliseconds {
  return Number(parseNanoseconds(text)) / 1e6;
}

/** As parseDuration, but gives undefined for what is not a duration. */
export function tryParseDuration(text: string): Milliseconds | undefined {
  try {
    return parseDuration(text);
  } catch (error) {
    if (error instanceof DurationError) return undefined;
    throw error;
  }
}

/** As parseDuration, exact. */
export function parseNanoseconds(text: string): bigint {
  const negative = text.startsWith("-");
  let rest = negative || text.startsWith("+") ? text.slice(1) : text;
  if (rest === "0") return 0n;
  if (rest === "") throw invalid(`time: invalid duration ${goTimeQuote(text)}`);
  let total = 0n;
  while (rest !== "") {
    const match = /^([0-9]*)(?:\.([0-9]*))?/.exec(rest);
    const [whole = "", integer = "", fraction = ""] = match ?? [];
    if (integer === "" && fraction === "") throw invalid(`time: invalid duration ${goTimeQuote(text)}`);
    rest = rest.slice(whole.length);
    const unit = /^[^.0-9]*/.exec(rest)?.[0] ?? "";
    if (unit === "") throw invalid(`time: missing unit in duration ${goTimeQuote(text)}`);
    rest = rest.slice(unit.length);
    const scale = Object.hasOwn(nanoseconds, unit) ? nanoseconds[unit] : undefined;
    if (scale === undefined) throw invalid(`time: unknown unit ${goTimeQuote(unit)} in duration ${goTimeQuote(text)}`);
    const significant = integer.replace(/^0+/, "");
    if (significant.length > 19) throw invalid(`time: invalid duration ${goTimeQuote(text)}`);
    total += BigInt(significant) * scale;
    // Digits beyond a nanosecond are dropped, as in Go.
    const digits = fraction.slice(0, 18);
    if (digits !== "") total += (BigInt(digits) * scale) / 10n ** BigInt(digits.length);
    if (total > maxNanoseconds) throw invalid(`time: invalid duration ${goTimeQuote(text)}`);
  }
  if (!negative && total === maxNanoseconds) throw invalid(`time: invalid duration ${goTimeQuote(text)}`);
  return negative ? -total : total;
}

/** Prints a duration as Go's Duration.String does: `1h0m0s`, `1.5s`, `300ms`, `0s`. */
export function formatDuration(duration: Milliseconds): string {
  return formatNanoseconds(BigInt(Math.round(duration * 1e6)));
}

/** As formatDuration, exact. */
export function formatNanoseconds(duration: bigint): string {
  if (duration === 0n) return "0s";
  const sign = duration < 0n ? "-" : "";
  const total = duration < 0n ? -duration : duration;
  if (total < 1_000n) return `${sign}${total}ns`;
  if (total < 1_000_000n) return `${sign}${withFraction(total, 1_000n)}µs`;
  if (total < 1_000_000_000n) return `${sign}${withFraction(total, 1_000_000n)}ms`;
  const minutes = total / 60_000_000_000n;
  const seconds = `${withFraction(total % 60_000_000_000n, 1_000_000_000n)}s`;
  if (minutes === 0n) return `${sign}${seconds}`;
  const hours = minutes / 60n;
  return hours === 0n ? `${sign}${minutes}m${seconds}` : `${sign}${hours}h${minutes % 60n}m${seconds}`;
}

function withFraction(value: bigint, unit: bigint): string {
  const fraction = (value % unit)
    .toString()
    .padStart(unit.toString().length - 1, "0")
    .replace(/0+$/, "");
  return fraction === "" ? `${value / unit}` : `${value / unit}.${fraction}`;
}

function invalid(message: string): DurationError {
  return new DurationError("duration", message);
}
