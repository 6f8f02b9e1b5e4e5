import { setImmediate } from "node:timers/promises";
import { parseIndex, type ChartVersion, type RepositoryIndex } from "./index-file.ts";

/** About how much is read at once, in characters: some milliseconds' work. */
const stepSize = 128 << 10;

/**
 * Reads an index as `parseIndex` does and lets others work in between: one of fifty megabytes takes seconds. An index that is
 * written as Helm writes it is read some charts at a time; one that is not, or that is wrong, is read whole.
 */
export async function parseIndexInSteps(text: string, { step = stepSize } = {}): Promise<RepositoryIndex> {
  const parts = text.length <= step ? undefined : splitCharts(text, step);
  if (parts === undefined) return parseIndex(text);
  const entries = new Map<string, readonly ChartVersion[]>();
  try {
    const frame = parseIndex(`${parts.head}entries: {}\n${parts.tail}`);
    for (const charts of parts.charts) {
      await setImmediate();
      for (const [name, versions] of parseIndex(`apiVersion: v1\nentries:\n${charts}`).entries) {
        if (entries.has(name)) return parseIndex(text); // a name that is there twice: the whole reader says so
        entries.set(name, versions);
      }
    }
    return { ...frame, entries };
  } catch {
    // Alone, a part may lack what stands in another one, or tell another place: the whole reader has the last word.
    return parseIndex(text);
  }
}

/** Cuts the map `entries` between its keys; undefined where it is not written with two blanks before each of them. */
function splitCharts(
  text: string,
  step: number,
): { readonly head: string; readonly tail: string; readonly charts: readonly string[] } | undefined {
  const begin = /^entries:\n/m.exec(text);
  // Other line breaks, and marks between documents, would mean something else in a part.
  if (begin === null || /\r|\n(?:---|\.\.\.)/.test(text)) return undefined;
  const from = begin.index + begin[0].length;
  const charts: string[] = [];
  let start = from;
  for (let at = from; ; ) {
    const next = text.indexOf("\n", at) + 1;
    const end = next === 0 ? text.length : next;
    const isOver = end === text.length || !/[ \n#]/.test(text.charAt(end));
    const isKey = text.startsWith("  ", end) && !/[ \n#-]/.test(text.charAt(end + 2));
    if (isOver || (isKey && end - start >= step)) {
      charts.push(text.slice(start, end));
      start = end;
    }
    if (isOver) return { head: text.slice(0, begin.index), tail: text.slice(end), charts };
    at = end;
  }
}
