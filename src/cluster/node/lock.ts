import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { StoreError } from "../errors.ts";

/** Takes a directory for this process alone; returns the function that lets it go. Throws StoreError Locked. */
export function lockDirectory(directory: string): () => void {
  const path = join(directory, "lock");
  const mine = `${process.pid} ${startOf(process.pid) ?? ""}`;
  for (let attempt = 0; attempt < 3; attempt += 1) {
    try {
      writeFileSync(path, mine, { flag: "wx", mode: 0o600 });
      return () => rmSync(path, { force: true });
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code !== "EEXIST") throw thrown;
    }
    const holder = tryRead(path);
    if (holder === undefined) continue;
    const [pid = "", start = ""] = holder.split(" ");
    if (isAlive(Number(pid), start)) {
      throw new StoreError("Locked", `cannot open ${JSON.stringify(directory)}: process ${pid} has it open`);
    }
    // Left behind by a process that was killed.
    rmSync(path, { force: true });
  }
  throw new StoreError("Locked", `cannot open ${JSON.stringify(directory)}: another process is opening it`);
}

function tryRead(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

function isAlive(pid: number, start: string): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code === "EPERM";
  }
  const actual = startOf(pid);
  // Numbers of processes are used again: the same one that began at another time is another one.
  return start === "" || actual === undefined || actual === start;
}

/** When a process began, on systems that tell. */
function startOf(pid: number): string | undefined {
  const stat = tryRead(`/proc/${pid}/stat`);
  return stat?.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
}
