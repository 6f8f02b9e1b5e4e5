import { spawn } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, extname } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { findProgram } from "../../../base/node/find-program.ts";
import { CommandError, type Io } from "../../command.ts";
import type { HelmSettings } from "../settings.ts";

/** helm's patience, in milliseconds. */
const usualPatience = 30_000;

type Environment = Pick<Io, "env" | "signal">;

/**
 * Keeps other processes from changing repositories.yaml until the result is disposed: helm's too where the machine has the program
 * `flock`, our own everywhere. A process that dies lets go. Throws helm's text when somebody else does not let go in time.
 */
export async function lockRepositories(
  settings: HelmSettings,
  io: Environment,
  patience = usualPatience,
): Promise<AsyncDisposable> {
  const path = lockPathOf(settings.repositoryConfig);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, "", { flag: "a" });
  const program = await findProgram("flock", io.env["PATH"] ?? "");
  const locked = program === undefined ? undefined : await lockWithProgram(program, path, { io, patience });
  return locked ?? (await lockWithDatabase(path, { io, patience }));
}

/** helm: `.lock` in the place of the extension. */
function lockPathOf(path: string): string {
  const extension = extname(path);
  return `${extension === "" ? path : path.slice(0, -extension.length)}.lock`;
}

interface Waiting {
  readonly io: Environment;
  readonly patience: number;
}

const timedOut = 75; // an exit code that flock does not use for anything else

/** flock(2), which helm takes and Node does not have, held by a program that ends when we do. Undefined where it cannot. */
async function lockWithProgram(
  program: string,
  path: string,
  { io, patience }: Waiting,
): Promise<AsyncDisposable | undefined> {
  const line = ["-x", "-w", String(patience / 1000), "-E", String(timedOut), path];
  const holder = spawn(program, [...line, "sh", "-c", "echo locked && exec cat"], {
    stdio: ["pipe", "pipe", "ignore"],
    signal: io.signal,
    env: { PATH: io.env["PATH"] ?? "" },
  });
  const ended = new Promise<number | null>((resolve) => {
    holder.once("error", () => resolve(null));
    holder.once("close", resolve);
  });
  holder.stdin.once("error", () => undefined); // it ended before it was told to: `ended` says so
  const locked = new Promise<"locked">((resolve) => holder.stdout.once("data", () => resolve("locked")));
  const found = await Promise.race([locked, ended]);
  io.signal.throwIfAborted();
  if (found === timedOut) throw tooLong();
  if (found !== "locked") return undefined; // busybox' program, for one, knows fewer flags
  return {
    async [Symbol.asyncDispose]() {
      holder.stdin.end();
      await ended;
    },
  };
}

/** SQLite's lock of a file: the system's own between processes, wherever Node runs. */
async function lockWithDatabase(path: string, { io, patience }: Waiting): Promise<AsyncDisposable> {
  const { DatabaseSync } = await import("node:sqlite");
  const database = new DatabaseSync(path, { timeout: 0 });
  try {
    for (let waited = 0; ; waited += pause) {
      try {
        database.exec("BEGIN EXCLUSIVE");
        return { [Symbol.asyncDispose]: async () => database.close() };
      } catch (cause) {
        if ((cause as { readonly errcode?: number }).errcode !== busy) throw cause;
        if (waited >= patience) throw tooLong();
        await delay(pause, undefined, { signal: io.signal });
      }
    }
  } catch (error) {
    database.close();
    throw error;
  }
}

const pause = 50;
const busy = 5; // SQLITE_BUSY

function tooLong(): CommandError {
  return new CommandError("context deadline exceeded");
}
