import { spawn } from "node:child_process";
import { openSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { CommandError, defineCommand } from "./command.ts";
import { openConnection } from "./connect.ts";
import { startEmbedded } from "./playground/embedded.ts";
import { openWorkspacePorts } from "./playground/workspace.ts";
import { untilAborted } from "./wait.ts";

const flags = { dir: { type: "string", default: ".cox", help: "where the cluster is kept" } } as const;

interface Paths {
  readonly directory: string;
  readonly cluster: string;
  readonly kubeconfig: string;
  readonly pid: string;
  readonly log: string;
}

function pathsOf(directory: string): Paths {
  return {
    directory,
    cluster: join(directory, "cluster"),
    kubeconfig: join(directory, "kubeconfig"),
    pid: join(directory, "cluster.pid"),
    log: join(directory, "cluster.log"),
  };
}

/** `cluster start`: the embedded API in the background; returns when it answers. */
export const start = defineCommand({
  name: "start",
  usage: "cox cluster start [--dir DIR]",
  summary: "Start the embedded cluster in the background",
  flags,
  run: async ({ flags, io }) => {
    const paths = pathsOf(resolve(io.cwd, flags.dir));
    if ((await runningPid(paths)) !== undefined && (await answers(io, paths.kubeconfig))) {
      io.stdout(`the cluster runs already (kubeconfig ${paths.kubeconfig})\n`);
      return 0;
    }
    await mkdir(paths.directory, { recursive: true });
    await rm(paths.kubeconfig, { force: true });
    const log = openSync(paths.log, "a", 0o600);
    const main = fileURLToPath(new URL("main.ts", import.meta.url));
    const child = spawn(process.execPath, [main, "cluster", "serve", "--dir", paths.directory], {
      detached: true,
      stdio: ["ignore", log, log],
      env: process.env,
    });
    const ended = new Promise<number>((done) => child.once("exit", (code) => done(code ?? 1)));
    child.unref();
    const until = performance.now() + 20_000;
    while (performance.now() < until) {
      if (await answers(io, paths.kubeconfig)) {
        io.stdout(`the cluster runs (kubeconfig ${paths.kubeconfig})\n`);
        return 0;
      }
      const code = await Promise.race([ended, sleep(50, undefined, { signal: io.signal })]);
      if (code !== undefined)
        throw new CommandError(`the cluster ended with exit code ${code}: ${await lastLine(paths.log)}`);
    }
    throw new CommandError(`the cluster does not answer: see ${paths.log}`);
  },
});

/** `cluster serve`: what `start` runs; the embedded API in the foreground. */
export const serve = defineCommand({
  name: "serve",
  usage: "cox cluster serve [--dir DIR]",
  summary: "Run the embedded cluster in the foreground",
  flags,
  run: async ({ flags, io }) => {
    const paths = pathsOf(resolve(io.cwd, flags.dir));
    const { api } = await openWorkspacePorts(paths.directory);
    const cluster = await startEmbedded({ directory: paths.cluster, kubeconfig: paths.kubeconfig, port: api });
    await writeFile(paths.pid, `${process.pid}\n`);
    io.stdout(`Kubernetes API ${cluster.url} (kubeconfig ${cluster.kubeconfig})\n`);
    try {
      await untilAborted(io.signal);
    } finally {
      await cluster.close();
      await rm(paths.pid, { force: true });
    }
    return 0;
  },
});

export const stop = defineCommand({
  name: "stop",
  usage: "cox cluster stop [--dir DIR]",
  summary: "Stop the embedded cluster; its state is kept",
  flags,
  run: async ({ flags, io }) => {
    const paths = pathsOf(resolve(io.cwd, flags.dir));
    io.stdout((await stopCluster(paths)) ? "the cluster is stopped\n" : "the cluster does not run\n");
    return 0;
  },
});

export const status = defineCommand({
  name: "status",
  usage: "cox cluster status [--dir DIR]",
  summary: "Say whether the embedded cluster runs",
  flags,
  run: async ({ flags, io }) => {
    const paths = pathsOf(resolve(io.cwd, flags.dir));
    const pid = await runningPid(paths);
    if (pid === undefined || !(await answers(io, paths.kubeconfig))) {
      io.stdout("the cluster does not run\n");
      return 1;
    }
    io.stdout(`the cluster runs with process id ${pid} (kubeconfig ${paths.kubeconfig})\n`);
    return 0;
  },
});

export const reset = defineCommand({
  name: "reset",
  usage: "cox cluster reset [--dir DIR]",
  summary: "Stop the embedded cluster and forget everything in it",
  flags,
  run: async ({ flags, io }) => {
    const paths = pathsOf(resolve(io.cwd, flags.dir));
    await stopCluster(paths);
    await rm(paths.cluster, { recursive: true, force: true });
    io.stdout("the cluster is empty\n");
    return 0;
  },
});

async function stopCluster(paths: Paths): Promise<boolean> {
  const pid = await runningPid(paths);
  if (pid === undefined) return false;
  process.kill(pid, "SIGTERM");
  for (let turn = 0; turn < 200; turn += 1) {
    if (!isAlive(pid)) return true;
    await sleep(50);
  }
  throw new CommandError(`the cluster with process id ${pid} does not end`);
}

async function runningPid({ pid }: Paths): Promise<number | undefined> {
  const number = Number(await readFile(pid, "utf8").catch(() => ""));
  return Number.isInteger(number) && number > 1 && isAlive(number) ? number : undefined;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function answers(io: Parameters<typeof openConnection>[0], kubeconfig: string): Promise<boolean> {
  try {
    using connection = await openConnection(io, { kubeconfig, context: "" });
    await connection.client.version();
    return true;
  } catch {
    return false;
  }
}

async function lastLine(path: string): Promise<string> {
  const text = await readFile(path, "utf8").catch(() => "");
  return text.trimEnd().split("\n").at(-1) ?? "";
}
