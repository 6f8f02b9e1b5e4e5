import { execFile } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { peersFolder } from "./go-engine.ts";

/** What a program wrote, and how it ended. */
export interface ProgramResult {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The real helm 4: in the folder of peers, or as `helm4` on the path. Throws when it is in neither. */
export function findHelm(env: Readonly<Record<string, string | undefined>> = process.env): string {
  const folders = [join(peersFolder(env), "bin"), ...(env.PATH ?? "").split(delimiter)];
  for (const folder of folders) {
    const path = join(folder, "helm4");
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not here.
    }
  }
  throw new Error(
    `cannot compare with helm: no program "helm4" in ${folders[0]} or on the path (COX_PEERS names the folder)`,
  );
}

/** Runs helm without a home, so that nothing of the machine shows in what it prints. */
export function runProgram(program: string, args: readonly string[], cwd: string): Promise<ProgramResult> {
  const { promise, resolve, reject } = Promise.withResolvers<ProgramResult>();
  const env = { HOME: "/nonexistent", PATH: "", TZ: "UTC" };
  execFile(program, [...args], { cwd, env, maxBuffer: 256 << 20, timeout: 120_000 }, (error, stdout, stderr) => {
    if (error === null) resolve({ exit: 0, stdout, stderr });
    else if (typeof error.code === "number") resolve({ exit: error.code, stdout, stderr });
    else reject(new Error(`helm ${args.join(" ")} did not end by itself`, { cause: error }));
  });
  return promise;
}
