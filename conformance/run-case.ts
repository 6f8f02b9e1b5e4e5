import { resolve } from "node:path";
import type { Io } from "../src/cli/command.ts";
import { cox } from "../src/cli/commands.ts";
import { runLine } from "../src/cli/run.ts";
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
  const ours = await runHelm(commandLine(corpus, test));
  const recorded = recordedOutput(corpus, test);
  // The recordings of failures have the corpus folder's path taken out.
  const stderr = ours.stderr.replaceAll(`${resolve(corpus.folder)}/`, "");
  if (ours.exit !== test.exit) {
    const shown = ours.exit === 0 ? "" : `: ${stderr.trim().replaceAll("\n", "\\n")}`;
    return { id: test.id, line: 0, ours: `exit ${ours.exit}${shown}`, theirs: `exit ${test.exit}` };
  }
  const found =
    recorded.stdout === undefined
      ? firstDifference(stderr, recorded.stderr ?? "", new Set())
      : firstDifference(ours.stdout, recorded.stdout, new Set(test.maskedLines));
  return found === undefined ? undefined : { id: test.id, ...found };
}

/** Compares line by line. Masked lines may differ, but the number of lines may not. */
export function firstDifference(
  ours: string,
  theirs: string,
  masked: ReadonlySet<number>,
): Omit<Difference, "id"> | undefined {
  if (ours === theirs) return undefined;
  const left = ours.split("\n");
  const right = theirs.split("\n");
  for (let index = 0; index < Math.max(left.length, right.length); index += 1) {
    const a = left[index];
    const b = right[index];
    if (a === b || (a !== undefined && b !== undefined && masked.has(index + 1))) continue;
    return { line: index + 1, ours: a ?? "(end)", theirs: b ?? "(end)" };
  }
  return undefined;
}

async function runHelm(
  line: readonly string[],
): Promise<{ readonly exit: number; readonly stdout: string; readonly stderr: string }> {
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
    cwd: process.cwd(),
    isTerminal: false,
    signal: new AbortController().signal,
    now: () => new Date(),
  };
  const exit = await runLine(cox, "cox", ["helm", ...line], io);
  return { exit, stdout, stderr };
}
