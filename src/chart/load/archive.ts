import { gunzip, readTar, TarError, type TarEntry } from "../../base/node/tar.ts";
import { formatRfc3339Nano } from "../../base/time.ts";
import { ChartError } from "../errors.ts";
import type { Chart, ChartFile } from "../types.ts";
import { chartFromFiles } from "./files.ts";

/** What a chart may unpack to. The defaults are Helm's. */
export interface ChartLimits {
  /** Of everything, packed subcharts included. 100 MiB when absent. */
  readonly maxBytes?: number;
  /** Of one file. 5 MiB when absent. */
  readonly maxFileBytes?: number;
  readonly maxFiles?: number;
}

export const defaultMaxFileBytes = 5 * 1024 * 1024;
const defaultMaxBytes = 100 * 1024 * 1024;
const defaultMaxFiles = 50_000;

/** Loads a packed chart. Throws ChartError with Helm's text for what is no chart, too large, or leaves its folder. */
export async function loadChartArchive(bytes: Uint8Array, limits: ChartLimits = {}): Promise<Chart> {
  const budget = new Budget(limits);
  return await chartFromFiles(readChartArchive(bytes, budget), (data) =>
    Promise.resolve(readChartArchive(data, budget)),
  );
}

/** The files of a packed chart, subcharts still packed. Throws ChartError as `loadChartArchive` does. */
export function readPackedFiles(bytes: Uint8Array, limits: ChartLimits = {}): readonly ChartFile[] {
  return readChartArchive(bytes, new Budget(limits));
}

/** Counts down over a chart and the subcharts packed inside of it. */
export class Budget {
  readonly maxBytes: number;
  readonly maxFileBytes: number;
  readonly maxFiles: number;
  #bytes: number;
  #files: number;

  constructor({
    maxBytes = defaultMaxBytes,
    maxFileBytes = defaultMaxFileBytes,
    maxFiles = defaultMaxFiles,
  }: ChartLimits) {
    this.maxBytes = maxBytes;
    this.maxFileBytes = maxFileBytes;
    this.maxFiles = maxFiles;
    this.#bytes = maxBytes;
    this.#files = maxFiles;
  }

  get remainingBytes(): number {
    return this.#bytes;
  }

  get remainingFiles(): number {
    return this.#files;
  }

  take(bytes: number, files: number): void {
    this.#bytes -= bytes;
    this.#files -= files;
    if (this.#files < 0) throw new ChartError("TooLarge", `chart has more than ${this.maxFiles} files`);
    if (this.#bytes < 0) throw this.tooLarge();
  }

  tooLarge(cause?: unknown): ChartError {
    return new ChartError("TooLarge", `decompressed chart is larger than the maximum size ${this.maxBytes}`, { cause });
  }
}

/** The files of a packed chart without its top folder; subcharts stay packed. */
export function readChartArchive(bytes: Uint8Array, budget: Budget): ChartFile[] {
  const files: ChartFile[] = [];
  for (const entry of readEntries(bytes, budget)) {
    if (entry.type === "directory") continue;
    const name = nameInChart(entry.path);
    if (entry.content.length > budget.maxFileBytes)
      throw new ChartError(
        "TooLarge",
        `decompressed chart file ${JSON.stringify(entry.path)} is larger than the maximum file size ${budget.maxFileBytes}`,
      );
    files.push({
      name,
      data: withoutByteOrderMark(entry.content),
      modTime: formatRfc3339Nano(momentOf(entry.modified)),
    });
  }
  if (files.length === 0) throw new ChartError("InvalidArchive", "no files in chart archive");
  return files;
}

/** Helm removes a UTF-8 byte order mark from every file. */
export function withoutByteOrderMark(data: Uint8Array): Uint8Array {
  return data[0] === 0xef && data[1] === 0xbb && data[2] === 0xbf ? data.subarray(3) : data;
}

function readEntries(bytes: Uint8Array, budget: Budget): TarEntry[] {
  try {
    const tar = gunzip(bytes, budget.remainingBytes);
    // Helm reads a link as an empty file.
    const entries = readTar(tar, {
      maxBytes: budget.remainingBytes,
      // One more than allowed, so that the budget says what is wrong.
      maxEntries: budget.remainingFiles + 1,
      links: "keep",
      paths: "unchecked",
    });
    budget.take(tar.length, entries.length);
    return entries;
  } catch (error) {
    if (!(error instanceof TarError)) throw error;
    if (error.code === "limit") throw budget.tooLarge(error);
    throw new ChartError("InvalidArchive", error.message, { cause: error });
  }
}

/** Helm: archive.LoadArchiveFiles. Archives made on Windows may use backslashes. */
function nameInChart(path: string): string {
  const delimiter = path.includes("\\") ? "\\" : "/";
  const [top, ...rest] = path.split(delimiter);
  const joined = rest.join("/");
  if (joined.startsWith("/")) throw new ChartError("InvalidArchive", "chart illegally contains absolute paths");
  const name = cleanPath(joined);
  if (name === ".")
    throw new ChartError(
      "InvalidArchive",
      `chart illegally contains content outside the base directory: ${JSON.stringify(path)}`,
    );
  if (name.startsWith("..")) throw new ChartError("InvalidArchive", "chart illegally references parent directory");
  if (/^[a-zA-Z]:\//.test(name)) throw new ChartError("InvalidArchive", "chart contains illegally named files");
  if (top === "Chart.yaml") throw new ChartError("InvalidArchive", "chart yaml not in base directory");
  return name;
}

/** Go's path.Clean for a relative path. */
function cleanPath(path: string): string {
  const steps: string[] = [];
  for (const step of path.split("/")) {
    if (step === "" || step === ".") continue;
    if (step === ".." && steps.length > 0 && steps.at(-1) !== "..") steps.pop();
    else steps.push(step);
  }
  return steps.length === 0 ? "." : steps.join("/");
}

function momentOf(seconds: number): { seconds: number; nanoseconds: number; offsetMinutes: number } {
  const whole = Math.floor(seconds);
  return { seconds: whole, nanoseconds: Math.round((seconds - whole) * 1e9), offsetMinutes: 0 };
}
