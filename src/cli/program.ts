import { text } from "node:stream/consumers";
import type { Io } from "./command.ts";
import { cox } from "./commands.ts";
import { runLine } from "./run.ts";

/** Runs one command line against the real process and gives its exit code. A link called `helm` or `flux` is that program. */
export async function main(line: readonly string[]): Promise<number> {
  const stop = new AbortController();
  const onSignal = (): void => {
    if (stop.signal.aborted) process.exit(130); // A second Ctrl-C does not wait.
    stop.abort(new Error("interrupted"));
  };
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  const io: Io = {
    stdout: (chunk) => void process.stdout.write(chunk),
    stderr: (chunk) => void process.stderr.write(chunk),
    stdin: () => text(process.stdin),
    env: process.env,
    cwd: process.cwd(),
    isTerminal: process.stdout.isTTY === true,
    signal: stop.signal,
    now: () => new Date(),
  };
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(0); // `cox … | head` has read enough.
    throw error;
  });
  try {
    const invokedAs = process.env.COX_INVOKED_AS;
    const { helm } = cox.commands;
    if (invokedAs === "helm" && helm !== undefined && "commands" in helm) return await runLine(helm, "helm", line, io);
    return await runLine(cox, "cox", line, io);
  } finally {
    process.off("SIGINT", onSignal);
    process.off("SIGTERM", onSignal);
  }
}
