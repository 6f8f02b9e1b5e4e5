import { type Civil, civilOf, dayNames, type Moment, monthNames } from "./moment.ts";

/** One piece of a Go layout: a word that stands for a field, or the text between. */
export interface Chunk {
  readonly prefix: string;
  /** The word as it stands in the layout; empty at the end. */
  readonly word: string;
}

// In the order in which Go tries them; a short name must not go on with lower-case letters.
const words =
  /January|Jan(?![a-z])|Monday|Mon(?![a-z])|MST|002|0[1-6]|15|1|2006|2|__2|_2(?!006)|3|4|5|PM|pm|-070000|-07:00:00|-0700|-07:00|-07|Z070000|Z07:00:00|Z0700|Z07:00|Z07|[.,](?:0+|9+)(?!\d)/g;

/** Splits a layout into its words. */
export function splitLayout(layout: string): Chunk[] {
  const chunks: Chunk[] = [];
  let start = 0;
  for (const match of layout.matchAll(words)) {
    chunks.push({ prefix: layout.slice(start, match.index), word: match[0] });
    start = match.index + match[0].length;
  }
  chunks.push({ prefix: layout.slice(start), word: "" });
  return chunks;
}

/** time.Format. */
export function formatMoment(moment: Moment, layout: string): string {
  const civil = civilOf(moment);
  return splitLayout(layout)
    .map(({ prefix, word }) => prefix + (word === "" ? "" : formatWord(civil, word)))
    .join("");
}

function formatWord(civil: Civil, word: string): string {
  switch (word) {
    case "06":
      return two(Math.abs(civil.year) % 100);
    case "2006":
      return civil.year < 0 ? `-${String(-civil.year).padStart(4, "0")}` : String(civil.year).padStart(4, "0");
    case "Jan":
      return (monthNames[civil.month - 1] ?? "").slice(0, 3);
    case "January":
      return monthNames[civil.month - 1] ?? "";
    case "1":
      return String(civil.month);
    case "01":
      return two(civil.month);
    case "Mon":
      return (dayNames[civil.weekday] ?? "").slice(0, 3);
    case "Monday":
      return dayNames[civil.weekday] ?? "";
    case "2":
      return String(civil.day);
    case "_2":
      return String(civil.day).padStart(2);
    case "02":
      return two(civil.day);
    case "__2":
      return String(civil.yearDay).padStart(3);
    case "002":
      return String(civil.yearDay).padStart(3, "0");
    case "15":
      return two(civil.hour);
    case "3":
      return String(civil.hour % 12 === 0 ? 12 : civil.hour % 12);
    case "03":
      return two(civil.hour % 12 === 0 ? 12 : civil.hour % 12);
    case "4":
      return String(civil.minute);
    case "04":
      return two(civil.minute);
    case "5":
      return String(civil.second);
    case "05":
      return two(civil.second);
    case "PM":
      return civil.hour >= 12 ? "PM" : "AM";
    case "pm":
      return civil.hour >= 12 ? "pm" : "am";
    case "MST":
      return civil.abbreviation === "" ? formatOffset(civil.offset, "-0700") : civil.abbreviation;
    default:
      break;
  }
  if (word.startsWith("Z")) return civil.offset === 0 ? "Z" : formatOffset(civil.offset, `-${word.slice(1)}`);
  if (word.startsWith("-")) return formatOffset(civil.offset, word);
  return formatFraction(civil.nanosecond, word);
}

function formatOffset(offset: number, word: string): string {
  const size = Math.abs(offset);
  const parts = [two(Math.trunc(size / 3600)), two(Math.trunc((size % 3600) / 60)), two(size % 60)];
  const count = word.replace(/[-:]/g, "").length / 2;
  return (offset < 0 ? "-" : "+") + parts.slice(0, count).join(word.includes(":") ? ":" : "");
}

function formatFraction(nanosecond: number, word: string): string {
  const digits = String(nanosecond)
    .padStart(9, "0")
    .slice(0, word.length - 1)
    .padEnd(word.length - 1, "0");
  if (word.charAt(1) === "0") return word.charAt(0) + digits;
  const kept = digits.replace(/0+$/, "");
  return kept === "" ? "" : word.charAt(0) + kept;
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}
