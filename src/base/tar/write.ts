import { TarError } from "./errors.ts";

export interface NewTarEntry {
  readonly path: string;
  /** Absent for directories. */
  readonly content?: Uint8Array | string;
  /** 0644 for files and 0755 for directories when absent. */
  readonly mode?: number;
  /** Seconds since 1970; 0 when absent, so that equal content gives equal archives. */
  readonly modified?: number;
}

const block = 512;
const encoder = new TextEncoder();

/** Writes a tar archive as Go's archive/tar does: ustar, PAX where a name does not fit; owner and times zero unless given. */
export function writeTar(entries: Iterable<NewTarEntry>): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [];
  for (const entry of entries) {
    const content = typeof entry.content === "string" ? encoder.encode(entry.content) : entry.content;
    parts.push(...headersOf(entry, content?.length));
    if (content !== undefined) parts.push(content, padding(content.length));
  }
  parts.push(new Uint8Array(2 * block));
  const archive = new Uint8Array(parts.reduce((total, part) => total + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    archive.set(part, offset);
    offset += part.length;
  }
  return archive;
}

function headersOf(entry: NewTarEntry, size: number | undefined): Uint8Array[] {
  const isDirectory = size === undefined;
  const path = isDirectory ? `${entry.path.replace(/\/+$/, "")}/` : entry.path;
  const fields = {
    mode: entry.mode ?? (isDirectory ? 0o755 : 0o644),
    size: size ?? 0,
    modified: entry.modified ?? 0,
    type: isDirectory ? "5" : "0",
  };
  const split = splitPath(path);
  if (split !== undefined) return [header({ ...fields, ...split })];
  const record = paxRecord("path", path);
  const slash = path.replace(/\/$/, "").lastIndexOf("/");
  const name = shorten(`${path.slice(0, slash + 1)}PaxHeaders.0/${path.slice(slash + 1)}`);
  return [
    header({ mode: 0, size: record.length, modified: 0, type: "x", name, prefix: "" }),
    record,
    padding(record.length),
    header({ ...fields, name: shorten(path), prefix: "" }),
  ];
}

interface Header {
  readonly name: string;
  readonly prefix: string;
  readonly mode: number;
  readonly size: number;
  readonly modified: number;
  readonly type: string;
}

function header({ name, prefix, mode, size, modified, type }: Header): Uint8Array {
  const bytes = new Uint8Array(block);
  const put = (value: string, at: number) => bytes.set(encoder.encode(value), at);
  put(name, 0);
  put(octal(mode, 7), 100);
  put(octal(0, 7), 108);
  put(octal(0, 7), 116);
  put(octal(size, 11), 124);
  put(octal(Math.max(0, Math.floor(modified)), 11), 136);
  put("        ", 148);
  put(type, 156);
  put("ustar\u000000", 257);
  put(octal(0, 7), 329);
  put(octal(0, 7), 337);
  put(prefix, 345);
  put(
    `${octal(
      bytes.reduce((sum, byte) => sum + byte, 0),
      6,
    )}\u0000 `,
    148,
  );
  return bytes;
}

function octal(value: number, digits: number): string {
  const text = value.toString(8).padStart(digits, "0");
  if (text.length > digits) throw new TarError("limit", "archive entry is too large for a tar header");
  return text;
}

/** How a name fits a ustar header, or undefined when it does not. */
function splitPath(path: string): { readonly name: string; readonly prefix: string } | undefined {
  if (!/^[\x01-\x7f]*$/.test(path)) return undefined;
  if (path.length <= 100) return { name: path, prefix: "" };
  const slash = path.slice(0, Math.min(path.length - 1, 156)).lastIndexOf("/");
  if (slash <= 0 || path.length - slash - 1 > 100 || slash > 155) return undefined;
  return { name: path.slice(slash + 1), prefix: path.slice(0, slash) };
}

function shorten(path: string): string {
  return path.replaceAll(/[^\x20-\x7e]/g, "").slice(0, 100);
}

function paxRecord(key: string, value: string): Uint8Array {
  const body = ` ${key}=${value}\n`;
  const length = encoder.encode(body).length;
  let total = length + String(length).length;
  if (length + String(total).length !== total) total = length + String(total).length;
  return encoder.encode(`${total}${body}`);
}

function padding(length: number): Uint8Array {
  return new Uint8Array((block - (length % block)) % block);
}
