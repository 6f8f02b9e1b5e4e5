import { spawn } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { serveCluster, writeKubeconfig } from "../../../src/cluster/node/index.ts";
import { forward } from "../../../src/kube/testing/api.ts";
import type { Fetch } from "../../../src/kube/index.ts";
import type { Ground } from "./ground.ts";

const main = fileURLToPath(new URL("../../../src/cli/main.ts", import.meta.url));
const defaults = [
  "--watch-all-namespaces=false",
  "--storage-addr=127.0.0.1:0",
  "--metrics-addr=0",
  "--health-addr=0",
  "--min-retry-delay=50ms",
  // What waits must be woken: nothing is mended by looking again some time later.
  "--requeue-dependency=1h",
];

/** `cox run` as a process of its own. */
export interface Spawned {
  readonly kill: (signal: NodeJS.Signals) => void;
  /** How it ended: the signal that ended it, or `exit code 0`. */
  readonly ended: Promise<string>;
  readonly hasEnded: () => boolean;
  /** The end of what it wrote into its log. */
  readonly said: () => string;
  /** Closes the way to the cluster. */
  readonly close: () => Promise<void>;
}

/** Starts the controllers of a ground's namespace; each of their requests goes through `spy`, which may pass it on. */
export async function spawnControllers(
  ground: Ground,
  options: {
    readonly flags?: readonly string[];
    readonly folder?: string;
    readonly spy: (request: Request, pass: Fetch) => Promise<Response>;
  },
): Promise<Spawned> {
  const { flags = [], folder = "artifacts", spy } = options;
  const pass: Fetch = (request) => forward(request, ground);
  const served = await serveCluster({ cluster: { fetch: (request) => spy(request, pass) } });
  const kubeconfig = join(ground.folder, `kubeconfig-${crypto.randomUUID()}`);
  writeKubeconfig(kubeconfig, { server: served.url, token: served.token });
  const line = ["run", "--kubeconfig", kubeconfig, "--storage-path", join(ground.folder, folder)];
  const env = { PATH: process.env.PATH ?? "", HOME: ground.folder, RUNTIME_NAMESPACE: ground.namespace };
  const child = spawn(process.execPath, [main, ...line, ...defaults, ...flags], {
    env,
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (said = (said + text).slice(-10_000)));
  const ended = new Promise<string>((resolve) =>
    child.once("exit", (code, signal) => resolve(signal ?? `exit code ${code}`)),
  );
  return {
    kill: (signal) => void child.kill(signal),
    ended,
    hasEnded: () => child.exitCode !== null || child.signalCode !== null,
    said: () => said,
    close: () => served.close(),
  };
}
