import { setImmediate } from "node:timers/promises";
import {
  chartSeparator,
  type ChartVersion,
  formatChart,
  formatHead,
  formatIndexInParts,
  type ListedVersion,
  parseIndex,
  type RepositoryIndex,
  type VersionIndex,
} from "./index-file.ts";

/**
 * About how much is read at once, in characters: a millisecond's work, and little enough that what comes of it is forgotten while it is young:
 * eight times as much takes half as much processor time again, in a process whose heap is kept small.
 */
const stepSize = 16 << 10;

/** Reads what of an index is needed to choose a version. Throws InvalidIndex as `parseIndex` does. */
export async function readVersions(text: string, options: { readonly step?: number } = {}): Promise<VersionIndex> {
  const drain = async (parts: AsyncIterable<string>): Promise<void> => {
    for await (const _ of parts);
  };
  return (await convertIndex(text, drain, options)).index;
}

/** The same of an index as `convertIndex` writes it, some charts at a time; of another it is all read at once. */
export async function readStoredVersions(
  text: string,
  { step = stepSize }: { readonly step?: number } = {},
): Promise<VersionIndex> {
  const head = text.slice(0, text.indexOf("\n") + 1);
  if (!head.startsWith('{"apiVersion":"v1",') || !head.endsWith('"entries":{\n') || !text.endsWith("}}"))
    return readVersions(text, { step });
  const { generated } = parseIndex(`${head}}}`);
  const entries = new Map<string, readonly ListedVersion[]>();
  const end = text.length - "}}".length;
  for (let from = head.length; from < end; ) {
    const next = text.indexOf(chartSeparator, from + step);
    const to = next < 0 ? end : next;
    await setImmediate();
    const piece = parseIndex(`{"apiVersion":"v1","entries":{${text.slice(from, to)}}}`);
    for (const [name, versions] of piece.entries) entries.set(name, versions.map(slimVersion));
    from = to + chartSeparator.length;
  }
  return { generated, entries };
}

/**
 * Reads an index and gives `write` the same as JSON, part by part. Others may work in between: one of fifty megabytes takes
 * seconds; and no more of it than a part and what is needed to choose a version is in memory. An index that is written as Helm
 * writes it is read some charts at a time; one that is not, or that is wrong, is read whole, and then `write` is called again.
 */
export async function convertIndex<T>(
  text: string,
  write: (parts: AsyncIterable<string>) => Promise<T>,
  { step = stepSize }: { readonly step?: number } = {},
): Promise<{ readonly index: VersionIndex; readonly written: T }> {
  const pieces = text.length <= step ? undefined : splitCharts(text, step);
  if (pieces !== undefined) {
    const stepped = readPieces(pieces);
    try {
      const written = await write(stepped.parts);
      return { index: stepped.index(), written };
    } catch (error) {
      // Alone, a piece may lack what stands in another one, or tell another place: the whole reader has the last word.
      if (!stepped.isBroken()) throw error;
    }
  }
  const whole = parseIndex(text);
  const written = await write(toAsync(formatIndexInParts(whole)));
  return { index: slim(whole), written };
}

function readPieces({ head, tail, charts }: Pieces) {
  const entries = new Map<string, readonly ListedVersion[]>();
  let isBroken = false;
  let generated = "";
  const read = (text: string): RepositoryIndex => {
    try {
      return parseIndex(text);
    } catch (error) {
      isBroken = true;
      throw error;
    }
  };
  async function* parts(): AsyncIterable<string> {
    ({ generated } = read(`${head}entries: {}\n${tail}`));
    let text = formatHead(generated);
    for (const piece of charts) {
      await setImmediate();
      for (const [name, versions] of read(`apiVersion: v1\nentries:\n${piece}`).entries) {
        if (entries.has(name)) {
          isBroken = true; // a name that is there twice: the whole reader says so
          throw new Error(name);
        }
        text += `${entries.size === 0 ? "" : chartSeparator}${formatChart(name, versions)}`;
        entries.set(name, versions.map(slimVersion));
      }
      yield text;
      text = "";
    }
    yield `${text}}}`;
  }
  return { parts: parts(), isBroken: () => isBroken, index: (): VersionIndex => ({ generated, entries }) };
}

async function* toAsync(parts: Iterable<string>): AsyncIterable<string> {
  yield* parts;
}

function slim({ generated, entries }: RepositoryIndex): VersionIndex {
  return { generated, entries: new Map([...entries].map(([name, versions]) => [name, versions.map(slimVersion)])) };
}

/** Texts are copied: one that was cut out of the index would keep all of it in memory. */
function slimVersion({ name, version, semver, urls, created, digest }: ChartVersion): ListedVersion {
  const copy = JSON.parse(JSON.stringify({ name, version, urls, created, digest })) as Omit<ListedVersion, "semver">;
  return { ...copy, semver };
}

interface Pieces {
  readonly head: string;
  readonly tail: string;
  readonly charts: readonly string[];
}

/** Cuts the map `entries` between its keys; undefined where it is not written with two blanks before each of them. */
function splitCharts(text: string, step: number): Pieces | undefined {
  const begin = /^entries:\n/m.exec(text);
  // Other line breaks, and marks between documents, would mean something else in a part.
  if (begin === null || /\r|\n(?:---|\.\.\.)/.test(text)) return undefined;
  const from = begin.index + begin[0].length;
  const isKeyAt = (at: number): boolean => text.startsWith("  ", at) && !/[ \n#-]/.test(text.charAt(at + 2));
  if (!isKeyAt(from) || /\n [^ \n]/.test(text.slice(from))) return undefined;
  const charts: string[] = [];
  let start = from;
  for (let at = from; ; ) {
    const next = text.indexOf("\n", at) + 1;
    const end = next === 0 ? text.length : next;
    const isOver = end === text.length || !/[ \n#]/.test(text.charAt(end));
    if (isOver || (end - start >= step && isKeyAt(end))) {
      charts.push(text.slice(start, end));
      start = end;
    }
    if (isOver) return { head: text.slice(0, begin.index), tail: text.slice(end), charts };
    at = end;
  }
}
