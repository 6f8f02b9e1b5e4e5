import type { DryRun } from "../../release/index.ts";
import { CommandError, type Flags, type Io } from "../command.ts";
import { logLine } from "./log-line.ts";

export const dryRunFlags = {
  "dry-run": {
    type: "optional",
    bare: "unset",
    default: "none",
    help: 'simulates the operation without persisting changes: "none", "client" or "server"',
  },
} as const satisfies Flags;

/** Reads `--dry-run`, with what older versions of helm took. Throws CommandError with helm's text. */
export function dryRunOf(flags: { readonly "dry-run": string }, io: Io): DryRun {
  const value = flags["dry-run"];
  const warn = (message: string): void => io.stderr(logLine({ level: "WARN", message }));
  if (value === "unset") {
    warn("--dry-run is deprecated and should be replaced with '--dry-run=client'");
    return "client";
  }
  if (value === "client" || value === "server" || value === "none") return value;
  const boolean = parseBoolean(value);
  if (boolean === undefined) {
    throw new CommandError(`invalid dry-run value (${JSON.stringify(value)}). Must be "none", "server", or "client"`);
  }
  const better = boolean ? "client" : "none";
  warn(`boolean '--dry-run=${value}' flag is deprecated and must be replaced with '--dry-run=${better}'`);
  return better;
}

function parseBoolean(text: string): boolean | undefined {
  if (/^(1|t|T|true|TRUE|True)$/.test(text)) return true;
  if (/^(0|f|F|false|FALSE|False)$/.test(text)) return false;
  return undefined;
}
