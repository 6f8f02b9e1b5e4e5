import { goQuote } from "../../base/go-quote.ts";
import type { LogEntry } from "../../chart/index.ts";

/** A line of helm's log on standard error, as Go's slog text handler writes it without the time. */
export function logLine(
  entry: Omit<LogEntry, "level"> & { readonly level: LogEntry["level"] | "ERROR" | "DEBUG" },
): string {
  const pairs = [["level", entry.level], ["msg", entry.message], ...Object.entries(entry.attributes ?? {})];
  return `${pairs.map(([key, value]) => `${key}=${quotedIfNeeded(value!)}`).join(" ")}\n`;
}

function quotedIfNeeded(text: string): string {
  return text === "" || /[\s="\x00-\x1f\x7f\ufffd]/.test(text) ? goQuote(text) : text;
}
