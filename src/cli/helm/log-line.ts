import { goQuote } from "../../base/go-quote.ts";
import type { LogEntry } from "../../chart/index.ts";

/** A line of helm's log on standard error, as Go's slog text handler writes it without the time. */
export function logLine(
  entry: Omit<LogEntry, "level"> & { readonly level: LogEntry["level"] | "ERROR" | "DEBUG" },
): string {
  const pairs = [["level", entry.level], ["msg", entry.message], ...Object.entries(entry.attributes ?? {})];
  return `${pairs.map(([key, value]) => `${key}=${quotedIfNeeded(value!)}`).join(" ")}\n`;
}

/** What Kubernetes' own libraries log of a warning, which helm lets through: `I1125 09:31:21.840014    3728 warnings.go:107] "…"`. */
export function klogLine(message: string, now: Date): string {
  const digits = (value: number, width: number): string => String(value).padStart(width, "0");
  const day = digits(now.getMonth() + 1, 2) + digits(now.getDate(), 2);
  const clock = [now.getHours(), now.getMinutes(), now.getSeconds()].map((part) => digits(part, 2)).join(":");
  const head = `I${day} ${clock}.${digits(now.getMilliseconds(), 3)}000 ${String(process.pid).padStart(7)}`;
  return `${head} warnings.go:107] ${goQuote(message)}\n`;
}

function quotedIfNeeded(text: string): string {
  return text === "" || /[\s="\x00-\x1f\x7f\ufffd]/.test(text) ? goQuote(text) : text;
}
