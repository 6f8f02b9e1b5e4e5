import {
  type Command,
  type CommandGroup,
  type CommandNode,
  findChild,
  type Flag,
  type Flags,
  type Io,
  type Suggest,
} from "./command.ts";

/** A word that could come next, and what it is. */
export interface Candidate {
  readonly word: string;
  readonly help: string;
}

/** cobra's ShellCompDirective, as far as we say one: what the shell does when nothing fits. */
export type Directive = "files" | "nothing";

const help: Flag = { type: "boolean", short: "h", help: "help" };

/** What could stand in the place of the last word, which may be a beginning or empty. */
export async function complete(
  root: CommandGroup,
  line: readonly string[],
  io: Io,
): Promise<{ readonly candidates: readonly Candidate[]; readonly directive: Directive }> {
  const words = line.slice(0, -1);
  const begun = line.at(-1) ?? "";
  let node: CommandNode = root;
  let flags: Flags = root.globalFlags ?? {};
  let command: Command | undefined;
  const args: string[] = [];
  let open: Flag | undefined; // a flag whose value comes next
  let isPlain = false; // after `--`
  for (const word of words) {
    if (open !== undefined) open = undefined;
    else if (!isPlain && word === "--") isPlain = true;
    else if (!isPlain && word.startsWith("-")) open = flagAwaiting(word, flags);
    else if ("commands" in node) {
      const next: CommandNode | undefined = findChild(node, word)?.node;
      if (next === undefined) return { candidates: [], directive: "nothing" };
      node = next;
      if ("commands" in node) flags = { ...flags, ...node.globalFlags };
      else {
        command = (await node.load()) as Command;
        flags = command.flags;
      }
    } else args.push(word);
  }
  const fitting = (candidates: readonly Candidate[]) => candidates.filter(({ word }) => word.startsWith(begun));
  if (open !== undefined) {
    const values = valuesOf(open).map((word) => ({ word, help: "" }));
    return { candidates: fitting(values), directive: values.length === 0 ? "files" : "nothing" };
  }
  if (begun.startsWith("-") && !isPlain) return { candidates: fitting(flagsOf(flags)), directive: "nothing" };
  if ("commands" in node) {
    const names = Object.entries(node.commands).map(([word, { summary }]) => ({ word, help: summary }));
    return { candidates: fitting(names).toSorted(byWord), directive: "nothing" };
  }
  const suggested = await suggest(node.suggest, { line: words, args, io });
  if (suggested !== undefined) {
    const words = suggested.words.map((word) => ({ word, help: "" }));
    return { candidates: fitting(words), directive: suggested.orFile === true ? "files" : "nothing" };
  }
  // A command that would refuse one more word takes none.
  const isFull = command?.checkArgs?.(args) === undefined && command?.checkArgs?.([...args, "x"]) !== undefined;
  return { candidates: [], directive: isFull ? "nothing" : "files" };
}

/** The lines that cobra's programs answer `__complete` with, which scripts of shells read. */
export async function printCompletions(
  root: CommandGroup,
  line: readonly string[],
  { io, described }: { readonly io: Io; readonly described: boolean },
): Promise<number> {
  const { candidates, directive } = await complete(root, line, io);
  for (const { word, help } of candidates) io.stdout(described && help !== "" ? `${word}\t${help}\n` : `${word}\n`);
  io.stdout(`:${directive === "files" ? 0 : 4}\n`);
  return 0;
}

async function suggest(
  load: (() => Promise<Suggest>) | undefined,
  given: Parameters<Suggest>[0],
): Promise<Awaited<ReturnType<Suggest>> | undefined> {
  if (load === undefined) return undefined;
  try {
    return await (await load())(given);
  } catch {
    return { words: [] }; // nobody is told in the middle of a line that there is no cluster
  }
}

function flagAwaiting(word: string, flags: Flags): Flag | undefined {
  if (word.includes("=")) return undefined;
  const flag = word.startsWith("--")
    ? Object.entries(flags).find(([name]) => name === word.slice(2))?.[1]
    : Object.values(flags).find(({ short }) => short === word.at(1) && word.length === 2);
  return flag === undefined || flag.type === "boolean" || flag.type === "optional" ? undefined : flag;
}

function flagsOf(flags: Flags): readonly Candidate[] {
  return Object.entries({ ...flags, help })
    .filter(([, { hidden }]) => hidden !== true)
    .map(([name, { help: text }]) => ({ word: `--${name}`, help: text.split("\n", 1)[0] ?? "" }))
    .toSorted(byWord);
}

function byWord(a: Candidate, b: Candidate): number {
  return a.word < b.word ? -1 : 1;
}

/** The values that the help of a flag lists. */
function valuesOf({ help: text }: Flag): readonly string[] {
  const list = /Allowed values: ([\w, -]+)/.exec(text)?.[1] ?? /\((\w+(?:, \w+)+)\)/.exec(text)?.[1] ?? "";
  return list === "" ? [] : list.split(",").map((value) => value.trim());
}
