import { messageOf } from "../base/errors.ts";
import { type Command, CommandError, type CommandGroup, type CommandNode, type Flags, type Io } from "./command.ts";
import { parseFlags } from "./flags.ts";

/** Finds the command that a line names, runs it, prints its error in the way of its program, and gives the exit code. */
export async function runLine(root: CommandGroup, program: string, line: readonly string[], io: Io): Promise<number> {
  let node: CommandNode = root;
  let path = program;
  let printError = root.printError ?? ((message: string) => `Error: ${message}\n`);
  let rest = line;
  let switches: readonly string[] = ["-h", "--help"];
  while ("commands" in node) {
    switches = [...switches, ...(node.switches ?? [])];
    const at = nameAt(rest, switches);
    const word = at < 0 ? undefined : rest[at];
    if (word === undefined) {
      io.stdout(describeGroup(node, path));
      return 0;
    }
    const next = findChild(node, word);
    if (next === undefined) {
      io.stderr(printError(`unknown command ${JSON.stringify(word)} for ${JSON.stringify(path)}`));
      return 1;
    }
    // Flags before a command's name belong to the command, as cobra's persistent flags do.
    rest = [...rest.slice(0, at), ...rest.slice(at + 1)];
    path += ` ${next.name}`;
    node = next.node;
    if ("commands" in node && node.printError !== undefined) printError = node.printError;
  }
  try {
    return await runCommand((await node.load()) as Command, path, rest, io);
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

async function runCommand<F extends Flags>(
  command: Command<F>,
  path: string,
  line: readonly string[],
  io: Io,
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

function findChild(
  group: CommandGroup,
  word: string,
): { readonly name: string; readonly node: CommandNode } | undefined {
  if (Object.hasOwn(group.commands, word)) return { name: word, node: group.commands[word]! };
  for (const [name, node] of Object.entries(group.commands)) {
    if (node.aliases?.includes(word)) return { name, node };
  }
  return undefined;
}

function describeGroup(group: CommandGroup, path: string): string {
  const width = Math.max(...Object.keys(group.commands).map((name) => name.length));
  const lines = Object.entries(group.commands).map(([name, node]) => `  ${name.padEnd(width)}  ${node.summary}`);
  return `${group.summary}\n\nUsage:\n  ${path} [command]\n\nAvailable Commands:\n${lines.join("\n")}\n\nUse "${path} [command] --help" for more information about a command.\n`;
}

function describeCommand(command: Pick<Command, "summary" | "usage" | "flags">): string {
  const flags = Object.entries(command.flags).filter(([, flag]) => !flag.hidden);
  const names = flags.map(
    ([name, flag]) =>
      `${flag.short === undefined ? "    " : `-${flag.short}, `}--${name}${flag.type === "boolean" ? "" : ` ${flag.type}`}`,
  );
  const width = Math.max(0, ...names.map((name) => name.length));
  const lines = flags.map(([, flag], index) => `  ${names[index]!.padEnd(width)}   ${flag.help}`);
  return `${command.summary}\n\nUsage:\n  ${command.usage}\n${lines.length === 0 ? "" : `\nFlags:\n${lines.join("\n")}\n`}`;
}
