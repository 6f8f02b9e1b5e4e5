import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";

/** Finds a real program: on the PATH, or where the project keeps what it built. */
export function findProgram(name: string): string | undefined {
  const built = join(process.env["COX_PEERS"] ?? join(homedir(), ".cache", "coxswain-peers"), "bin");
  return [...(process.env["PATH"] ?? "").split(delimiter), built]
    .map((folder) => join(folder, name))
    .find((path) => existsSync(path));
}

export interface Finished {
  readonly code: number | null;
  readonly output: string;
}

/** Runs a program to its end; its output is both of its streams. */
export function runProgram(
  program: string,
  parameters: readonly string[],
  options: { readonly env?: Readonly<Record<string, string>>; readonly input?: string; readonly cwd?: string } = {},
): Promise<Finished> {
  const { env = {}, input = "", cwd } = options;
  const child = spawn(program, parameters, {
    env: { PATH: process.env["PATH"] ?? "", ...env },
    ...(cwd === undefined ? {} : { cwd }),
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  child.stdin.once("error", () => undefined);
  child.stdin.end(input);
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, output }));
  });
}
