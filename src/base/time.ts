import { CodedError } from "./errors.ts";

/** A text that is not an RFC 3339 time. */
export class TimeError extends CodedError<"time"> {}

/** A moment with Go's precision: whole seconds since 1970 and nanoseconds, with the zone it was written in. */
export interface Moment {
  readonly seconds: number;
  readonly nanoseconds: number;
  /** East of Greenwich; 0 for UTC and `Z`. */
  readonly offsetMinutes: number;
}

const rfc3339 = /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:[.,](\d+))?([Zz]|([-+])(\d{2}):(\d{2}))$/;

/** Reads RFC 3339 with any number of fraction digits; digits beyond the ninth are dropped. Throws TimeError. */
export function parseMoment(text: string): Moment {
  const moment = tryParseMoment(text);
  if (moment === undefined) throw new TimeError("time", `cannot parse ${JSON.stringify(text)} as an RFC 3339 time`);
  return moment;
}

/** As parseMoment, but gives undefined for what is not a time. */
export function tryParseMoment(text: string): Moment | undefined {
  const match = rfc3339.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second, fraction = "", , sign, zoneHour = "0", zoneMinute = "0"] = match;
  const date = new Date(0);
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  if (date.getUTCMonth() !== Number(month) - 1 || date.getUTCDate() !== Number(day)) return undefined;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  if (Number(zoneHour) > 24 || Number(zoneMinute) > 60) return undefined;
  date.setUTCHours(Number(hour), Number(minute), Number(second));
  const offsetMinutes = (Number(zoneHour) * 60 + Number(zoneMinute)) * (sign === "-" ? -1 : 1);
  return {
    seconds: date.getTime() / 1000 - offsetMinutes * 60,
    nanoseconds: Number(fraction.slice(0, 9).padEnd(9, "0")),
    offsetMinutes: offsetMinutes + 0,
  };
}

/** The moment of a JavaScript date, in UTC unless an offset is given. */
export function toMoment(date: Date | number, offsetMinutes = 0): Moment {
  const milliseconds = Number(date);
  const seconds = Math.floor(milliseconds / 1000);
  return { seconds, nanoseconds: Math.round((milliseconds - seconds * 1000) * 1e6), offsetMinutes };
}

/** The JavaScript date of a moment; what is finer than a millisecond is lost. */
export function toDate({ seconds, nanoseconds }: Moment): Date {
  return new Date(seconds * 1000 + Math.floor(nanoseconds / 1e6));
}

/** Go's time.RFC3339: whole seconds, as Kubernetes' metav1.Time is on the wire. */
export function formatRfc3339(time: Moment | Date): string {
  const moment = time instanceof Date ? toMoment(time) : time;
  return localPart(moment) + zonePart(moment.offsetMinutes);
}

/** Go's time.RFC3339Nano: the fraction without its closing zeros, as helm stores times. */
export function formatRfc3339Nano(time: Moment | Date): string {
  const moment = time instanceof Date ? toMoment(time) : time;
  const fraction = String(moment.nanoseconds).padStart(9, "0").replace(/0+$/, "");
  return `${localPart(moment)}${fraction === "" ? "" : `.${fraction}`}${zonePart(moment.offsetMinutes)}`;
}

/** Kubernetes' MicroTime: always six digits. */
export function formatMicroTime(time: Moment | Date): string {
  const moment = time instanceof Date ? toMoment(time) : time;
  const fraction = String(moment.nanoseconds).padStart(9, "0").slice(0, 6);
  return `${localPart(moment)}.${fraction}${zonePart(moment.offsetMinutes)}`;
}

/** Negative, zero or positive, whatever the zones. */
export function compareMoments(a: Moment, b: Moment): number {
  return a.seconds - b.seconds || a.nanoseconds - b.nanoseconds;
}

function localPart({ seconds, offsetMinutes }: Moment): string {
  return new Date((seconds + offsetMinutes * 60) * 1000).toISOString().slice(0, 19);
}

function zonePart(offsetMinutes: number): string {
  if (offsetMinutes === 0) return "Z";
  const minutes = Math.abs(offsetMinutes);
  const two = (value: number) => String(value).padStart(2, "0");
  return `${offsetMinutes < 0 ? "-" : "+"}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}
