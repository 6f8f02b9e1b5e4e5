import { execFile } from "node:child_process";
import {
  accessSync,
  constants,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { KubeObject } from "../../src/api/index.ts";
import type { CommandGroup, Io } from "../../src/cli/command.ts";
import { cox } from "../../src/cli/commands.ts";
import { runLine } from "../../src/cli/run.ts";
import type { Client } from "../../src/kube/index.ts";
import { connect } from "../../src/kube/node/index.ts";
import { openServedCluster } from "../served-cluster.ts";

/** Who does a step of a release's life. */
export type Program = "cox" | "helm3" | "helm4";

export const programs: readonly Program[] = ["cox", "helm3", "helm4"];

/** What a program printed and how it ended. */
export interface Printed {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** An API server for three programs: the embedded one with its workloads, or the real one that COX_TEST_KUBECONFIG names. */
export interface Stage extends AsyncDisposable {
  /** Opens a namespace of its own for programs with more in their environment, with copies of the charts in which `GROUP` is an API group of its own. */
  readonly openPlace: (more: Readonly<Record<string, string>>) => Promise<Place>;
}

export interface Place extends AsyncDisposable {
  readonly namespace: string;
  readonly group: string;
  readonly client: Client;
  readonly run: (program: Program, line: readonly string[]) => Promise<Printed>;
}

export async function openInteropStage(): Promise<Stage> {
  const open = new AsyncDisposableStack();
  const directory = mkdtempSync(join(tmpdir(), "coxswain-interop-"));
  open.defer(() => rmSync(directory, { recursive: true, force: true }));
  const given = process.env.COX_TEST_KUBECONFIG;
  const kubeconfig = given ?? (await openServedCluster(directory, open)).kubeconfig;
  const { client } = open.use(await connect({ kubeconfig }));
  const places: string[] = [];
  // Not earlier: helm fails where a group vanishes while it reads what the server has.
  open.defer(() => deleteDefinitions(client, places));
  return {
    openPlace: async (more) => {
      const place = await openPlace({ client, kubeconfig, directory: join(directory, crypto.randomUUID()), more });
      places.push(place.group);
      return place;
    },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
}

async function openPlace(where: {
  readonly client: Client;
  readonly kubeconfig: string;
  readonly directory: string;
  readonly more: Readonly<Record<string, string>>;
}): Promise<Place> {
  const { client, kubeconfig, directory, more } = where;
  const namespace = `interop-${crypto.randomUUID().slice(0, 8)}`;
  const group = `${namespace}.example.com`;
  await client.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } } as KubeObject);
  copyCharts(directory, group);
  const env = {
    PATH: process.env.PATH ?? "",
    HOME: directory,
    KUBECONFIG: kubeconfig,
    HELM_NAMESPACE: namespace,
    TZ: "UTC",
    ...more,
  };
  const cwd = join(directory, "charts");
  return {
    namespace,
    group,
    client,
    run: (program, line) => (program === "cox" ? runCox(line, env, cwd) : runHelm(program, line, env, cwd)),
    async [Symbol.asyncDispose]() {
      await client.delete({ apiVersion: "v1", kind: "Namespace", name: namespace });
    },
  };
}

async function deleteDefinitions(client: Client, groups: readonly string[]): Promise<void> {
  const definition = { apiVersion: "apiextensions.k8s.io/v1", kind: "CustomResourceDefinition" };
  for (const group of groups) {
    const reference = { ...definition, name: `plots.${group}` };
    if ((await client.tryGet(reference)) !== undefined) await client.delete(reference);
  }
}

function copyCharts(directory: string, group: string): void {
  const source = fileURLToPath(new URL("charts/", import.meta.url));
  for (const entry of readdirSync(source, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const from = join(entry.parentPath, entry.name);
    const to = join(directory, "charts", from.slice(source.length));
    mkdirSync(join(to, ".."), { recursive: true });
    writeFileSync(to, readFileSync(from, "utf8").replaceAll("GROUP", group));
  }
}

async function runCox(line: readonly string[], env: Io["env"], cwd: string): Promise<Printed> {
  let stdout = "";
  let stderr = "";
  const io: Io = {
    stdout: (text) => void (stdout += text),
    stderr: (text) => void (stderr += text),
    stdin: async () => "",
    env,
    cwd,
    isTerminal: false,
    signal: new AbortController().signal,
    now: () => new Date(),
  };
  const exit = await runLine(cox.commands.helm as CommandGroup, "helm", line, io);
  return { exit, stdout, stderr };
}

/** helm does not wait until a real API server tells of what a definition has just defined; then it has recorded nothing, and is run again. */
async function runHelm(
  program: "helm3" | "helm4",
  line: readonly string[],
  env: Readonly<Record<string, string>>,
  cwd: string,
): Promise<Printed> {
  let printed = await runOnce(program, line, env, cwd);
  const most = process.env.COX_TEST_KUBECONFIG === undefined ? 0 : 5;
  for (let again = 0; again < most && printed.stderr.includes("ensure CRDs are installed first"); again += 1)
    printed = await runOnce(program, line, env, cwd);
  return printed;
}

function runOnce(
  program: "helm3" | "helm4",
  line: readonly string[],
  env: Readonly<Record<string, string>>,
  cwd: string,
): Promise<Printed> {
  return new Promise((done) => {
    execFile(pathOf(program), [...line], { env, cwd, timeout: 120_000 }, (error, stdout, stderr) => {
      done({ exit: error === null ? 0 : typeof error.code === "number" ? error.code : 1, stdout, stderr });
    });
  });
}

function pathOf(program: Program): string {
  return join(process.env.COX_PEERS ?? join(homedir(), ".cache", "coxswain-peers"), "bin", program);
}

/** Why the suite cannot run here; false when it can. */
export function whyNot(): string | false {
  const missing = (["helm3", "helm4"] as const).filter((program) => {
    try {
      accessSync(pathOf(program), constants.X_OK);
      return false;
    } catch {
      return true;
    }
  });
  return missing.length === 0 ? false : `not there: ${missing.join(", ")} (npm run control-plane -- build helm3 helm4)`;
}
