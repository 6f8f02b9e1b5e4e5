import { loadBuiltin } from "../../base/node/load.ts";

interface Host {
  readonly env?: { readonly TZ?: string };
}

/** The IANA name of the process's own time zone; UTC where TZ names none, as in Go. */
export function processZone(): string {
  // Intl takes ten milliseconds to read the data of all zones: a machine on UTC, as containers are, is told by a look at a link.
  if (isPlainlyUtc()) return "UTC";
  const { timeZone } = new Intl.DateTimeFormat().resolvedOptions() as { readonly timeZone: string | undefined };
  return timeZone === undefined || timeZone === "Etc/Unknown" ? "UTC" : timeZone;
}

function isPlainlyUtc(): boolean {
  const { process } = globalThis as { process?: Host };
  const named = process?.env?.TZ;
  if (named !== undefined) return named === "" || named === "UTC";
  try {
    const { readlinkSync } = loadBuiltin<{ readlinkSync(path: string): string }>("node:fs");
    return /\/zoneinfo\/(?:Etc\/)?UTC$/.test(readlinkSync("/etc/localtime"));
  } catch {
    return false;
  }
}
