import type { WaitStrategy } from "../../release/index.ts";
import { CommandError, type Flags, type Io } from "../command.ts";
import { logLine } from "./log-line.ts";

/** `--wait`, alone or with a strategy. */
export const waitFlags = {
  wait: {
    type: "optional",
    takes: "WaitStrategy",
    bare: "watcher",
    default: "hookOnly",
    help: "wait until resources are ready (up to --timeout): watcher, hookOnly or legacy",
  },
} as const satisfies Flags;

export const timeoutFlags = {
  timeout: {
    type: "duration",
    default: 300_000,
    help: "time to wait for any individual Kubernetes operation (like Jobs for hooks)",
  },
} as const satisfies Flags;

/** Reads `--wait`. Throws CommandError with helm's text. */
export function waitStrategy({ wait }: { readonly wait: string }, io: Io): WaitStrategy {
  switch (wait) {
    case "watcher":
    case "legacy":
    case "hookOnly":
      return wait;
    case "true":
    case "false": {
      const strategy = wait === "true" ? "watcher" : "hookOnly";
      const message = `--wait=${wait} is deprecated (boolean value) and can be replaced with --wait=${strategy}`;
      io.stderr(logLine({ level: "WARN", message }));
      return strategy;
    }
    default: {
      const cause = `invalid wait input ${JSON.stringify(wait)}. Valid inputs are watcher, hookOnly, and legacy`;
      throw new CommandError(`invalid argument ${JSON.stringify(wait)} for "--wait" flag: ${cause}`);
    }
  }
}
