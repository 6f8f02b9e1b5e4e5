import { utc, type Zone } from "./zone.ts";

/** A Go time: seconds since 1970, nanoseconds, and the zone it is shown in. */
export interface Moment {
  readonly seconds: number;
  readonly nanoseconds: number;
  readonly zone: Zone;
}

/** A moment taken apart in its zone. */
export interface Civil {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly nanosecond: number;
  readonly weekday: number;
  readonly yearDay: number;
  readonly offset: number;
  readonly abbreviation: string;
}

/** Go's zero time: the first moment of the year 1, in UTC. */
export const zeroMoment: Moment = { seconds: -62135596800, nanoseconds: 0, zone: utc };

export const monthNames = "January February March April May June July August September October November December".split(
  " ",
);
export const dayNames = "Sunday Monday Tuesday Wednesday Thursday Friday Saturday".split(" ");

/** The moment of a JavaScript date. */
export function momentOf(date: Date, zone: Zone): Moment {
  const milliseconds = date.getTime();
  const seconds = Math.floor(milliseconds / 1000);
  return { seconds, nanoseconds: (milliseconds - seconds * 1000) * 1_000_000, zone };
}

/** Days since 1970 of a date of the Gregorian calendar. */
export function daysOf(year: number, month: number, day: number): number {
  const shifted = year + Math.floor((month - 3) / 12);
  const sinceMarch = (((month - 3) % 12) + 12) % 12;
  // March starts the year, so that the leap day is its last one.
  const leaps = Math.floor(shifted / 4) - Math.floor(shifted / 100) + Math.floor(shifted / 400);
  return shifted * 365 + leaps + Math.floor((sinceMarch * 153 + 2) / 5) + day - 719_469;
}

/** The date of a number of days since 1970. */
export function dateOf(days: number): { readonly year: number; readonly month: number; readonly day: number } {
  let year = Math.floor((days + 719_468) / 365.2425);
  while (daysOf(year + 1, 3, 1) <= days) year += 1;
  while (daysOf(year, 3, 1) > days) year -= 1;
  const rest = days - daysOf(year, 3, 1);
  const sinceMarch = Math.floor((rest * 5 + 2) / 153);
  const month = sinceMarch < 10 ? sinceMarch + 3 : sinceMarch - 9;
  const day = rest - Math.floor((sinceMarch * 153 + 2) / 5) + 1;
  return { year: month < 3 ? year + 1 : year, month, day };
}

/** Takes a moment apart in its zone. */
export function civilOf(moment: Moment): Civil {
  const { offset, abbreviation } = moment.zone.at(moment.seconds);
  const shifted = moment.seconds + offset;
  const days = Math.floor(shifted / 86_400);
  const clock = shifted - days * 86_400;
  const { year, month, day } = dateOf(days);
  return {
    year,
    month,
    day,
    hour: Math.floor(clock / 3600),
    minute: Math.floor((clock % 3600) / 60),
    second: clock % 60,
    nanosecond: moment.nanoseconds,
    weekday: (((days + 4) % 7) + 7) % 7,
    yearDay: days - daysOf(year, 1, 1) + 1,
    offset,
    abbreviation,
  };
}

/** time.Date: fields outside their range carry over. */
export function dateIn(
  fields: {
    readonly year: number;
    readonly month: number;
    readonly day: number;
    readonly hour: number;
    readonly minute: number;
    readonly second: number;
    readonly nanosecond: number;
  },
  zone: Zone,
): Moment {
  const days = daysOf(fields.year, fields.month, fields.day);
  const wall = days * 86_400 + fields.hour * 3600 + fields.minute * 60 + fields.second;
  // The offset at the wall time is a first guess; the one at the moment it gives is right, but for the hour that a clock skips.
  const guess = wall - zone.at(wall).offset;
  const seconds = wall - zone.at(guess).offset;
  return { seconds, nanoseconds: fields.nanosecond, zone };
}

/** The moment a number of nanoseconds later. */
export function addNanoseconds(moment: Moment, nanoseconds: bigint): Moment {
  const total = BigInt(moment.seconds) * 1_000_000_000n + BigInt(moment.nanoseconds) + nanoseconds;
  const rest = ((total % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n;
  return { seconds: Number((total - rest) / 1_000_000_000n), nanoseconds: Number(rest), zone: moment.zone };
}

/** Nanoseconds since 1970. */
export function nanosecondsOf(moment: Moment): bigint {
  return BigInt(moment.seconds) * 1_000_000_000n + BigInt(moment.nanoseconds);
}
