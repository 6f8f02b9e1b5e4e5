import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import type { Io } from "./command.ts";

/** Asks the person at the terminal; what is secret is not shown. */
export async function ask(
  { prompt, secret }: Parameters<NonNullable<Io["ask"]>>[0],
  signal: AbortSignal,
): Promise<string> {
  process.stdout.write(prompt);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: secret ? silent : process.stdout, terminal: true });
  try {
    return await lines.question("", { signal });
  } finally {
    lines.close();
    if (secret) process.stdout.write("\n");
  }
}
