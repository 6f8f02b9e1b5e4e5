/** How durations are kept. */
type Milliseconds = number;

/** What a command may touch of the outside: nothing else of the process. Tests pass their own. */
export interface Io {
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
  readonly stdin: () => Promise<string>;
  /** Asks the person at the terminal, without showing what is secret; absent where there is none. */
  readonly ask?: ((question: { readonly prompt: string; readonly secret: boolean }) => Promise<string>) | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Both outputs are a person's terminal: a line may be drawn over. */
  readonly isTerminal: boolean;
  /** Aborted by Ctrl-C or SIGTERM; a command that serves ends well when it is. */
  readonly signal: AbortSignal;
  readonly now: () => Date;
}

interface FlagText {
  readonly help: string;
  readonly short?: string;
  readonly hidden?: boolean;
  /** The word that help shows for what the flag takes, where it is not the usual one of its type. */
  readonly takes?: string;
  /** Taken by all commands of a program: told apart in its help. */
  readonly global?: boolean;
}

/** The kinds of flags that pflag knows and helm and flux use. */
export type Flag =
  | (FlagText & { readonly type: "boolean"; readonly default?: boolean })
  | (FlagText & { readonly type: "string"; readonly default?: string })
  | (FlagText & { readonly type: "integer"; readonly default?: number })
  | (FlagText & { readonly type: "duration"; readonly default?: Milliseconds })
  /** May be given many times; each value is kept whole. */
  | (FlagText & { readonly type: "strings" })
  /** May be given many times; each value is split at commas. */
  | (FlagText & { readonly type: "list" })
  /** `--wait` means `bare`, `--wait=legacy` means `legacy`, nothing means `default`. */
  | (FlagText & { readonly type: "optional"; readonly bare: string; readonly default: string });

export type Flags = Readonly<Record<string, Flag>>;

type FlagValue<F extends Flag> = F extends { readonly type: "boolean" }
  ? boolean
  : F extends { readonly type: "string" | "optional" }
    ? string
    : F extends { readonly type: "integer" }
      ? number
      : F extends { readonly type: "duration" }
        ? Milliseconds
        : readonly string[];

/** Flag values by the flag's own name (`kube-version`, not `kubeVersion`). Absent ones have their default, or "", 0, false, []. */
export type FlagValues<F extends Flags> = { readonly [Name in keyof F]: FlagValue<F[Name]> };

export interface Invocation<F extends Flags> {
  readonly flags: FlagValues<F>;
  /** Names of the flags that were given on the command line. */
  readonly given: ReadonlySet<keyof F & string>;
  readonly args: readonly string[];
  readonly io: Io;
}

/** A command is one value: what it is called, what it takes, what it does. `run` gives the exit code or throws an error to print. */
export interface Command<F extends Flags = Flags> {
  readonly name: string;
  /** The line after `Usage:`, for example `helm template [NAME] [CHART] [flags]`. */
  readonly usage: string;
  readonly summary: string;
  readonly aliases?: readonly string[];
  readonly flags: F;
  /** Checks the number of positional arguments; returns the error text when it is wrong. */
  readonly checkArgs?: (args: readonly string[]) => string | undefined;
  readonly run: (invocation: Invocation<F>) => Promise<number>;
}

/** Declares a command; the flags type the invocation. */
export function defineCommand<const F extends Flags>(command: Command<F>): Command<F> {
  return command;
}

/** A node of the command tree: a group, or a command that is loaded when it is called. */
export type CommandNode = CommandGroup | CommandLeaf;

export interface CommandGroup {
  readonly summary: string;
  readonly aliases?: readonly string[];
  readonly commands: Readonly<Record<string, CommandNode>>;
  /** Flags that may stand before a command's name and take no value; every other one there takes the next word, as cobra reads it. */
  readonly switches?: readonly string[];
  /** What all commands below take, for the help of groups. Inherited. */
  readonly globalFlags?: Flags;
  /** How errors of everything below are printed. Inherited by nested groups. */
  readonly printError?: (message: string) => string;
  /** As cobra has it: a hint after a name that is no command of the program, and the help of a group for one that is none of its. */
  readonly isHelpful?: boolean;
}

export interface CommandLeaf {
  readonly summary: string;
  readonly aliases?: readonly string[];
  /** Loads what knows the words that the command could take next. */
  readonly suggest?: () => Promise<Suggest>;
  // The tree forgets the flags' types: each command checks its own when it is called through `runCommand`.
  readonly load: () => Promise<unknown>;
}

/** The words that could come after `args`, and whether a file may be meant; `line` has the flags, too. */
export type Suggest = (given: {
  readonly line: readonly string[];
  readonly args: readonly string[];
  readonly io: Io;
}) => Promise<{ readonly words: readonly string[]; readonly orFile?: boolean }>;

/** Ends a command with a text for standard error and an exit code, without a stack. */
export class CommandError extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode = 1) {
    super(message);
    this.name = "CommandError";
    this.exitCode = exitCode;
  }
}

/** A node of the tree under the name that it was called by, or the one that an alias stands for. */
export interface Child {
  readonly name: string;
  readonly node: CommandNode;
}

/** The child of a group that a word names. */
export function findChild(group: CommandGroup, word: string): Child | undefined {
  if (Object.hasOwn(group.commands, word)) return { name: word, node: group.commands[word]! };
  for (const [name, node] of Object.entries(group.commands)) {
    if (node.aliases?.includes(word)) return { name, node };
  }
  return undefined;
}
