import { formatNanoseconds, parseNanoseconds } from "../../base/duration.ts";
import { messageOf } from "../../base/errors.ts";
import { GoError } from "../errors.ts";
import type { Frame } from "../run.ts";
import { tryParseInt } from "../strconv.ts";
import { type GoTime, timeType, toGoTime } from "../time/go-time.ts";
import { formatMoment } from "../time/layout.ts";
import { addNanoseconds, type Moment, momentOf, nanosecondsOf, zeroMoment } from "../time/moment.ts";
import { parseMoment } from "../time/parse.ts";
import { localZone, tryLoadZone, utc, type Zone } from "../time/zone.ts";
import { GoStruct, Integer } from "../value.ts";
import { define, defineContextual, type GoFunction } from "./function.ts";

const inZone = defineContextual(["string", "any", "string"], (frame, layout, date, zone) => {
  return formatIn(frame, { layout, date, zone });
});
const modify = define(["string", timeType], (duration, time) => {
  try {
    return later(time as GoTime, duration);
  } catch (error) {
    if (error instanceof GoError) return time;
    throw error;
  }
});
const mustModify = define(["string", timeType], (duration, time) => later(time as GoTime, duration));

/** Sprig's functions on dates, by Go's layouts. */
export const dateFunctions: Readonly<Record<string, GoFunction>> = {
  now: defineContextual([], (frame) => toGoTime(now(frame))),
  date: defineContextual(["string", "any"], (frame, layout, date) => formatIn(frame, { layout, date, zone: "Local" })),
  dateInZone: inZone,
  date_in_zone: inZone,
  htmlDate: defineContextual(["any"], (frame, date) => formatIn(frame, { layout: "2006-01-02", date, zone: "Local" })),
  htmlDateInZone: defineContextual(["any", "string"], (frame, date, zone) => {
    return formatIn(frame, { layout: "2006-01-02", date, zone });
  }),
  dateModify: modify,
  date_modify: modify,
  mustDateModify: mustModify,
  must_date_modify: mustModify,
  toDate: defineContextual(["string", "string"], (frame, layout, text) => {
    try {
      return toGoTime(parseMoment(layout, text, zoneOf(frame)));
    } catch (error) {
      if (error instanceof GoError) return toGoTime(zeroMoment);
      throw error;
    }
  }),
  mustToDate: defineContextual(["string", "string"], (frame, layout, text) => {
    return toGoTime(parseMoment(layout, text, zoneOf(frame)));
  }),
  unixEpoch: define([timeType], (time) => String((time as GoTime).state.seconds)),
  ago: defineContextual(["any"], (frame, date) => {
    const moment = momentFrom(date) ?? now(frame);
    return formatNanoseconds(roundToSecond(nanosecondsOf(now(frame)) - nanosecondsOf(moment)));
  }),
  duration: define(["any"], (seconds) => {
    const count =
      typeof seconds === "string" ? (tryParseInt(seconds, 10) ?? 0n) : typeof seconds === "bigint" ? seconds : 0n;
    return formatNanoseconds(BigInt.asIntN(64, count * 1_000_000_000n));
  }),
  durationRound: defineContextual(["any"], (frame, duration) => roundedDuration(lengthOf(frame, duration))),
};

function now(frame: Frame): Moment {
  return momentOf(frame.run.options.now?.() ?? new Date(), zoneOf(frame));
}

function zoneOf(frame: Frame): Zone {
  return localZone(frame.run.options.timeZone);
}

// A number is seconds since 1970.
function momentFrom(date: unknown): Moment | undefined {
  if (date instanceof GoStruct && date.type.name === "time.Time") return (date as GoTime).state;
  const seconds = date instanceof Integer && (date.kind === "int" || date.kind === "int32") ? date.value : date;
  return typeof seconds === "bigint" ? { seconds: Number(seconds), nanoseconds: 0, zone: utc } : undefined;
}

function formatIn(
  frame: Frame,
  { layout, date, zone }: { readonly layout: string; readonly date: unknown; readonly zone: string },
): string {
  const moment = momentFrom(date) ?? now(frame);
  return formatMoment({ ...moment, zone: tryLoadZone(zone, frame.run.options.timeZone) ?? utc }, layout);
}

function later(time: GoTime, duration: string): GoTime {
  return toGoTime(addNanoseconds(time.state, parseGoDuration(duration)));
}

function parseGoDuration(text: string): bigint {
  try {
    return parseNanoseconds(text);
  } catch (error) {
    throw new GoError(messageOf(error));
  }
}

function lengthOf(frame: Frame, duration: unknown): bigint {
  if (typeof duration === "bigint") return duration;
  if (typeof duration === "string") {
    try {
      return parseGoDuration(duration);
    } catch {
      return 0n;
    }
  }
  const moment = momentFrom(duration);
  if (moment === undefined || duration instanceof Integer) return 0n;
  return nanosecondsOf(now(frame)) - nanosecondsOf(moment);
}

const second = 1_000_000_000n;
const units: readonly (readonly [bigint, string])[] = [
  [second * 3600n * 24n * 365n, "y"],
  [second * 3600n * 24n * 30n, "mo"],
  [second * 3600n * 24n, "d"],
  [second * 3600n, "h"],
  [second * 60n, "m"],
  [second, "s"],
];

function roundedDuration(duration: bigint): string {
  const size = duration < 0n ? -duration : duration;
  for (const [length, unit] of units) if (size > length) return `${size / length}${unit}`;
  return "0s";
}

function roundToSecond(duration: bigint): bigint {
  const half = duration < 0n ? -second / 2n : second / 2n;
  return ((duration + half) / second) * second;
}
