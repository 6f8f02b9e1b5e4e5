import { formatNanoseconds } from "../../base/duration.ts";
import { YamlWord } from "../../base/yaml/index.ts";
import { GoStruct, type GoType, int, type Method } from "../value.ts";
import { formatMoment } from "./layout.ts";
import {
  addNanoseconds,
  civilOf,
  dateIn,
  dayNames,
  type Moment,
  monthNames,
  nanosecondsOf,
  zeroMoment,
} from "./moment.ts";
import { localZone, utc } from "./zone.ts";

/** Go's time.Time as templates see it. */
export type GoTime = GoStruct<Moment>;

type GoDuration = GoStruct<{ readonly nanoseconds: bigint }>;

const durationType: GoType = {
  name: "time.Duration",
  kind: "struct",
  text: (value: GoDuration) => formatNanoseconds(value.state.nanoseconds),
  json: (value: GoDuration) => value.state.nanoseconds,
  yaml: (value: GoDuration) => formatNanoseconds(value.state.nanoseconds),
  methods: {
    String: { parameters: [], call: (value: GoDuration) => formatNanoseconds(value.state.nanoseconds) },
    Nanoseconds: { parameters: [], call: (value: GoDuration) => value.state.nanoseconds },
    Microseconds: { parameters: [], call: (value: GoDuration) => value.state.nanoseconds / 1_000n },
    Milliseconds: { parameters: [], call: (value: GoDuration) => value.state.nanoseconds / 1_000_000n },
    Seconds: { parameters: [], call: (value: GoDuration) => Number(value.state.nanoseconds) / 1e9 },
    Minutes: { parameters: [], call: (value: GoDuration) => Number(value.state.nanoseconds) / 6e10 },
    Hours: { parameters: [], call: (value: GoDuration) => Number(value.state.nanoseconds) / 3.6e12 },
  },
};

type Named = GoStruct<{ readonly number: number }>;

function namedNumber(name: string, texts: readonly string[], first: number): GoType {
  const text = (value: Named): string => texts[value.state.number - first] ?? "";
  const json = (value: Named): bigint => BigInt(value.state.number);
  return { name, kind: "struct", text, json, methods: { String: { parameters: [], call: text } } };
}

const monthType = namedNumber("time.Month", monthNames, 1);
const weekdayType = namedNumber("time.Weekday", dayNames, 0);
const timeReference: GoType = { name: "time.Time", kind: "struct" };

function reading(read: (moment: Moment) => unknown): Method {
  return { parameters: [], call: (value: GoTime) => read(value.state) };
}

function comparing(answer: (first: bigint, second: bigint) => unknown): Method {
  return {
    parameters: [timeReference],
    call: (value: GoTime, other: GoTime) => answer(nanosecondsOf(value.state), nanosecondsOf(other.state)),
  };
}

function rfc3339(value: GoTime): string {
  return formatMoment(value.state, "2006-01-02T15:04:05.999999999Z07:00");
}

/** The type of times: parameters that want one name it. */
export const timeType: GoType = {
  ...timeReference,
  text: (value: GoTime) => formatMoment(value.state, "2006-01-02 15:04:05.999999999 -0700 MST"),
  json: rfc3339,
  yaml: (value: GoTime) => new YamlWord(rfc3339(value)),
  methods: {
    Format: { parameters: ["string"], call: (value: GoTime, layout: string) => formatMoment(value.state, layout) },
    String: reading((moment) => formatMoment(moment, "2006-01-02 15:04:05.999999999 -0700 MST")),
    Unix: reading((moment) => BigInt(moment.seconds)),
    UnixMilli: reading((moment) => nanosecondsOf(moment) / 1_000_000n),
    UnixMicro: reading((moment) => nanosecondsOf(moment) / 1_000n),
    UnixNano: reading(nanosecondsOf),
    Year: reading((moment) => int(civilOf(moment).year)),
    Month: reading((moment) => new GoStruct(monthType, {}, { number: civilOf(moment).month })),
    Day: reading((moment) => int(civilOf(moment).day)),
    Hour: reading((moment) => int(civilOf(moment).hour)),
    Minute: reading((moment) => int(civilOf(moment).minute)),
    Second: reading((moment) => int(civilOf(moment).second)),
    Nanosecond: reading((moment) => int(moment.nanoseconds)),
    YearDay: reading((moment) => int(civilOf(moment).yearDay)),
    Weekday: reading((moment) => new GoStruct(weekdayType, {}, { number: civilOf(moment).weekday })),
    IsZero: reading((moment) => nanosecondsOf(moment) === nanosecondsOf(zeroMoment)),
    UTC: reading((moment) => toGoTime({ ...moment, zone: utc })),
    Local: reading((moment) => toGoTime({ ...moment, zone: localZone(undefined) })),
    AddDate: {
      parameters: ["int", "int", "int"],
      call: (value: GoTime, years: number, months: number, days: number) => {
        const civil = civilOf(value.state);
        const moved = { ...civil, year: civil.year + years, month: civil.month + months, day: civil.day + days };
        return toGoTime(dateIn(moved, value.state.zone));
      },
    },
    Add: {
      parameters: [durationType],
      call: (value: GoTime, duration: GoDuration) => {
        return toGoTime(addNanoseconds(value.state, duration.state.nanoseconds));
      },
    },
    Sub: comparing((first, second) => new GoStruct(durationType, {}, { nanoseconds: first - second })),
    Before: comparing((first, second) => first < second),
    After: comparing((first, second) => first > second),
    Equal: comparing((first, second) => first === second),
    Compare: comparing((first, second) => int(first < second ? -1 : first > second ? 1 : 0)),
  },
};

/** A moment as a Go time. */
export function toGoTime(moment: Moment): GoTime {
  return new GoStruct(timeType, {}, moment);
}
