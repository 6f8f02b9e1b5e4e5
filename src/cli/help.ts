import { formatDuration } from "../base/duration.ts";
import type { Command, CommandGroup, Flag, Flags } from "./command.ts";

const shortestName = 11; // cobra's

/** The help of a group as cobra lays it out: what it is for, and its commands. */
export function describeGroup(
  group: CommandGroup,
  {
    path,
    name,
    isRoot,
    globalFlags = {},
  }: {
    readonly path: string;
    readonly name: string;
    readonly isRoot: boolean;
    readonly globalFlags?: Flags | undefined;
  },
): string {
  const commands = Object.entries(group.commands).map(([each, node]) => [each, node.summary] as const);
  if (isRoot) commands.push(["help", "Help about any command"]);
  commands.sort(([a], [b]) => (a < b ? -1 : 1));
  const width = Math.max(shortestName, ...commands.map(([each]) => each.length));
  const lines = commands.map(([each, summary]) => `  ${each.padEnd(width)} ${summary}\n`).join("");
  const aliases = aliasesOf(name, group.aliases);
  const help: Flags = { help: { type: "boolean", short: "h", help: `help for ${name}` } };
  const flags = isRoot
    ? `Flags:\n${describeFlags({ ...globalFlags, ...help })}`
    : `Flags:\n${describeFlags(help)}${describeGlobal(globalFlags)}`;
  return `${group.summary}

Usage:
  ${path} [command]
${aliases}
Available Commands:
${lines}
${flags}
Use "${path} [command] --help" for more information about a command.
`;
}

/** The help of a command as cobra lays it out: its usage, its flags, and those that all commands of its program take. */
export function describeCommand(command: Pick<Command, "name" | "summary" | "usage" | "flags" | "aliases">): string {
  const shown = Object.entries(command.flags).filter(([, flag]) => !flag.hidden);
  const own: Flags = {
    ...Object.fromEntries(shown.filter(([, flag]) => flag.global !== true)),
    help: { type: "boolean", short: "h", help: `help for ${command.name}` },
  };
  const global: Flags = Object.fromEntries(shown.filter(([, flag]) => flag.global === true));
  return `${command.summary}\n\nUsage:\n  ${command.usage}\n${aliasesOf(command.name, command.aliases)}\nFlags:\n${describeFlags(own)}${describeGlobal(global)}`;
}

function describeGlobal(flags: Flags): string {
  return Object.keys(flags).length === 0 ? "" : `\nGlobal Flags:\n${describeFlags(flags)}`;
}

function aliasesOf(name: string, aliases: readonly string[] | undefined): string {
  return aliases === undefined || aliases.length === 0 ? "" : `\nAliases:\n  ${[name, ...aliases].join(", ")}\n`;
}

function describeFlags(flags: Flags): string {
  const entries = Object.entries(flags).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const names = entries.map(
    ([name, flag]) => `${flag.short === undefined ? "    " : `-${flag.short}, `}--${name}${typeOf(flag)}`,
  );
  const width = Math.max(...names.map((name) => name.length));
  return entries
    .map(([, flag], index) => `  ${names[index]!.padEnd(width)}   ${flag.help}${defaultOf(flag)}\n`)
    .join("");
}

/** pflag's words for what a flag takes. */
function typeOf(flag: Flag): string {
  if (flag.takes !== undefined) return flag.type === "optional" ? ` ${flag.takes}[=${flag.bare}]` : ` ${flag.takes}`;
  switch (flag.type) {
    case "boolean":
      return "";
    case "string":
      return " string";
    case "integer":
      return " int";
    case "duration":
      return " duration";
    case "strings":
      return " stringArray";
    case "list":
      return " strings";
    case "optional":
      return ` string[=${JSON.stringify(flag.bare)}]`;
  }
}

function defaultOf(flag: Flag): string {
  switch (flag.type) {
    case "boolean":
      return flag.default === true ? " (default true)" : "";
    case "string":
    case "optional":
      return flag.default === undefined || flag.default === "" ? "" : ` (default ${JSON.stringify(flag.default)})`;
    case "integer":
      return flag.default === undefined || flag.default === 0 ? "" : ` (default ${flag.default})`;
    case "duration":
      return flag.default === undefined || flag.default === 0 ? "" : ` (default ${formatDuration(flag.default)})`;
    case "strings":
    case "list":
      return "";
  }
}
