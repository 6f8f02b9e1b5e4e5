import type { Io } from "./command.ts";
import { cox } from "./commands.ts";
import { runLine } from "./run.ts";
import { createWriter } from "./standard-stream.ts";

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
    stdout: createWriter(1),
    stderr: createWriter(2),
    stdin: async () => (await import("node:stream/consumers")).text(process.stdin),
    get ask(): Io["ask"] {
      if (process.stdin.isTTY !== true) return undefined;
      return async (question) => (await import("./ask.ts")).ask(question, stop.signal);
    },
    env: process.env,
    cwd: process.cwd(),
    get isTerminal() {
      return process.stdout.isTTY === true && process.stderr.isTTY === true;
    },
    signal: stop.signal,
    now: () => new Date(),
  };
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
