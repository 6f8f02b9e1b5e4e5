import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import type { RunFlux } from "./play.ts";

/** The real flux: what COX_FLUX names, or the one on the path, or the one that test programs are kept with; undefined where there is none. */
export function findFlux(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const kept = env.COX_PEERS ?? join(homedir(), ".cache", "coxswain-peers");
  const folders = [...(env.PATH ?? "").split(delimiter), join(kept, "bin")];
  const found = [env.COX_FLUX ?? "", ...folders.map((folder) => join(folder, "flux"))];
  return found.find((file) => file !== "" && existsSync(file));
}

/** Runs a flux program on a cluster. */
export function fluxOn(program: string, kubeconfig: string): RunFlux {
  return (line) =>
    new Promise((resolve) => {
      execFile(program, [...line, "--kubeconfig", kubeconfig], { timeout: 60_000 }, (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code ?? 1), stdout, stderr });
      });
    });
}
