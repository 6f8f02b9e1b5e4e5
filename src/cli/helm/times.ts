import { formatRfc3339Nano, type Moment, parseMoment, toDate, toMoment } from "../../base/time.ts";

const days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** Go's time.ANSIC in the zone that the time was stored with: `Tue Nov 24 14:26:46 2026`. */
export function ansicTime(timestamp: string | undefined): string {
  const local = localDate(parseMoment(timestamp ?? zeroTime));
  const day = String(local.getUTCDate()).padStart(2, " ");
  const clock = local.toISOString().slice(11, 19);
  const year = String(local.getUTCFullYear()).padStart(4, "0");
  return `${days[local.getUTCDay()]} ${months[local.getUTCMonth()]} ${day} ${clock} ${year}`;
}

/** What Go's time.Time prints: `2026-11-24 14:27:34.457643899 +0000 UTC`. */
export function goTime(timestamp: string): string {
  const moment = parseMoment(timestamp);
  const fraction = String(moment.nanoseconds).padStart(9, "0").replace(/0+$/, "");
  const seconds = localDate(moment).toISOString().slice(0, 19).replace("T", " ");
  const offset = offsetText(moment.offsetMinutes);
  return `${seconds}${fraction === "" ? "" : `.${fraction}`} ${offset} ${zoneName(moment) ?? offset}`;
}

/** A time as Go writes it into files: RFC 3339 in the zone of this machine. */
export function localTime(date: Date): string {
  return formatRfc3339Nano(toMoment(date, -date.getTimezoneOffset()));
}

const zeroTime = "0001-01-01T00:00:00Z";

/** A date whose UTC fields are the moment's own fields. */
function localDate(moment: Moment): Date {
  return new Date(Math.floor(toDate({ ...moment, nanoseconds: 0 }).getTime() + moment.offsetMinutes * 60_000));
}

function offsetText(minutes: number): string {
  const absolute = Math.abs(minutes);
  const digits = String(Math.floor(absolute / 60) * 100 + (absolute % 60)).padStart(4, "0");
  return `${minutes < 0 ? "-" : "+"}${digits}`;
}

// Go knows a zone's name only when it is UTC or the zone of this machine; else it repeats the offset.
function zoneName(moment: Moment): string | undefined {
  if (moment.offsetMinutes === 0) return "UTC";
  const date = toDate(moment);
  if (-date.getTimezoneOffset() !== moment.offsetMinutes) return undefined;
  const parts = new Intl.DateTimeFormat("en-US", { timeZoneName: "short" }).formatToParts(date);
  const name = parts.find(({ type }) => type === "timeZoneName")?.value;
  return name === undefined || name.startsWith("GMT") ? undefined : name;
}
