import { crc32 } from "node:zlib";
import type { KubeObject } from "../../api/index.ts";
import type { JournalEntry } from "../store/types.ts";

/** One line of a file: a checksum and the entry as JSON. A line that was cut off does not pass for a whole one. */
export function formatRecord({ revision, bucket, key, object }: JournalEntry): string {
  return withChecksum(JSON.stringify([revision, bucket, key, object ?? null]));
}

/** Reads a line; undefined for one that is not whole. */
export function tryParseRecord(line: string): JournalEntry | undefined {
  const json = tryCheck(line);
  if (json === undefined) return undefined;
  const [revision, bucket, key, object] = JSON.parse(json) as [number, string, string, KubeObject | null];
  return { revision, bucket, key, ...(object === null ? {} : { object }) };
}

/** The last line of a snapshot: it says that the snapshot is whole. */
export function formatEnd(revision: number, count: number): string {
  return withChecksum(JSON.stringify({ revision, count }));
}

export function tryParseEnd(line: string): { readonly revision: number; readonly count: number } | undefined {
  const json = tryCheck(line);
  if (json === undefined || !json.startsWith("{")) return undefined;
  return JSON.parse(json) as { readonly revision: number; readonly count: number };
}

function withChecksum(json: string): string {
  return `${crc32(json).toString(16).padStart(8, "0")} ${json}\n`;
}

function tryCheck(line: string): string | undefined {
  const json = line.slice(9);
  return line[8] === " " && crc32(json).toString(16).padStart(8, "0") === line.slice(0, 8) ? json : undefined;
}
