// A real control plane on this machine: etcd, kube-apiserver, kube-controller-manager, kube-scheduler, and kwok for the nodes.
import { spawn } from "node:child_process";
import { openSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { buildPrograms, cacheFolder } from "./build.ts";
import { startPlane, stopLeftovers } from "./plane.ts";
import { controlPlane, isProgram, peers } from "./programs.ts";

const usage = `Usage: npm run control-plane -- COMMAND
  build [PROGRAM…]                       builds programs with Go into a cache: all of them, or those that are named
  path                                   prints the folder of the programs
  start FOLDER [--port N] [--while PID]  starts a control plane in the background and prints its kubeconfig; it ends with process PID
  serve FOLDER [--port N] [--while PID]  the same in the foreground
  stop FOLDER                            ends it
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { port: { type: "string" }, while: { type: "string" } },
});
const [command = "", ...rest] = positionals;
const say = (line: string): void => void process.stderr.write(`control-plane: ${line}\n`);

try {
  process.exitCode = await run();
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}

async function run(): Promise<number> {
  const [folder] = rest;
  switch (command) {
    case "build":
      await build();
      return 0;
    case "path":
      process.stdout.write(`${join(cacheFolder(), "bin")}\n`);
      return 0;
    case "start":
    case "serve":
    case "stop": {
      if (folder === undefined || rest.length > 1) break;
      const directory = resolve(folder);
      await mkdir(directory, { recursive: true });
      if (command === "start") await start(directory);
      else if (command === "serve") return await serve(directory);
      else await stop(directory);
      return 0;
    }
  }
  process.stderr.write(usage);
  return 2;
}

async function build(): Promise<void> {
  const unknown = rest.find((name) => !isProgram(name));
  if (unknown !== undefined) throw new Error(`no program is named ${JSON.stringify(unknown)}`);
  await buildPrograms(rest.length === 0 ? [...controlPlane, ...peers] : rest.filter(isProgram), say);
}

/** Starts `serve` detached and waits until it says that the control plane is ready. */
async function start(directory: string): Promise<void> {
  await stop(directory);
  await buildPrograms(controlPlane, say);
  await rm(join(directory, "ready"), { force: true });
  const file = join(directory, "serve.log");
  const log = openSync(file, "w", 0o600);
  const flags = (["port", "while"] as const).flatMap((name) =>
    values[name] === undefined ? [] : [`--${name}`, values[name]],
  );
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), "serve", directory, ...flags], {
    detached: true,
    stdio: ["ignore", log, log],
  });
  let ended = false;
  child.once("exit", () => (ended = true));
  child.unref();
  for (;;) {
    const kubeconfig = await readFile(join(directory, "ready"), "utf8").catch(() => undefined);
    if (kubeconfig !== undefined) return void process.stdout.write(kubeconfig);
    if (ended) throw new Error((await readFile(file, "utf8")).trim());
    await delay(100);
  }
}

/** Runs until it is told to stop, until one of its programs ends, or until the process that it is for has ended. */
async function serve(directory: string): Promise<number> {
  await stopLeftovers(directory);
  const port = values.port === undefined ? {} : { port: Number(values.port) };
  const plane = await startPlane({ directory, ...port, say });
  const told = new Promise<undefined>((done) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => done(undefined));
  });
  await writeFile(join(directory, "server"), `${process.pid}\n`);
  await writeFile(join(directory, "ready"), `${plane.kubeconfig}\n`);
  say(`ready: ${plane.kubeconfig}`);
  const broken = await Promise.race([told, plane.ended, untilEnded(values.while)]);
  for (const name of ["ready", "server"]) await rm(join(directory, name), { force: true });
  await plane.stop();
  if (broken !== undefined) say(broken);
  return broken === undefined ? 0 : 1;
}

async function untilEnded(pid: string | undefined): Promise<undefined> {
  if (pid === undefined) return await new Promise(() => {});
  while (isRunning(Number(pid))) await delay(500, undefined, { ref: false });
  return undefined;
}

async function stop(directory: string): Promise<void> {
  const server = Number(await readFile(join(directory, "server"), "utf8").catch(() => ""));
  if (server > 0 && (await readFile(`/proc/${server}/cmdline`, "utf8").catch(() => "")).includes(directory)) {
    process.kill(server, "SIGTERM");
    for (let turn = 0; turn < 300 && isRunning(server); turn += 1) await delay(100);
  }
  await stopLeftovers(directory);
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
