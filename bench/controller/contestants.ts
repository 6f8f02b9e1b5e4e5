import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, openSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { cacheFolder } from "../../tools/control-plane/build.ts";

/** Who is measured: programs that reconcile HelmReleases on the control plane of a kubeconfig. */
export interface Contestant {
  readonly name: string;
  /** Why it cannot be measured here; undefined when it can. */
  readonly missing: () => string | undefined;
  readonly start: (place: Place) => Promise<Running>;
}

export interface Place {
  readonly kubeconfig: string;
  readonly directory: string;
  /** The first of ten ports of loopback. */
  readonly port: number;
  /** Flags for the program that fetches sources. */
  readonly sourceFlags?: readonly string[];
}

export interface Running extends AsyncDisposable {
  readonly pids: readonly number[];
  /** Where the program that reconciles HelmReleases serves its metrics. */
  readonly metrics: string;
}

const workers = 10;

/** Flux's source and Helm controllers, as `flux install` starts them, with ten workers and without a limit of requests. */
export const flux: Contestant = {
  name: "Flux",
  missing: () => {
    const absent = ["source-controller", "helm-controller"].filter((name) => !existsSync(peer(name)));
    return absent.length === 0 ? undefined : `${absent.join(" and ")} not found in ${join(cacheFolder(), "bin")}`;
  },
  async start({ kubeconfig, directory, port, sourceFlags = [] }) {
    await mkdir(join(directory, "artifacts"), { recursive: true });
    const env = { ...process.env, KUBECONFIG: kubeconfig, RUNTIME_NAMESPACE: "flux-system" };
    const common = [
      "--watch-all-namespaces",
      "--events-addr=",
      `--concurrent=${workers}`,
      "--kube-api-qps=500",
      "--kube-api-burst=1000",
    ];
    const serve = (from: number): readonly string[] => [
      `--metrics-addr=127.0.0.1:${from}`,
      `--health-addr=127.0.0.1:${from + 1}`,
    ];
    const storage = [
      `--storage-path=${join(directory, "artifacts")}`,
      `--storage-addr=127.0.0.1:${port}`,
      `--storage-adv-addr=127.0.0.1:${port}`,
    ];
    const run = (name: string, line: readonly string[]): ChildProcess =>
      launch(peer(name), [...common, ...line], { env, log: join(directory, `${name}.log`) });
    const children = [
      run("source-controller", [...storage, ...serve(port + 1), ...sourceFlags]),
      run("helm-controller", serve(port + 3)),
    ];
    const started = running(children, `http://127.0.0.1:${port + 3}/metrics`);
    for (const health of [port + 2, port + 4]) await untilServed(`http://127.0.0.1:${health}/readyz`, started);
    return started;
  },
};

/** `cox run`: all controllers in one process. */
export const cox: Contestant = {
  name: "cox",
  missing: () => undefined,
  async start({ kubeconfig, directory, port, sourceFlags = [] }) {
    const line = [
      "run",
      `--kubeconfig=${kubeconfig}`,
      `--storage-path=${join(directory, "artifacts")}`,
      `--storage-addr=127.0.0.1:${port}`,
      `--metrics-addr=127.0.0.1:${port + 1}`,
      `--health-addr=127.0.0.1:${port + 2}`,
      `--concurrent=${workers}`,
      "--kube-api-qps=500",
      "--kube-api-burst=1000",
      ...sourceFlags,
      ...(process.env.COX_BENCH_FLAGS ?? "").split(" ").filter(Boolean),
    ];
    const program = fileURLToPath(new URL("../../bin/cox", import.meta.url));
    const child = launch(program, line, { env: process.env, log: join(directory, "cox.log") });
    const started = running([child], `http://127.0.0.1:${port + 1}/metrics`);
    await untilServed(`http://127.0.0.1:${port + 2}/readyz`, started);
    return started;
  },
};

function peer(name: string): string {
  return join(cacheFolder(), "bin", name);
}

function launch(
  program: string,
  line: readonly string[],
  { env, log }: { readonly env: NodeJS.ProcessEnv; readonly log: string },
): ChildProcess {
  const file = openSync(log, "w", 0o600);
  return spawn(program, [...line], { env, stdio: ["ignore", file, file] });
}

function running(children: readonly ChildProcess[], metrics: string): Running {
  return {
    pids: children.map(({ pid = 0 }) => pid),
    metrics,
    async [Symbol.asyncDispose]() {
      for (const child of children) {
        if (child.exitCode !== null || child.signalCode !== null) continue;
        const ended = once(child, "exit");
        child.kill("SIGTERM");
        const patience = setTimeout(() => child.kill("SIGKILL"), 20_000);
        await ended;
        clearTimeout(patience);
      }
    },
  };
}

/** Waits for an answer; what was started ends when there is none. */
async function untilServed(url: string, started: Running): Promise<void> {
  for (let turn = 0; turn < 300; turn += 1) {
    const answer = await fetch(url).catch(() => undefined);
    await answer?.body?.cancel();
    if (answer?.ok === true) return;
    await delay(200);
  }
  await started[Symbol.asyncDispose]();
  throw new Error(`nobody serves ${url}`);
}
