import { GoError } from "../errors.ts";
import { quote, quoteRune } from "../quote.ts";
import { toGoTime } from "../time/go-time.ts";
import { parseMoment } from "../time/parse.ts";
import { fixedZone, localZone, type Zone } from "../time/zone.ts";
import { end, fail, failAt, isDigit, peek, type Source, take } from "./source.ts";

/** A value that begins with a digit: an integer, a float, a date or a time. */
export function readNumberOrDate(source: Source): unknown {
  const start = source.at;
  if (take(source) === "0") {
    const base = peek(source);
    const digits = digitsOf(base);
    if (digits !== undefined) return readInBase(source, start, digits, base);
    if (!isDigit(base)) return readDecimal(source, start);
  }
  while (isDigit(peek(source))) take(source);
  const next = peek(source);
  return next === "-" || next === ":" ? readDate(source, start) : readDecimal(source, start);
}

function digitsOf(base: string): RegExp | undefined {
  switch (base) {
    case "b":
      return /^[01]$/;
    case "o":
      return /^[0-7]$/;
    case "x":
      return /^[0-9a-fA-F]$/;
    default:
      return undefined;
  }
}

/** A value that begins with a sign, which was taken. */
export function readSigned(source: Source, sign: string): number | bigint {
  const start = source.at - 1;
  const first = take(source);
  const soFar = (): string => source.text.slice(start, source.at);
  if (first === "i" || first === "n") {
    for (const letter of first === "i" ? "nf" : "an") {
      if (peek(source) !== letter) fail(source, `invalid float: '${soFar()}'`);
      take(source);
    }
    if (first === "n") return Number.NaN;
    return sign === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  }
  const next = first === "0" ? peek(source) : end;
  if (digitsOf(next) !== undefined) fail(source, `cannot use sign with non-decimal numbers: '${soFar()}${next}'`);
  if (first === ".") fail(source, "floats must start with a digit, not '.'");
  if (!isDigit(first))
    fail(source, `expected a digit but got ${quoteRune(first === end ? 0 : first.codePointAt(0)!, false)}`);
  return readDecimal(source, start);
}

function readInBase(source: Source, start: number, digits: RegExp, base: string): bigint {
  take(source);
  const first = peek(source);
  if (!digits.test(first)) {
    const kind = base === "b" ? "a binary" : base === "o" ? "an octal" : "a hexadecimal";
    fail(source, `not ${kind} number: '${source.text.slice(start, source.at)}${first === end ? "\0" : first}'`);
  }
  while (digits.test(peek(source)) || peek(source) === "_") take(source);
  return integer(source, source.text.slice(start, source.at));
}

function readDecimal(source: Source, start: number): number | bigint {
  while (isDigit(peek(source)) || peek(source) === "_") take(source);
  if (!/^[.eE]$/.test(peek(source))) return integer(source, source.text.slice(start, source.at));
  while (/^[0-9_.+eE-]$/.test(peek(source))) take(source);
  return float(source, source.text.slice(start, source.at));
}

function integer(source: Source, text: string): bigint {
  const complain = (what: string): never => refuse(source, `Invalid integer ${quote(text)}: ${what}`);
  if (!areUnderscoresInside(text)) complain("underscores must be surrounded by digits");
  if (hasLeadingZero(text)) complain("cannot have leading zeroes");
  const digits = text.replaceAll("_", "");
  const value = digits.startsWith("-") ? -BigInt(digits.slice(1)) : BigInt(digits.replace("+", ""));
  if (value !== BigInt.asIntN(64, value)) refuse(source, `${text} is out of range for int64`);
  return value;
}

function float(source: Source, text: string): number {
  const complain = (what: string): never => refuse(source, `Invalid float ${quote(text)}: ${what}`);
  const parts = text.split(/[.eE]/).filter((part) => part !== "");
  if (!parts.every(areUnderscoresInside)) complain("underscores must be surrounded by digits");
  if (parts[0] !== undefined && hasLeadingZero(parts[0])) complain("cannot have leading zeroes");
  if (/\.(?!\d)/.test(text)) complain("'.' must be followed by one or more digits");
  const digits = text.replaceAll("_", "");
  if (!/^[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?$/.test(digits)) refuse(source, `Invalid float value: ${quote(text)}`);
  const value = Number(digits);
  if (!Number.isFinite(value)) refuse(source, `${text} is out of range for float64`);
  return value;
}

/** BurntSushi takes hexadecimal digits for what may stand beside an underscore. */
function areUnderscoresInside(text: string): boolean {
  let accepts = false;
  for (const character of text) {
    if (character === "_" && !accepts) return false;
    accepts = /^[0-9a-fA-F]$/.test(character);
  }
  return accepts;
}

function hasLeadingZero(text: string): boolean {
  return /^(?:0[^box]|[-+]0.)/s.test(text);
}

type ZoneName = "" | "datetime-local" | "date-local" | "time-local";

const layouts: readonly (readonly [layout: string, zone: ZoneName])[] = [
  ["2006-01-02T15:04:05.999999999Z07:00", ""],
  ["2006-01-02T15:04:05.999999999", "datetime-local"],
  ["2006-01-02", "date-local"],
  ["15:04:05.999999999", "time-local"],
  ["2006-01-02T15:04Z07:00", ""],
  ["2006-01-02T15:04", "datetime-local"],
  ["15:04", "time-local"],
];

function readDate(source: Source, start: number): unknown {
  while (/^[0-9:TtZz .+-]$/.test(peek(source))) take(source);
  const given = source.text.slice(start, source.at).trim();
  const text = given.replace(/[zt ]/g, (found) => (found === "z" ? "Z" : "T"));
  for (const [layout, zone] of layouts) {
    const moment = tryParseMoment(layout, text, zoneOf(zone));
    if (moment === undefined) continue;
    if (lacksZero(text, layout)) break;
    return toGoTime(moment);
  }
  return refuse(source, `invalid datetime: ${quote(text)}`);
}

function tryParseMoment(layout: string, text: string, zone: Zone): ReturnType<typeof parseMoment> | undefined {
  try {
    return parseMoment(layout, text, zone);
  } catch (error) {
    if (error instanceof GoError) return undefined;
    throw error;
  }
}

/** Dates without a zone are in one that bears a name of its own, with the offset of the process's zone. */
function zoneOf(name: ZoneName): Zone {
  const local = localZone(undefined);
  return name === "" ? local : fixedZone(name, local.at(Date.now() / 1000).offset);
}

/** Go reads a month or a day of one digit; TOML does not. */
function lacksZero(text: string, layout: string): boolean {
  for (let index = 0; index < layout.length; index += 1) {
    const character = layout.charAt(index);
    if (character === "." || character === "Z") return false;
    if (!isDigit(character) && text[index] !== character) return true;
  }
  return false;
}

function refuse(source: Source, message: string): never {
  return failAt(source, source.line, message);
}
