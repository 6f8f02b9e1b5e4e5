import { tryParseDuration } from "../../base/duration.ts";

const dateTime = /^(\d{4}-\d{2}-\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.\d+)?(?:[Zz]|[+-]\d{2}:?\d{2})$/;
const anyUuid = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;
const uuid3 = /^[0-9a-f]{8}-?[0-9a-f]{4}-?3[0-9a-f]{3}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;
const uuid4 = /^[0-9a-f]{8}-?[0-9a-f]{4}-?4[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}$/i;
const uuid5 = /^[0-9a-f]{8}-?[0-9a-f]{4}-?5[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}$/i;
const dnsLabel = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const hostLabel = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/i;

/** The string formats that the API server checks, named without dashes; it ignores all others. Every check takes linear time. */
const checks: ReadonlyMap<string, (text: string) => boolean> = new Map<string, (text: string) => boolean>([
  ["datetime", isDateTime],
  ["date", isDay],
  ["email", (text) => text.length <= 320 && /^[^\s@<>]+@[^\s@<>]+$/.test(text)],
  ["hostname", isHostname],
  ["duration", isDuration],
  ["ipv4", isIpv4],
  ["ipv6", isIpv6],
  ["cidr", isCidr],
  ["mac", (text) => /^[0-9a-f]{2}(([:-])[0-9a-f]{2})((\2)[0-9a-f]{2}){4}$/i.test(text)],
  ["uri", (text) => text.startsWith("/") || URL.canParse(text)],
  ["uuid", (text) => anyUuid.test(text)],
  ["uuid3", (text) => uuid3.test(text)],
  ["uuid4", (text) => uuid4.test(text)],
  ["uuid5", (text) => uuid5.test(text)],
  ["bsonobjectid", (text) => /^[0-9a-f]{24}$/i.test(text)],
  ["hexcolor", (text) => /^#?([0-9a-f]{3}|[0-9a-f]{6})$/i.test(text)],
  ["byte", (text) => text.length % 4 === 0 && /^[a-z0-9+/]*={0,2}$/i.test(text)],
  ["k8sshortname", (text) => text.length <= 63 && dnsLabel.test(text)],
  ["k8slongname", (text) => text.length <= 253 && labels(text).every((part) => dnsLabel.test(part))],
]);

/** False where the API server checks the format and the text does not have it. */
export function hasFormat(text: string, format: string): boolean {
  return checks.get(format.replaceAll("-", ""))?.(text) ?? true;
}

function labels(text: string): readonly string[] {
  return text.split(".");
}

/** One label, or several of which the last is two letters or more. */
function isHostname(text: string): boolean {
  const parts = labels(text);
  const last = parts.at(-1) ?? "";
  const whole = text.length <= 255 && parts.every((part) => part.length <= 63 && hostLabel.test(part));
  return whole && (parts.length === 1 || /^[a-z]{2,}$/i.test(last));
}

/** Go's duration, or one number and a unit in words as Scala has it. */
function isDuration(text: string): boolean {
  return (
    tryParseDuration(text) !== undefined ||
    /^\d+\s*(ns|nanos?(econds?)?|us|µs|micros?(econds?)?|ms|millis?(econds?)?|s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?|w|weeks?)$/i.test(
      text,
    )
  );
}

function isDateTime(text: string): boolean {
  const match = dateTime.exec(text);
  if (match === null) return false;
  const [, day = "", hour, minute, second] = match;
  return isDay(day) && Number(hour) < 24 && Number(minute) < 60 && Number(second) < 60;
}

function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const time = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(time.getTime()) && time.toISOString().startsWith(text);
}

function isIpv4(text: string): boolean {
  const parts = text.split(".");
  return parts.length === 4 && parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256);
}

function isIpv6(text: string): boolean {
  return text.includes(":") && !text.includes("[") && URL.canParse(`http://[${text}]/`);
}

function isCidr(text: string): boolean {
  const [address = "", length = "", ...rest] = text.split("/");
  if (rest.length > 0 || !/^(0|[1-9]\d{0,2})$/.test(length)) return false;
  return (isIpv4(address) && Number(length) <= 32) || (isIpv6(address) && Number(length) <= 128);
}
