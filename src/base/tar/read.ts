import { TarError } from "./errors.ts";

export interface TarEntry {
  /** As the archive has it, without a closing slash. */
  readonly path: string;
  readonly type: "file" | "directory" | "symlink";
  readonly mode: number;
  /** Seconds since 1970. */
  readonly modified: number;
  /** Empty for directories and links. A view into the archive's bytes: copy it to keep it for long. */
  readonly content: Uint8Array;
  /** Where a symlink points; empty for the rest. */
  readonly target: string;
}

export interface TarLimits {
  /** Of all entries together, headers included. */
  readonly maxBytes?: number;
  readonly maxEntryBytes?: number;
  readonly maxEntries?: number;
  /** What to do with symbolic and hard links; `refuse` when absent. */
  readonly links?: "refuse" | "skip" | "keep";
  /** `refuse` (when absent) throws for absolute names and `..`; `unchecked` leaves that to the caller. */
  readonly paths?: "refuse" | "unchecked";
}

export const defaultMaxBytes = 100 * 1024 * 1024;
const block = 512;

/** Reads an uncompressed tar archive: ustar, PAX and GNU long names. Device nodes and the like are left out. */
export function readTar(archive: Uint8Array, limits: TarLimits = {}): TarEntry[] {
  const { maxBytes = defaultMaxBytes, maxEntryBytes = maxBytes, maxEntries = 100_000 } = limits;
  if (archive.length > maxBytes) throw new TarError("limit", `archive is larger than ${maxBytes} bytes`);
  const entries: TarEntry[] = [];
  let offset = 0;
  let global: Extended = {};
  let next: Extended = {};
  while (offset + block <= archive.length) {
    const header = archive.subarray(offset, offset + block);
    if (isZero(header)) break;
    assertChecksum(header);
    offset += block;
    const type = String.fromCharCode(header[156] as number);
    const size = next.size ?? readNumber(header, 124, 12);
    const hasContent = !"123456".includes(type);
    const length = hasContent ? size : 0;
    if (length > archive.length - offset) throw new TarError("format", "unexpected EOF");
    const content = archive.subarray(offset, offset + length);
    offset += Math.ceil(length / block) * block;
    switch (type) {
      case "x":
        next = { ...next, ...readExtended(content) };
        continue;
      case "g":
        global = { ...global, ...readExtended(content) };
        continue;
      case "L":
        next = { ...next, path: text(content, 0, content.length) };
        continue;
      case "K":
        next = { ...next, target: text(content, 0, content.length) };
        continue;
      default:
        break;
    }
    const entry = toEntry(header, type, content, { ...global, ...next });
    next = {};
    if (entry === undefined || !isWanted(entry, type, limits)) continue;
    if (content.length > maxEntryBytes) {
      throw new TarError("limit", `file ${JSON.stringify(entry.path)} is larger than ${maxEntryBytes} bytes`);
    }
    if (entries.length >= maxEntries) throw new TarError("limit", `archive has more than ${maxEntries} entries`);
    entries.push(entry);
  }
  return entries;
}

interface Extended {
  readonly path?: string;
  readonly target?: string;
  readonly size?: number;
  readonly modified?: number;
}

interface Header {
  readonly header: Uint8Array;
  /** All of it as text. */
  readonly fields: string;
}

function toEntry(header: Uint8Array, type: string, content: Uint8Array, extended: Extended): TarEntry | undefined {
  const at: Header = { header, fields: decoder.decode(header) };
  const isUstar = field(at, 257, 5) === "ustar";
  const prefix = isUstar && header[263] === 48 ? field(at, 345, 155) : "";
  const name = field(at, 0, 100);
  const path = extended.path ?? (prefix === "" ? name : `${prefix}/${name}`);
  const kind = kindOf(type, path);
  if (kind === undefined) return undefined;
  return {
    path: path.replace(/\/+$/, ""),
    type: kind,
    mode: readNumber(header, 100, 8) & 0o7777,
    modified: extended.modified ?? readNumber(header, 136, 12),
    content: kind === "file" ? content : content.subarray(0, 0),
    target: kind === "symlink" ? (extended.target ?? field(at, 157, 100)) : "",
  };
}

function kindOf(type: string, path: string): TarEntry["type"] | undefined {
  switch (type) {
    case "0":
    case "\0":
    case "7":
      return path.endsWith("/") ? "directory" : "file";
    case "5":
      return "directory";
    case "1":
    case "2":
      return "symlink";
    default:
      return undefined;
  }
}

function isWanted(entry: TarEntry, type: string, { links = "refuse", paths = "refuse" }: TarLimits): boolean {
  if (entry.type === "symlink") {
    if (links === "skip") return false;
    // A hard link names another entry, not a path: nobody here needs one.
    if (links === "refuse" || type === "1") {
      throw new TarError("link", `archive contains a link: ${JSON.stringify(entry.path)}`);
    }
  }
  if (paths === "refuse" && !isInside(entry.path)) {
    throw new TarError("path", `archive contains a path that leaves it: ${JSON.stringify(entry.path)}`);
  }
  return true;
}

/** True for a relative path that never steps above where it starts, on any system. */
export function isInside(path: string): boolean {
  if (path.includes("\0") || /^[\\/]/.test(path) || /^[A-Za-z]:/.test(path)) return false;
  return !path.split(/[\\/]/).includes("..");
}

function readExtended(content: Uint8Array): Extended {
  let extended: Extended = {};
  let offset = 0;
  while (offset < content.length) {
    const space = content.indexOf(0x20, offset);
    const length = space < 0 ? Number.NaN : Number(text(content, offset, space - offset));
    if (!Number.isInteger(length) || length <= space - offset + 1 || offset + length > content.length) {
      throw new TarError("format", "archive/tar: invalid tar header");
    }
    const record = decoder.decode(content.subarray(space + 1, offset + length - 1));
    const equals = record.indexOf("=");
    const key = record.slice(0, equals);
    const value = record.slice(equals + 1);
    if (key === "path") extended = { ...extended, path: value };
    else if (key === "linkpath") extended = { ...extended, target: value };
    else if (key === "size") extended = { ...extended, size: parseSize(value) };
    else if (key === "mtime") extended = { ...extended, modified: Math.floor(Number(value)) || 0 };
    offset += length;
  }
  return extended;
}

function parseSize(value: string): number {
  const size = Number(value);
  if (!/^[0-9]+$/.test(value) || !Number.isSafeInteger(size)) {
    throw new TarError("format", "archive/tar: invalid tar header");
  }
  return size;
}

const decoder = new TextDecoder();

function text(bytes: Uint8Array, from: number, length: number): string {
  const end = bytes.indexOf(0, from);
  return decoder.decode(bytes.subarray(from, end < 0 || end > from + length ? from + length : end));
}

// Headers are ASCII as a rule: then the field is a part of the text of all.
function field({ header, fields }: Header, from: number, length: number): string {
  if (fields.length !== block || fields.includes("\ufffd")) return text(header, from, length);
  const end = fields.indexOf("\0", from);
  return fields.slice(from, end < 0 || end > from + length ? from + length : end);
}

function readNumber(header: Uint8Array, from: number, length: number): number {
  const first = header[from] as number;
  const end = from + length;
  let value = 0;
  if ((first & 0x80) !== 0) {
    // GNU: a number too large for octal is written in base 256.
    value = first & 0x7f;
    for (let i = from + 1; i < end; i += 1) value = value * 256 + (header[i] as number);
    if (!Number.isSafeInteger(value)) throw new TarError("format", "archive/tar: invalid tar header");
    return value;
  }
  let at = from;
  while (at < end && header[at] === 0x20) at += 1;
  for (; at < end && isOctal(header[at] as number); at += 1) value = value * 8 + (header[at] as number) - 0x30;
  while (at < end && header[at] === 0x20) at += 1;
  if (at < end && header[at] !== 0) throw new TarError("format", "archive/tar: invalid tar header");
  return value;
}

function isOctal(code: number): boolean {
  return code >= 0x30 && code <= 0x37;
}

// The sum of all bytes, with spaces for its own.
function assertChecksum(header: Uint8Array): void {
  let sum = 8 * 0x20;
  for (let i = 0; i < 148; i += 1) sum += header[i] as number;
  for (let i = 156; i < block; i += 1) sum += header[i] as number;
  if (sum !== readNumber(header, 148, 8)) throw new TarError("format", "archive/tar: invalid tar header");
}

function isZero(bytes: Uint8Array): boolean {
  return bytes[0] === 0 && bytes.every((byte) => byte === 0);
}
