import { execFile } from "node:child_process";
import type { RunHelper } from "./credential-helper.ts";

const patience = 30_000; // milliseconds; a helper may ask the user to unlock a keyring

/** Runs the credential helpers that are on the PATH of an environment. */
export function helpersOnPath(env: Readonly<Record<string, string | undefined>>): RunHelper {
  return (name, action, input) =>
    new Promise((resolve) => {
      const child = execFile(
        `docker-credential-${name}`,
        [action],
        { env: { ...env }, timeout: patience, maxBuffer: 1 << 20, windowsHide: true },
        (error, output) => {
          // Docker's helpers say on standard output what is wrong.
          const code = error === null ? 0 : typeof error.code === "number" ? error.code : 1;
          resolve({ code, output });
        },
      );
      child.stdin?.once("error", () => undefined);
      child.stdin?.end(input);
    });
}
