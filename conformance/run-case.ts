import { resolve } from "node:path";
import type { Io } from "../src/cli/command.ts";
import { cox } from "../src/cli/commands.ts";
import { runLine } from "../src/cli/run.ts";
import type { ProgramResult } from "./helm-program.ts";
import { type Case, type Corpus, commandLine, recordedOutput } from "./corpus.ts";

export interface Difference {
  readonly id: string;
  /** The first line that differs, from 1; 0 for the exit code. */
  readonly line: number;
  readonly ours: string;
  readonly theirs: string;
}

/** Runs a case through the command itself, in this process; undefined when everything equals the recording. */
export async function runCase(corpus: Corpus, test: Case): Promise<Difference | undefined> {
  const now = new Date();
  const ours = await runHelm(commandLine(corpus, test), now);
  const recorded = recordedOutput(corpus, test);
  // The recordings of failures have the corpus folder's path taken out.
  const stderr = ours.stderr.replaceAll(`${resolve(corpus.folder)}/`, "");
  if (ours.exit !== test.exit) {
    const shown = ours.exit === 0 ? "" : `: ${stderr.trim().replaceAll("\n", "\\n")}`;
    return { id: test.id, line: 0, ours: `exit ${ours.exit}${shown}`, theirs: `exit ${test.exit}` };
  }
  const found =
    recorded.stdout === undefined
      ? firstDifference(stderr, recorded.stderr ?? "", { now })
      : firstDifference(ours.stdout, recorded.stdout, { masked: new Set(test.maskedLines), now });
  return found === undefined ? undefined : { id: test.id, ...found };
}

export interface Allowance {
  /** Line numbers, from 1, that may differ; the number of lines may not. */
  readonly masked?: ReadonlySet<number>;
  /** The time of our run: where our line shows it, theirs may show another in the same form. */
  readonly now?: Date;
}

/** Compares line by line. */
export function firstDifference(
  ours: string,
  theirs: string,
  { masked = new Set(), now }: Allowance = {},
): Omit<Difference, "id"> | undefined {
  if (ours === theirs) return undefined;
  const left = ours.split("\n");
  const right = theirs.split("\n");
  for (let index = 0; index < Math.max(left.length, right.length); index += 1) {
    const a = left[index];
    const b = right[index];
    if (a === b) continue;
    if (a !== undefined && b !== undefined) {
      if (masked.has(index + 1) || (now !== undefined && differsByMoment(a, b, now))) continue;
    }
    return { line: index + 1, ours: a ?? "(end)", theirs: b ?? "(end)" };
  }
  return undefined;
}

/** The recordings do not say when they were made, and two runs in one second do not show which lines tell. */
function differsByMoment(ours: string, theirs: string, now: Date): boolean {
  const rfc3339 = `${now.toISOString().slice(0, 19)}Z`;
  const forms = [
    { text: String(Math.floor(now.getTime() / 1000)), read: (text: string) => new Date(Number(text) * 1000) },
    { text: rfc3339, read: (text: string) => new Date(text) },
    { text: btoa(rfc3339), read: (text: string) => new Date(Buffer.from(text, "base64").toString()) },
  ];
  return forms.some(({ text, read }) => {
    const [before, after, ...others] = ours.split(text);
    if (before === undefined || after === undefined || others.length > 0) return false;
    if (!theirs.startsWith(before) || !theirs.endsWith(after) || theirs.length !== ours.length) return false;
    const moment = read(theirs.slice(before.length, before.length + text.length));
    return moment.getTime() > Date.UTC(2020, 0) && moment.getTime() <= now.getTime();
  });
}

/** Runs our `helm` in this process; `line` is what follows the program's name. */
export async function runHelm(line: readonly string[], now: Date, cwd: string = process.cwd()): Promise<ProgramResult> {
  let stdout = "";
  let stderr = "";
  const io: Io = {
    stdout: (text) => {
      stdout += text;
    },
    stderr: (text) => {
      stderr += text;
    },
    stdin: () => Promise.resolve(""),
    env: {},
    cwd,
    isTerminal: false,
    signal: new AbortController().signal,
    now: () => now,
  };
  const exit = await runLine(cox, "cox", ["helm", ...line], io);
  return { exit, stdout, stderr };
}
