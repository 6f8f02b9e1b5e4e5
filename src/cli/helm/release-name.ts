import { messageOf } from "../../base/errors.ts";
import { compile } from "../../template/index.ts";
import { CommandError, type Io } from "../command.ts";
import { logLine } from "./log-line.ts";

export interface NameOptions {
  readonly args: readonly string[];
  readonly nameTemplate: string;
  readonly generate: boolean;
  /** What a command uses when the user gives no name at all; without it that is an error. */
  readonly standard?: string;
  readonly now: () => Date;
}

/** Tells the release's name from the chart in `[NAME] [CHART]`. Throws CommandError with helm's text. */
export function nameAndChart(options: NameOptions): { readonly name: string; readonly chart: string } {
  const { args, nameTemplate, generate, standard, now } = options;
  const [first = "", second, ...others] = args;
  if (others.length > 0)
    throw new CommandError(`expected at most two arguments, unexpected arguments: ${others.join(", ")}`);
  if (second !== undefined) {
    if (generate) throw new CommandError("cannot set --generate-name and also specify a name");
    if (nameTemplate !== "") throw new CommandError("cannot set --name-template and also specify a name");
    return { name: first, chart: second };
  }
  if (nameTemplate !== "") return { name: nameOf(nameTemplate), chart: first };
  if (standard !== undefined) return { name: standard, chart: first };
  if (!generate) throw new CommandError("must either provide a name or specify --generate-name");
  const last = first.replace(/\/+$/, "").split("/").at(-1) ?? "";
  const base = last === "." || last === "" ? "chart" : last.split(".", 1)[0]!;
  return { name: `${base}-${Math.floor(now().getTime() / 1000)}`, chart: first };
}

function nameOf(text: string): string {
  const name = "name-template";
  try {
    return compile([{ name, text }]).render(name, null);
  } catch (error) {
    // Go's words, where charts' templates have helm's.
    throw new CommandError(messageOf(error).replace(/^parse error at \(([^)]*)\): /, "template: $1: "));
  }
}

const pattern = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$";

/** Refuses a name that no release may have; logs it as helm does. */
export function checkReleaseName(name: string, io: Io): void {
  const reason =
    name === ""
      ? "no name provided"
      : name.length > 53 || !new RegExp(pattern).test(name)
        ? `invalid release name, must match regex ${pattern} and the length must not be longer than 53`
        : undefined;
  if (reason === undefined) return;
  const error = `release name ${JSON.stringify(name)}: ${reason}`;
  io.stderr(logLine({ level: "ERROR", message: "release name check failed", attributes: { error } }));
  throw new CommandError(`release name check failed: ${error}`);
}
