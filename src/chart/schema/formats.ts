import { goQuote } from "../../base/go-quote.ts";
import { duration, period } from "./durations.ts";
import { tryParseRegex } from "./regex.ts";

/** The formats that the validator asserts in drafts before 2019-09. Each gives the reason why a text is not of the format. */
export const formats: Readonly<Record<string, (text: string) => string | undefined>> = {
  "json-pointer": jsonPointer,
  "relative-json-pointer": relativeJsonPointer,
  uuid,
  ipv4,
  ipv6,
  hostname,
  email,
  date,
  time,
  "date-time": dateTime,
  duration,
  period: (text) => period(text, dateTime),
  semver,
  uri: (text) => uriReference(text) ?? (/^[a-zA-Z][a-zA-Z0-9+.-]*:/.test(text) ? undefined : "relative url"),
  iri: (text) => uriReference(text) ?? (/^[a-zA-Z][a-zA-Z0-9+.-]*:/.test(text) ? undefined : "relative url"),
  "uri-reference": (text) => (text.includes("\\") ? "contains \\" : uriReference(text)),
  "iri-reference": (text) => (text.includes("\\") ? "contains \\" : uriReference(text)),
  regex: (text) => {
    const pattern = tryParseRegex(text);
    return typeof pattern === "string" ? pattern : undefined;
  },
};

function jsonPointer(text: string): string | undefined {
  if (text !== "" && !text.startsWith("/")) return "not starting with /";
  return /~(?![01])/.test(text) ? "~ must be followed by 0 or 1" : undefined;
}

function relativeJsonPointer(text: string): string | undefined {
  const digits = /^[0-9]*/.exec(text)?.[0] ?? "";
  if (text.startsWith("-") || digits === "") return "must start with non-negative integer";
  if (digits.length > 1 && digits.startsWith("0")) return "starts with zero";
  const rest = text.slice(digits.length);
  return rest === "#" ? undefined : jsonPointer(rest);
}

function dateTime(text: string): string | undefined {
  if (text.length < 20) return "less than 20 characters long";
  if (!/^.{10}[tT]/.test(text)) return "11th character must be t or T";
  const wrongDate = date(text.slice(0, 10));
  if (wrongDate !== undefined) return `invalid date element: ${wrongDate}`;
  const wrongTime = time(text.slice(11));
  return wrongTime === undefined ? undefined : `invalid time element: ${wrongTime}`;
}

function semver(text: string): string | undefined {
  const [withoutBuild = "", ...builds] = text.split("+");
  if (builds.length > 0) {
    const build = builds.join("+");
    if (build === "") return "build is empty";
    for (const part of build.split(".")) {
      if (part === "") return "build identifier is empty";
      const strange = /[^0-9A-Za-z-]/u.exec(part);
      if (strange !== null) return `invalid character ${quotedRune(strange[0])} in build identifier`;
    }
  }
  const [core = "", ...releases] = withoutBuild.split("-");
  for (const part of releases.length > 0 ? releases.join("-").split(".") : []) {
    if (part === "") return "pre-release identifier is empty";
    const strange = /[^0-9A-Za-z-]/u.exec(part);
    if (strange !== null) return `invalid character ${quotedRune(strange[0])} in pre-release identifier`;
    if (/^0[0-9]+$/.test(part)) return "pre-release numeric identifier starts with zero";
  }
  const versions = core.split(".");
  if (versions.length !== 3) return "versionCore must have 3 numbers separated by dot";
  for (const [index, name] of ["major", "minor", "patch"].entries()) {
    const version = versions[index] ?? "";
    if (version === "") return `${name} is empty`;
    if (version.length > 1 && version.startsWith("0")) return `${name} starts with zero`;
    if (/[^0-9]/.test(version)) return `${name} contains non-digit`;
  }
  return undefined;
}

function uuid(text: string): string | undefined {
  const lengths = [8, 4, 4, 4, 12];
  const groups = text.split("-");
  if (groups.length !== lengths.length) return "must have 5 elements";
  for (const [index, group] of groups.entries()) {
    if (group.length !== lengths[index]) return `element ${index + 1} must be ${lengths[index]} characters long`;
    const strange = /[^0-9a-fA-F]/.exec(group);
    if (strange !== null) return `non-hex character ${quotedRune(strange[0])}`;
  }
  return undefined;
}

function ipv4(text: string): string | undefined {
  const groups = text.split(".");
  if (groups.length !== 4) return "expected four decimals";
  for (const group of groups) {
    if (group.length > 1 && group.startsWith("0")) return "leading zeros";
    if (!/^[-+]?[0-9]+$/.test(group)) return `strconv.Atoi: parsing ${JSON.stringify(group)}: invalid syntax`;
    if (Number(group) < 0 || Number(group) > 255) return "decimal must be between 0 and 255";
  }
  return undefined;
}

function ipv6(text: string): string | undefined {
  if (!text.includes(":")) return "missing colon";
  if (text.includes("%")) return "zone id is not a part of ipv6 address";
  return URL.canParse(`http://[${text}]/`) ? undefined : `ParseAddr(${JSON.stringify(text)}): unable to parse IP`;
}

function hostname(text: string): string | undefined {
  const name = text.endsWith(".") ? text.slice(0, -1) : text;
  if (name.length > 253) return "more than 253 characters long";
  for (const label of name.split(".")) {
    if (label.length < 1 || label.length > 63) return "label must be 1 to 63 characters long";
    if (label.startsWith("-")) return "label starts with hyphen";
    if (label.endsWith("-")) return "label ends with hyphen";
    const strange = /[^a-zA-Z0-9-]/u.exec(label);
    if (strange !== null) return `invalid character ${quotedRune(strange[0])}`;
  }
  return undefined;
}

function email(text: string): string | undefined {
  if (text.length > 254) return "more than 255 characters long";
  const at = text.lastIndexOf("@");
  if (at < 0) return "missing @";
  const local = text.slice(0, at);
  const domain = text.slice(at + 1);
  if (local.length > 64) return "local part more than 64 characters long";
  if (local.length > 1 && local.startsWith('"')) {
    if (/[\\"]/.test(local.slice(1, -1))) return "backslash and quote are not allowed within quoted local part";
  } else {
    if (local.startsWith(".")) return "starts with dot";
    if (local.endsWith(".")) return "ends with dot";
    if (local.includes("..")) return "consecutive dots";
    const strange = /[^a-zA-Z0-9.!#$%&'*+\-/=?^_`{|}~]/u.exec(local);
    if (strange !== null) return `invalid character ${quotedRune(strange[0])}`;
  }
  if (domain.startsWith("[") && domain.endsWith("]")) {
    const address = domain.slice(1, -1);
    const six = address.startsWith("IPv6:");
    const wrong = six ? ipv6(address.slice(5)) : ipv4(address);
    return wrong === undefined ? undefined : `invalid ${six ? "ipv6" : "ipv4"} address: ${wrong}`;
  }
  const wrong = hostname(domain);
  return wrong === undefined ? undefined : `invalid domain: ${wrong}`;
}

function date(text: string): string | undefined {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (match === null)
    return `parsing time ${JSON.stringify(text)} as "2006-01-02": cannot parse ${JSON.stringify(text)} as "2006"`;
  const [, year, month, day] = match.map(Number);
  if (month! < 1 || month! > 12) return `parsing time ${JSON.stringify(text)}: month out of range`;
  const last = new Date(Date.UTC(year!, month!, 0)).getUTCDate();
  return day! < 1 || day! > last ? `parsing time ${JSON.stringify(text)}: day out of range` : undefined;
}

function time(text: string): string | undefined {
  if (text.length < 9) return "less than 9 characters long";
  if (text[2] !== ":" || text[5] !== ":") return "missing colon in correct place";
  const clock = /^(\d{2}):(\d{2}):(\d{2})/.exec(text);
  if (clock === null) return "invalid hour/min/sec";
  const [, hour, minute, second] = clock.map(Number);
  if (hour! > 23 || minute! > 59 || second! > 60) return "hour/min/sec out of range";
  let rest = text.slice(8);
  if (rest.startsWith(".")) {
    const digits = /^\.(\d+)/.exec(rest);
    if (digits === null) return "no digits in second fraction";
    rest = rest.slice(digits[0].length);
  }
  if (rest === "Z" || rest === "z") return undefined;
  if (rest.length !== 6) return "offset must be 6 characters long";
  if (!/^[-+]/.test(rest)) return "offset must begin with plus/minus";
  const offset = /^.(\d{2}):(\d{2})$/.exec(rest);
  if (offset === null) return "invalid hour/min in offset";
  return Number(offset[1]) > 23 || Number(offset[2]) > 59 ? "hour/min in offset out of range" : undefined;
}

function uriReference(text: string): string | undefined {
  if (/[\x00-\x1f\x7f]/.test(text)) return `parse ${goQuote(text)}: net/url: invalid control character in URL`;
  const escape = /%(?![0-9a-fA-F]{2}).{0,2}/su.exec(text);
  if (escape !== null) return `parse ${goQuote(text)}: invalid URL escape ${goQuote(escape[0])}`;
  if (text.startsWith(":")) return `parse ${goQuote(text)}: missing protocol scheme`;
  return undefined;
}

/** Go's `%q` of a rune. */
function quotedRune(character: string): string {
  if (character === "'") return "'\\''";
  return `'${character === '"' ? character : goQuote(character).slice(1, -1)}'`;
}
