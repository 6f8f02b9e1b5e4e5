import { parseArgs } from "node:util";
import { parseDuration } from "../base/duration.ts";
import { CommandError, type Flag, type Flags, type FlagValues } from "./command.ts";

export interface ParsedLine<F extends Flags> {
  readonly flags: FlagValues<F>;
  readonly given: ReadonlySet<keyof F & string>;
  readonly args: readonly string[];
  readonly help: boolean;
}

/** Reads a command line as pflag does: flags anywhere, `--` ends them. Throws CommandError with pflag's own texts. */
export function parseFlags<const F extends Flags>(flags: F, line: readonly string[]): ParsedLine<F> {
  const { tokens } = parseArgs({
    args: [...line],
    strict: false,
    tokens: true,
    allowPositionals: true,
    options: {
      ...Object.fromEntries(Object.entries(flags).map(([name, flag]) => [name, parseOption(flag)])),
      help: { type: "boolean", short: "h" },
    },
  });
  const values: Record<string, boolean | number | string | string[]> = {};
  for (const [name, flag] of Object.entries(flags)) values[name] = absentValue(flag);
  const given = new Set<string>();
  const args: string[] = [];
  let help = false;
  for (const token of tokens) {
    if (token.kind === "positional") args.push(token.value);
    if (token.kind !== "option") continue;
    if (token.name === "help") help = true;
    const flag = Object.hasOwn(flags, token.name) ? flags[token.name] : undefined;
    if (flag === undefined) {
      if (token.name === "help") continue;
      throw new CommandError(
        token.rawName.startsWith("--")
          ? `unknown flag: --${token.name}`
          : `unknown shorthand flag: '${token.name}' in ${line[token.index] ?? token.rawName}`,
      );
    }
    if (token.value === undefined && flag.type !== "boolean" && flag.type !== "optional")
      throw new CommandError(
        token.rawName.startsWith("--")
          ? `flag needs an argument: --${token.name}`
          : `flag needs an argument: '${token.rawName.slice(1)}' in ${token.rawName}`,
      );
    const value = readValue(token.name, flag, token.value);
    const before = values[token.name];
    values[token.name] = Array.isArray(value) && Array.isArray(before) ? [...before, ...value] : value;
    given.add(token.name);
  }
  // The loop above filled one value of the declared type for each declared flag.
  return { flags: values as FlagValues<F>, given: given as Set<keyof F & string>, args, help };
}

function parseOption(flag: Flag): { type: "boolean" | "string"; multiple: boolean; short?: string } {
  const type = flag.type === "boolean" || flag.type === "optional" ? "boolean" : "string";
  return { type, multiple: true, ...(flag.short === undefined ? {} : { short: flag.short }) };
}

function absentValue(flag: Flag): boolean | number | string | string[] {
  switch (flag.type) {
    case "boolean":
      return flag.default ?? false;
    case "string":
      return flag.default ?? "";
    case "optional":
      return flag.default;
    case "integer":
    case "duration":
      return flag.default ?? 0;
    case "strings":
    case "list":
      return [];
  }
}

function readValue(name: string, flag: Flag, text: string | undefined): boolean | number | string | string[] {
  switch (flag.type) {
    case "boolean":
      if (text === undefined || /^(1|t|T|true|TRUE|True)$/.test(text)) return true;
      if (/^(0|f|F|false|FALSE|False)$/.test(text)) return false;
      throw invalid(name, flag, text, `strconv.ParseBool: parsing ${JSON.stringify(text)}: invalid syntax`);
    case "optional":
      return text ?? flag.bare;
    case "string":
      return text ?? "";
    case "integer":
      if (!/^[-+]?[0-9]+$/.test(text ?? ""))
        throw invalid(name, flag, text, `strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
      return Number(text);
    case "duration":
      try {
        return parseDuration(text ?? "");
      } catch (error) {
        throw invalid(name, flag, text, error instanceof Error ? error.message : String(error));
      }
    case "strings":
      return [text ?? ""];
    case "list":
      return text === undefined || text === "" ? [] : text.split(",");
  }
}

function invalid(name: string, flag: Flag, text: string | undefined, cause: string): CommandError {
  const shown = flag.short === undefined ? `--${name}` : `-${flag.short}, --${name}`;
  return new CommandError(`invalid argument ${JSON.stringify(text ?? "")} for ${JSON.stringify(shown)} flag: ${cause}`);
}
