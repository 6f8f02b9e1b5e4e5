import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { serveCluster, writeKubeconfig } from "../../../src/cluster/node/index.ts";
import { forward } from "../../../src/kube/testing/api.ts";
import { isWrite } from "../crashing-fetch.ts";
import type { StartProcess } from "./process.ts";

const main = fileURLToPath(new URL("../../../src/cli/main.ts", import.meta.url));
const flags = [
  "--watch-all-namespaces=false",
  "--storage-addr=127.0.0.1:0",
  "--metrics-addr=0",
  "--health-addr=0",
  "--min-retry-delay=50ms",
];

/** `cox run` as a process of its own, which gets SIGKILL when its nth write reaches the API, or has been done by it. */
export const startKilled: StartProcess = async (ground, point) => {
  const crashed = Promise.withResolvers<void>();
  const began = Promise.withResolvers<ChildProcess>();
  let writes = 0;
  const kill = async (): Promise<void> => {
    const child = await began.promise;
    child.kill("SIGKILL");
    await ended(child);
  };
  const served = await serveCluster({
    cluster: {
      async fetch(request) {
        const here = isWrite(request) && (writes += 1) === point?.write;
        if (here && point.side === "before") {
          await kill();
          crashed.resolve();
          return new Response(null, { status: 503 });
        }
        const answer = await forward(request, ground);
        if (here) {
          await kill();
          crashed.resolve();
        }
        return answer;
      },
    },
  });
  const kubeconfig = join(ground.folder, `kubeconfig-${crypto.randomUUID()}`);
  writeKubeconfig(kubeconfig, { server: served.url, token: served.token });
  const line = ["run", "--kubeconfig", kubeconfig, "--storage-path", join(ground.folder, "artifacts"), ...flags];
  const env = { PATH: process.env.PATH ?? "", HOME: ground.folder, RUNTIME_NAMESPACE: ground.namespace };
  const child = spawn(process.execPath, [main, ...line], { env, stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (said = (said + text).slice(-10_000)));
  began.resolve(child);
  return {
    crashed: crashed.promise,
    writes: () => writes,
    async stop() {
      const alreadyEnded = child.exitCode !== null;
      if (child.signalCode === null) child.kill("SIGTERM");
      await ended(child);
      await served.close();
      if (alreadyEnded || (child.signalCode !== "SIGKILL" && child.exitCode !== 0))
        throw new Error(`the controllers ended by themselves, with code ${child.exitCode}: ${said}`);
    },
  };
};

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  await new Promise((resolve) => child.once("exit", resolve));
}
