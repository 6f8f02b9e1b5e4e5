import { goTimeQuote } from "../../base/go-quote.ts";
import { GoError } from "../errors.ts";
import { type Chunk, splitLayout } from "./layout.ts";
import { dateIn, dateOf, dayNames, daysOf, type Moment, monthNames } from "./moment.ts";
import { fixedZone, utc, type Zone } from "./zone.ts";

interface Fields {
  year: number;
  month: number;
  day: number;
  yearDay: number;
  hour: number;
  minute: number;
  second: number;
  nanosecond: number;
  half: "" | "am" | "pm";
  zone: Zone | undefined;
  offset: number | undefined;
  zoneName: string;
}

/** Why a word of the layout did not take the value: it does not fit, or a field is out of range. */
class Mismatch extends Error {
  readonly range: string;
  constructor(range = "") {
    super(range);
    this.range = range;
  }
}

/** time.ParseInLocation; throws GoError with Go's text. */
export function parseMoment(layout: string, value: string, local: Zone): Moment {
  const fields: Fields = {
    year: 0,
    month: -1,
    day: -1,
    yearDay: -1,
    hour: 0,
    minute: 0,
    second: 0,
    nanosecond: 0,
    half: "",
    zone: undefined,
    offset: undefined,
    zoneName: "",
  };
  const complain = (part: string, rest: string, message?: string): never => {
    const attempt = `parsing time ${goTimeQuote(value)}`;
    if (message !== undefined) throw new GoError(attempt + message);
    throw new GoError(
      `${attempt} as ${goTimeQuote(layout)}: cannot parse ${goTimeQuote(rest)} as ${goTimeQuote(part)}`,
    );
  };
  let rest = value;
  const chunks = splitLayout(layout);
  chunks.forEach((chunk, index) => {
    const skipped = skip(rest, chunk.prefix);
    rest = skipped.rest;
    if (!skipped.matched) complain(chunk.prefix, rest);
    if (chunk.word === "") {
      if (rest !== "") complain("", rest, `: extra text: ${goTimeQuote(rest)}`);
      return;
    }
    try {
      rest = readWord(fields, chunk, rest, chunks[index + 1]);
    } catch (error) {
      if (!(error instanceof Mismatch)) throw error;
      complain(chunk.word, rest, error.range === "" ? undefined : `: ${error.range} out of range`);
    }
  });
  return assemble(fields, local, (message) => complain("", "", message));
}

// A space in the layout stands for any number of spaces.
function skip(value: string, prefix: string): { readonly matched: boolean; readonly rest: string } {
  let rest = value;
  let wanted = prefix;
  while (wanted !== "") {
    if (wanted.startsWith(" ")) {
      if (rest !== "" && !rest.startsWith(" ")) return { matched: false, rest };
      wanted = wanted.replace(/^ +/, "");
      rest = rest.replace(/^ +/, "");
    } else {
      if (rest.charAt(0) !== wanted.charAt(0)) return { matched: false, rest };
      wanted = wanted.slice(1);
      rest = rest.slice(1);
    }
  }
  return { matched: true, rest };
}

function take(rest: string, pattern: RegExp): readonly [string, string] {
  const match = pattern.exec(rest);
  if (match === null) throw new Mismatch();
  return [match[0], rest.slice(match[0].length)];
}

function number(rest: string, fixed: boolean): readonly [number, string] {
  const [digits, after] = take(rest, fixed ? /^\d\d/ : /^\d\d?/);
  return [Number(digits), after];
}

function name(rest: string, names: readonly string[]): readonly [number, string] {
  const lower = rest.toLowerCase();
  const index = names.findIndex((candidate) => lower.startsWith(candidate.toLowerCase()));
  if (index < 0) throw new Mismatch();
  return [index, rest.slice((names[index] ?? "").length)];
}

function inRange(value: number, low: number, high: number, field: string): number {
  if (value < low || value > high) throw new Mismatch(field);
  return value;
}

const short = (text: string): string => text.slice(0, 3);

function readWord(fields: Fields, { word }: Chunk, rest: string, next: Chunk | undefined): string {
  let after = rest;
  let value = 0;
  let text = "";
  switch (word) {
    case "06":
      [text, after] = take(rest, /^\d\d/);
      fields.year = Number(text) + (Number(text) >= 69 ? 1900 : 2000);
      return after;
    case "2006":
      [text, after] = take(rest, /^\d{4}/);
      fields.year = Number(text);
      return after;
    case "Jan":
    case "January":
      [value, after] = name(rest, word === "Jan" ? monthNames.map(short) : monthNames);
      fields.month = value + 1;
      return after;
    case "1":
    case "01":
      [value, after] = number(rest, word === "01");
      fields.month = inRange(value, 1, 12, "month");
      return after;
    case "Mon":
    case "Monday":
      return name(rest, word === "Mon" ? dayNames.map(short) : dayNames)[1];
    case "2":
    case "_2":
    case "02":
      [value, after] = number(word === "_2" ? rest.replace(/^ /, "") : rest, word === "02");
      fields.day = value;
      return after;
    case "__2":
    case "002":
      [text, after] = take(word === "__2" ? rest.replace(/^ {1,2}/, "") : rest, word === "002" ? /^\d{3}/ : /^\d{1,3}/);
      fields.yearDay = Number(text);
      return after;
    case "15":
      [value, after] = number(rest, false);
      fields.hour = inRange(value, 0, 23, "hour");
      return after;
    case "3":
    case "03":
      [value, after] = number(rest, word === "03");
      fields.hour = inRange(value, 0, 12, "hour");
      return after;
    case "4":
    case "04":
      [value, after] = number(rest, word === "04");
      fields.minute = inRange(value, 0, 59, "minute");
      return after;
    case "5":
    case "05":
      [value, after] = number(rest, word === "05");
      fields.second = inRange(value, 0, 59, "second");
      // A fraction may follow even where the layout has none.
      if (/^[.,]\d/.test(after) && !(next !== undefined && next.prefix === "" && /^[.,]/.test(next.word))) {
        [text, after] = take(after, /^[.,]\d+/);
        fields.nanosecond = nanoseconds(text);
      }
      return after;
    case "PM":
    case "pm":
      [text, after] = take(rest, word === "PM" ? /^[AP]M/ : /^[ap]m/);
      fields.half = text.toLowerCase() as "am" | "pm";
      return after;
    case "MST":
      return readZoneName(fields, rest);
    default:
      break;
  }
  if (/^[.,]/.test(word)) return readFraction(fields, word, rest);
  if (word.startsWith("Z") && rest.startsWith("Z")) {
    fields.zone = utc;
    return rest.slice(1);
  }
  return readOffset(fields, word.slice(1), rest);
}

function nanoseconds(fraction: string): number {
  return Number(fraction.slice(1, 10).padEnd(9, "0"));
}

function readFraction(fields: Fields, word: string, rest: string): string {
  if (word.charAt(1) === "9") {
    const match = /^[.,]\d+/.exec(rest);
    if (match === null) return rest;
    fields.nanosecond = nanoseconds(match[0]);
    return rest.slice(match[0].length);
  }
  const [text, after] = take(rest, new RegExp(`^[.,]\\d{${Math.min(word.length - 1, 1000)}}`));
  fields.nanosecond = nanoseconds(text);
  return after;
}

function readOffset(fields: Fields, shape: string, rest: string): string {
  const [text, after] = take(rest, new RegExp(`^[+-]${shape.replace(/\d/g, "\\d")}`));
  const [hours = 0, minutes = 0, seconds = 0] = (text.slice(1).match(/\d\d/g) ?? []).map(Number);
  inRange(hours, 0, 24, "time zone offset hour");
  inRange(minutes, 0, 60, "time zone offset minute");
  inRange(seconds, 0, 60, "time zone offset second");
  const offset = (hours * 60 + minutes) * 60 + seconds;
  fields.offset = text.startsWith("-") ? -offset : offset;
  return after;
}

function readZoneName(fields: Fields, rest: string): string {
  if (rest.startsWith("UTC")) {
    fields.zone = utc;
    return rest.slice(3);
  }
  const match =
    /^(?:ChST|MeST|GMT(?:[+-](?:[01]?\d|2[0-3])(?!\d))?|[+-](?:[01]?\d|2[0-3])(?!\d))/.exec(rest) ??
    /^(?:[A-Z]{4}T|[A-Z]{3}T|WITA|[A-Z]{3})(?![A-Z])/.exec(rest);
  if (match === null) throw new Mismatch();
  fields.zoneName = match[0];
  return rest.slice(match[0].length);
}

function assemble(fields: Fields, local: Zone, complain: (message: string) => never): Moment {
  let { hour, month, day } = fields;
  if (fields.half === "pm" && hour < 12) hour += 12;
  else if (fields.half === "am" && hour === 12) hour = 0;
  if (fields.yearDay >= 0) {
    const length = daysOf(fields.year + 1, 1, 1) - daysOf(fields.year, 1, 1);
    if (fields.yearDay < 1 || fields.yearDay > length) complain(": day-of-year out of range");
    const date = dateOf(daysOf(fields.year, 1, 1) + fields.yearDay - 1);
    if (month >= 0 && month !== date.month) complain(": day-of-year does not match month");
    if (day >= 0 && day !== date.day) complain(": day-of-year does not match day");
    month = date.month;
    day = date.day;
  }
  if (month < 0) month = 1;
  if (day < 0) day = 1;
  if (day < 1 || day > daysOf(fields.year, month + 1, 1) - daysOf(fields.year, month, 1))
    complain(": day out of range");

  const all = { ...fields, month, day, hour };
  if (fields.zone !== undefined) return dateIn(all, fields.zone);
  if (fields.offset !== undefined) {
    const moment = dateIn(all, utc);
    const seconds = moment.seconds - fields.offset;
    const here = local.at(seconds);
    const isLocal = here.offset === fields.offset && (fields.zoneName === "" || here.abbreviation === fields.zoneName);
    return { ...moment, seconds, zone: isLocal ? local : fixedZone(fields.zoneName, fields.offset) };
  }
  if (fields.zoneName !== "") {
    const moment = dateIn(all, utc);
    const here = local.at(moment.seconds);
    if (here.abbreviation === fields.zoneName) return { ...moment, seconds: moment.seconds - here.offset, zone: local };
    const hours = fields.zoneName.startsWith("GMT") ? Number(fields.zoneName.slice(3) || "0") : 0;
    const offset = hours * 3600;
    return { ...moment, zone: fixedZone(fields.zoneName, offset) };
  }
  return dateIn(all, local);
}
