import { type ChildProcess, spawn } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { globSync, openSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { KubeObject } from "../../src/api/index.ts";
import { connect } from "../../src/kube/node/index.ts";
import { buildPrograms, kwokStages, pathOf } from "./build.ts";
import { controlPlane } from "./programs.ts";

/** A running control plane. `ended` tells why, when one of its programs ends by itself. */
export interface Plane {
  readonly kubeconfig: string;
  readonly ended: Promise<string>;
  readonly stop: () => Promise<void>;
}

interface Place {
  readonly directory: string;
  readonly ports: Ports;
}

interface Ports {
  readonly api: number;
  readonly etcd: number;
  readonly etcdPeer: number;
  readonly controllers: number;
  readonly scheduler: number;
}

/**
 * Starts a control plane on loopback whose data, logs and kubeconfig are in a folder of its own, and returns when it takes Pods. `port` is the
 * first of five; without it they are whatever is free. What ran in the folder before is gone.
 */
export async function startPlane(options: {
  readonly directory: string;
  readonly port?: number;
  readonly say: (line: string) => void;
  /** More flags for kube-apiserver: an audit log, for example. */
  readonly apiServer?: readonly string[];
}): Promise<Plane> {
  const { directory, port, say } = options;
  await buildPrograms(controlPlane, say);
  const place = { directory, ports: port === undefined ? await freePorts() : portsFrom(port) };
  for (const part of ["etcd", "pki"]) await rm(join(directory, part), { recursive: true, force: true });
  await writeCredentials(place);
  const kubeconfig = join(directory, "kubeconfig");
  const running: Running[] = [];
  const stop = (): Promise<void> => stopAll(running, directory);
  const run = async (name: string, program: string, line: readonly string[]): Promise<void> => {
    running.push(start({ name, program, line, directory }));
    await writeFile(join(directory, "pids"), running.map(({ child }) => `${child.pid}\n`).join(""));
  };
  try {
    const lines = commandLines(place, await stageFiles());
    await run("etcd", pathOf("etcd"), lines.etcd);
    const more = options.apiServer ?? [];
    await run("kube-apiserver", pathOf("kube-apiserver"), [...lines["kube-apiserver"], ...more]);
    await untilReady(kubeconfig, running);
    for (const name of ["kube-controller-manager", "kube-scheduler", "kwok"] as const)
      await run(name, pathOf(name), lines[name]);
    await addNode(kubeconfig);
  } catch (error) {
    await stop();
    throw error;
  }
  return { kubeconfig, stop, ended: Promise.race(running.map(({ ended }) => ended)) };
}

interface Running {
  readonly name: string;
  readonly child: ChildProcess;
  readonly ended: Promise<string>;
}

function start(what: {
  readonly name: string;
  readonly program: string;
  readonly line: readonly string[];
  readonly directory: string;
}): Running {
  const { name, program, line, directory } = what;
  const file = join(directory, `${name}.log`);
  const log = openSync(file, "w", 0o600);
  const child = spawn(program, [...line], { cwd: directory, stdio: ["ignore", log, log] });
  const ended = once(child, "exit").then(
    ([code, signal]) => `${name} ended with ${signal ?? `exit code ${code}`}: see ${file}`,
    (error: unknown) => `${name} could not be started: ${String(error)}`,
  );
  return { name, child, ended };
}

async function stopAll(running: readonly Running[], directory: string): Promise<void> {
  for (const { child, ended } of running.toReversed()) {
    child.kill("SIGTERM");
    const patience = new AbortController();
    const late = delay(10_000, "late", { signal: patience.signal }).catch(() => "");
    if ((await Promise.race([ended, late])) === "late") child.kill("SIGKILL");
    patience.abort();
    await ended;
  }
  await rm(join(directory, "pids"), { force: true });
}

type Line = readonly string[];

/** The command line of each program. Pure. */
export function commandLines(
  { directory, ports }: Place,
  stages: readonly string[],
): Readonly<Record<(typeof controlPlane)[number], Line>> {
  const pki = join(directory, "pki");
  const kubeconfig = join(directory, "kubeconfig");
  const etcd = `http://127.0.0.1:${ports.etcd}`;
  const etcdPeer = `http://127.0.0.1:${ports.etcdPeer}`;
  const asAdmin = [
    `--kubeconfig=${kubeconfig}`,
    `--authentication-kubeconfig=${kubeconfig}`,
    `--authorization-kubeconfig=${kubeconfig}`,
    "--bind-address=127.0.0.1",
    `--cert-dir=${pki}`,
    "--leader-elect=false",
    "--kube-api-qps=500",
    "--kube-api-burst=1000",
  ];
  return {
    etcd: [
      `--data-dir=${join(directory, "etcd")}`,
      `--listen-client-urls=${etcd}`,
      `--advertise-client-urls=${etcd}`,
      `--listen-peer-urls=${etcdPeer}`,
      `--initial-advertise-peer-urls=${etcdPeer}`,
      `--initial-cluster=default=${etcdPeer}`,
    ],
    "kube-apiserver": [
      `--etcd-servers=${etcd}`,
      "--bind-address=127.0.0.1",
      `--secure-port=${ports.api}`,
      `--cert-dir=${pki}`,
      `--token-auth-file=${join(pki, "tokens.csv")}`,
      "--authorization-mode=RBAC",
      `--service-account-key-file=${join(pki, "accounts.pub")}`,
      `--service-account-signing-key-file=${join(pki, "accounts.key")}`,
      "--service-account-issuer=https://kubernetes.default.svc",
      "--service-cluster-ip-range=10.96.0.0/16",
      "--disable-admission-plugins=ServiceAccount",
      "--allow-privileged=true",
    ],
    "kube-controller-manager": [
      ...asAdmin,
      `--secure-port=${ports.controllers}`,
      `--service-account-private-key-file=${join(pki, "accounts.key")}`,
      // A simulated node sends no heartbeats that these would believe.
      "--controllers=*,-node-lifecycle-controller,-taint-eviction-controller",
    ],
    "kube-scheduler": [...asAdmin, `--secure-port=${ports.scheduler}`],
    kwok: [`--kubeconfig=${kubeconfig}`, "--manage-all-nodes=true", ...stages.map((file) => `--config=${file}`)],
  };
}

async function stageFiles(): Promise<readonly string[]> {
  const folder = await kwokStages();
  const files = ["node/fast/*.yaml", "node/heartbeat*/*.yaml", "pod/fast/*.yaml"].flatMap((pattern) =>
    globSync(join(folder, pattern)),
  );
  const own = fileURLToPath(new URL("stages.yaml", import.meta.url));
  return [...files.filter((file) => !file.includes("kustomization")).toSorted(), own];
}

async function writeCredentials({ directory, ports }: Place): Promise<void> {
  const pki = join(directory, "pki");
  await mkdir(pki, { recursive: true, mode: 0o700 });
  const { privateKey, publicKey } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    privateKeyEncoding: { type: "pkcs1", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" },
  });
  const token = crypto.randomUUID();
  const user = { mode: 0o600 };
  await writeFile(join(pki, "accounts.key"), privateKey, user);
  await writeFile(join(pki, "accounts.pub"), publicKey, user);
  await writeFile(join(pki, "tokens.csv"), `${token},admin,admin,"system:masters"\n`, user);
  const kubeconfig = {
    apiVersion: "v1",
    kind: "Config",
    // The server signs its own certificate, on loopback, for as long as a test runs.
    clusters: [
      { name: "real", cluster: { server: `https://127.0.0.1:${ports.api}`, "insecure-skip-tls-verify": true } },
    ],
    users: [{ name: "admin", user: { token } }],
    contexts: [{ name: "real", context: { cluster: "real", user: "admin" } }],
    "current-context": "real",
  };
  await writeFile(join(directory, "kubeconfig"), `${JSON.stringify(kubeconfig, undefined, 2)}\n`, user);
}

async function untilReady(kubeconfig: string, running: readonly Running[]): Promise<void> {
  using connected = await connect({ kubeconfig });
  const { server } = connected.connection;
  const broken = Promise.race(running.map(({ ended }) => ended)).then((why) => Promise.reject(new Error(why)));
  broken.catch(() => {});
  const deadline = performance.now() + 120_000;
  while (performance.now() < deadline) {
    const answer = await connected.fetch(new Request(`${server}/readyz`)).catch(() => undefined);
    if (answer?.ok === true) return;
    await Promise.race([delay(250), broken]);
  }
  throw new Error("kube-apiserver did not become ready in two minutes: see kube-apiserver.log");
}

async function addNode(kubeconfig: string): Promise<void> {
  using connected = await connect({ kubeconfig });
  const { client } = connected;
  const capacity = { cpu: "2000", memory: "2000Gi", pods: "20000" };
  const node = {
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name: "node-0",
      annotations: { "kwok.x-k8s.io/node": "fake" },
      labels: { "kubernetes.io/hostname": "node-0", "kubernetes.io/os": "linux" },
    },
    status: { allocatable: capacity, capacity },
  };
  await client.create(node as KubeObject);
  // Kubernetes taints a new node until the controller that we left out says that it is ready.
  const reference = { apiVersion: "v1", kind: "Node", name: "node-0" };
  await client.patch(reference, { spec: { taints: null } }, { type: "merge" });
}

function portsFrom(first: number): Ports {
  return { api: first, etcd: first + 1, etcdPeer: first + 2, controllers: first + 3, scheduler: first + 4 };
}

async function freePorts(): Promise<Ports> {
  const servers = Array.from({ length: 5 }, () => createServer().listen(0, "127.0.0.1"));
  await Promise.all(servers.map((server) => once(server, "listening")));
  const [api = 0, etcd = 0, etcdPeer = 0, controllers = 0, scheduler = 0] = servers.map(
    (server) => (server.address() as AddressInfo).port,
  );
  await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
  return { api, etcd, etcdPeer, controllers, scheduler };
}

/** Ends what a control plane left in its folder when it could not end by itself: programs of the list that still run there. */
export async function stopLeftovers(directory: string): Promise<void> {
  const file = join(directory, "pids");
  const pids = await readFile(file, "utf8").catch(() => "");
  for (const pid of pids.split("\n").filter(Boolean).map(Number).toReversed()) {
    if (!(await runsIn(pid, directory))) continue;
    process.kill(pid, "SIGTERM");
    for (let turn = 0; turn < 100 && (await runsIn(pid, directory)); turn += 1) await delay(100);
    if (await runsIn(pid, directory)) process.kill(pid, "SIGKILL");
  }
  await rm(file, { force: true });
}

/** A process id may be another's by now: only a program that was given our folder is ours. */
async function runsIn(pid: number, directory: string): Promise<boolean> {
  const line = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
  return line.includes(directory);
}
