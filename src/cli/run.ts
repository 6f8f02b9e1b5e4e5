import { messageOf } from "../base/errors.ts";
import {
  type Child,
  type Command,
  CommandError,
  type CommandGroup,
  type CommandNode,
  findChild,
  type Flags,
  type Io,
} from "./command.ts";
import { parseFlags } from "./flags.ts";
import { describeCommand, describeGroup } from "./help.ts";

/** Finds the command that a line names, runs it, prints its error in the way of its program, and gives the exit code. */
export async function runLine(root: CommandGroup, program: string, line: readonly string[], io: Io): Promise<number> {
  const [question, ...words] = line;
  if (question === "__complete" || question === "__completeNoDesc") {
    const { printCompletions } = await import("./complete.ts");
    return await printCompletions(root, words, { io, described: question === "__complete" });
  }
  let node: CommandNode = root;
  let path = program;
  let printError = root.printError ?? ((message: string) => `Error: ${message}\n`);
  let rest = line;
  let { isHelpful = false, globalFlags } = root;
  let switches: readonly string[] = ["-h", "--help"];
  while ("commands" in node) {
    switches = [...switches, ...(node.switches ?? [])];
    const at = nameAt(rest, switches);
    const word = at < 0 ? undefined : rest[at];
    const isRoot = path === program;
    const next: Child | undefined = word === undefined ? undefined : findChild(node, word);
    if (isRoot && word === "help" && next === undefined) return await runLine(root, program, asHelp(rest, at), io);
    if (word === undefined || (next === undefined && isHelpful && !isRoot)) {
      io.stdout(describeGroup(node, { path, name: path.slice(path.lastIndexOf(" ") + 1), isRoot, globalFlags }));
      return 0;
    }
    if (next === undefined) {
      const hint = isHelpful ? `${suggestionsFor(word, node)}\nRun '${path} --help' for usage.` : "";
      io.stderr(printError(`unknown command ${JSON.stringify(word)} for ${JSON.stringify(path)}${hint}`));
      return 1;
    }
    // Flags before a command's name belong to the command, as cobra's persistent flags do.
    rest = [...rest.slice(0, at), ...rest.slice(at + 1)];
    path += ` ${next.name}`;
    node = next.node;
    if ("commands" in node) {
      if (node.printError !== undefined) printError = node.printError;
      if (node.isHelpful !== undefined) isHelpful = node.isHelpful;
      if (node.globalFlags !== undefined) globalFlags = node.globalFlags;
    }
  }
  try {
    const command = (await node.load()) as Command;
    return await runCommand({ ...command, aliases: node.aliases ?? [] }, { path, line: rest, io });
  } catch (error) {
    if (error instanceof CommandError) {
      if (error.message !== "") io.stderr(printError(error.message));
      return error.exitCode;
    }
    io.stderr(printError(messageOf(error)));
    if (io.env.COX_DEBUG && error instanceof Error) io.stderr(`${error.stack ?? ""}\n`);
    return 1;
  }
}

/** Where a command's name stands behind flags and their values; -1 when there is none. */
function nameAt(line: readonly string[], switches: readonly string[]): number {
  for (let at = 0; at < line.length; at += 1) {
    const word = line[at] ?? "";
    if (!word.startsWith("-")) return at;
    const isWhole = word.includes("=") || switches.includes(word) || (!word.startsWith("--") && word.length > 2);
    if (!isWhole) at += 1;
  }
  return -1;
}

/** Runs a command with a line of its flags and words. */
export async function runCommand<F extends Flags>(
  command: Command<F>,
  { path, line, io }: { readonly path: string; readonly line: readonly string[]; readonly io: Io },
): Promise<number> {
  const { flags, given, args, help } = parseFlags(command.flags, line);
  if (help) {
    io.stdout(describeCommand(command));
    return 0;
  }
  const wrong = command.checkArgs?.(args);
  if (wrong !== undefined) throw new CommandError(wrong.replaceAll("%path%", path));
  return await command.run({ flags, given, args, io });
}

/** `helm help repo add` is `helm repo add --help`. */
function asHelp(line: readonly string[], at: number): readonly string[] {
  return [...line.slice(0, at), ...line.slice(at + 1), "--help"];
}

/** cobra: names that begin with the word, or are at most two changes away from it. */
function suggestionsFor(word: string, group: CommandGroup): string {
  const given = word.toLowerCase();
  const near = Object.keys(group.commands)
    .toSorted()
    .filter((name) => name.startsWith(given) || distance(given, name) <= 2);
  return near.length === 0 ? "" : `\n\nDid you mean this?\n${near.map((name) => `\t${name}\n`).join("")}`;
}

function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1)
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    row = next;
  }
  return row[b.length]!;
}
