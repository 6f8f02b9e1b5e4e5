import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { serveCluster, writeKubeconfig } from "../../src/cluster/node/index.ts";
import { forward } from "../../src/kube/testing/api.ts";
import type { ChartFiles } from "./charts.ts";
import type { Kill } from "./crash-points.ts";
import { createKiller } from "./crashing-fetch.ts";

const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));

/** A line of `cox helm`; the word CHART stands for the folder of its chart. */
export interface Command {
  readonly line: readonly string[];
  readonly chart?: ChartFiles;
}

/** Runs a command as a process of its own and kills it with SIGKILL when its nth write reaches the API, or has been done by it. */
export function killing({ line, chart = {} }: Command): Kill {
  return async (place, _, point) => {
    const directory = mkdtempSync(join(tmpdir(), "coxswain-crash-"));
    const began = Promise.withResolvers<() => Promise<void>>();
    const killer = createKiller(point, async () => await (await began.promise)());
    const served = await serveCluster({
      cluster: { fetch: (request) => killer.spy(request, (passed) => forward(passed, place.api)) },
    });
    try {
      const kubeconfig = join(directory, "kubeconfig");
      writeKubeconfig(kubeconfig, { server: served.url, token: served.token });
      for (const [path, text] of Object.entries(chart)) {
        mkdirSync(dirname(join(directory, "chart", path)), { recursive: true });
        writeFileSync(join(directory, "chart", path), text);
      }
      const words = line.map((word) => (word === "CHART" ? join(directory, "chart") : word));
      const env = { PATH: process.env.PATH ?? "", HOME: directory, KUBECONFIG: kubeconfig };
      const child = spawn(process.execPath, [main, "helm", ...words, "-n", place.namespace], { env, stdio: "pipe" });
      let printed = "";
      child.stderr.setEncoding("utf8").on("data", (text: string) => (printed += text));
      const ended = new Promise<string>((resolve) =>
        child.once("exit", (code, signal) => resolve(signal ?? `exit code ${code}`)),
      );
      began.resolve(async () => {
        child.kill("SIGKILL");
        await ended;
      });
      assert.equal(await ended, "SIGKILL", `the process ended before it could be killed: ${printed}`);
    } finally {
      await served.close();
      rmSync(directory, { recursive: true, force: true });
    }
  };
}
