import { processZone } from "../node/process-zone.ts";

/** A time zone: UTC, a fixed offset as a text said it, or a named one whose offset depends on the moment. */
export interface Zone {
  readonly name: string;
  /** What Go prints where there is no abbreviation of the moment: "Local", "UTC", or the IANA name. */
  at(seconds: number): { readonly offset: number; readonly abbreviation: string };
}

export const utc: Zone = { name: "UTC", at: () => ({ offset: 0, abbreviation: "UTC" }) };

/** time.FixedZone. */
export function fixedZone(name: string, offset: number): Zone {
  return { name, at: () => ({ offset, abbreviation: name }) };
}

const known = new Map<string, Zone>();
const ianaName = /^[A-Za-z][A-Za-z0-9_+-]*(?:\/[A-Za-z0-9_+-]+)*$/;

/** time.LoadLocation; undefined for a zone that does not exist. `local` is the IANA name that "Local" means. */
export function tryLoadZone(name: string, local: string | undefined): Zone | undefined {
  if (name === "" || name === "UTC") return utc;
  if (name === "Local") return localZone(local);
  if (!ianaName.test(name)) return undefined;
  const cached = known.get(name);
  if (cached !== undefined) return cached;
  try {
    const zone = namedZone(name, name);
    if (known.size < 1000) known.set(name, zone);
    return zone;
  } catch {
    return undefined;
  }
}

let ownZone: string | undefined;

/** The zone called "Local": the process's own unless a name is given. */
export function localZone(name: string | undefined): Zone {
  const iana = name ?? (ownZone ??= processZone());
  const key = `Local ${iana}`;
  let zone = known.get(key);
  if (zone === undefined) {
    zone = iana === "UTC" || iana === "Etc/UTC" ? { ...utc, name: "Local" } : namedZone("Local", iana);
    if (known.size < 1000) known.set(key, zone);
  }
  return zone;
}

// The locales whose short names of zones, taken together, are those of the tz database where Intl knows them.
const locales = ["en-US", "en-GB", "en-AU", "en-CA", "en-NZ", "en-ZA", "en-IN"];

// The abbreviations that the tz database has; Intl invents more.
const abbreviations =
  /^(?:UTC|GMT|W[EA][ST]?T|WEST|CES?T|CAT|EES?T|EAT|MSK|BST|I[SD]T|SAST|[ECMP][SD]T|AK[SD]T|H[SD]T|N[SD]T|A[SD]T|A[ECW][SD]T|NZ[SD]T|SST)$/;

// Zones whose abbreviation Intl does not know in any of these locales.
const abbreviationOf: Readonly<Record<string, string | undefined>> = {
  "Asia/Tokyo": "JST",
  "Asia/Seoul": "KST",
  "Asia/Pyongyang": "KST",
  "Asia/Shanghai": "CST",
  "Asia/Taipei": "CST",
  "Asia/Macau": "CST",
  "Asia/Hong_Kong": "HKT",
  "Asia/Manila": "PST",
  "Asia/Karachi": "PKT",
  "Asia/Kolkata": "IST",
  "Asia/Calcutta": "IST",
  "Asia/Jakarta": "WIB",
  "Asia/Makassar": "WITA",
  "Asia/Jayapura": "WIT",
  "Asia/Jerusalem": "IST",
  "Pacific/Guam": "ChST",
};

const beginOfZones = Date.UTC(1883, 0) / 1000;

function namedZone(name: string, iana: string): Zone {
  const offsets = new Intl.DateTimeFormat("en-US", { timeZone: iana, timeZoneName: "longOffset", year: "numeric" });
  let formats: Intl.DateTimeFormat[] | undefined;
  const offsetAt = (seconds: number): number => parseOffset(zoneNameOf(offsets, seconds));
  const tryName = (seconds: number, offset: number): string | undefined => {
    formats ??= locales.map((locale) => {
      return new Intl.DateTimeFormat(locale, { timeZone: iana, timeZoneName: "short", year: "numeric" });
    });
    for (const format of formats) {
      const short = zoneNameOf(format, seconds);
      if (abbreviations.test(short) && (short !== "GMT" || offset === 0)) return short;
    }
    return undefined;
  };
  return {
    name,
    at(seconds) {
      const offset = offsetAt(seconds);
      // Before railways each town kept the sun's time, which the tz database calls LMT.
      if (offset % 60 !== 0 && seconds < beginOfZones) return { offset, abbreviation: "LMT" };
      let abbreviation = tryName(seconds, offset) ?? abbreviationOf[iana];
      // Intl knows few names of earlier years: the same offset had the same name soon after.
      if (abbreviation === undefined && seconds < namedYear[0]) {
        const later = namedYear.find((moment) => offsetAt(moment) === offset);
        if (later !== undefined) abbreviation = tryName(later, offset);
      }
      return { offset, abbreviation: abbreviation ?? numericName(offset) };
    },
  };
}

/** A winter and a summer. */
const namedYear = [Date.UTC(1975, 0) / 1000, Date.UTC(1975, 6) / 1000] as const;

function zoneNameOf(format: Intl.DateTimeFormat, seconds: number): string {
  // Intl ends at the year 275760.
  const milliseconds = Math.min(Math.max(seconds * 1000, -8.64e15), 8.64e15);
  return format.formatToParts(milliseconds).find((part) => part.type === "timeZoneName")?.value ?? "";
}

function parseOffset(text: string): number {
  const match = /^GMT(?:([+-])(\d{2}):(\d{2})(?::(\d{2}))?)?$/.exec(text);
  if (match?.[1] === undefined) return 0;
  const size = Number(match[2]) * 3600 + Number(match[3]) * 60 + Number(match[4] ?? 0);
  return match[1] === "-" ? -size : size;
}

// The tz database names zones without an abbreviation by their offset: "+03", "+0530".
function numericName(offset: number): string {
  const size = Math.abs(offset);
  const hours = String(Math.trunc(size / 3600)).padStart(2, "0");
  const minutes = Math.trunc((size % 3600) / 60);
  return `${offset < 0 ? "-" : "+"}${hours}${minutes === 0 ? "" : String(minutes).padStart(2, "0")}`;
}
