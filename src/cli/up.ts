import { join, resolve } from "node:path";
import { findCondition, type Condition, type HelmRelease } from "../api/index.ts";
import { commitGit } from "../sources/index.ts";
import { readFile } from "node:fs/promises";
import { CommandError, defineCommand, type Io } from "./command.ts";
import { openConnection } from "./connect.ts";
import { createLog } from "./log.ts";
import { startPlayground, type Playground } from "./playground/playground.ts";
import { openWorkspace, type Workspace } from "./playground/workspace.ts";
import { fluxTable } from "./table.ts";
import { describePods, statusRows } from "./playground/summary.ts";
import { untilAborted } from "./wait.ts";

const releasePath = "clusters/my-cluster/apps/grade-api/helmrelease.yaml";
const valuesPath = "clusters/my-cluster/apps/grade-api/values-configmap.yaml";
const reference = {
  apiVersion: "helm.toolkit.fluxcd.io/v2",
  kind: "HelmRelease",
  namespace: "flux-system",
  name: "grade-api",
};

export const command = defineCommand({
  name: "up",
  usage: "cox up [--dir DIR] [--kubeconfig FILE] [--once]",
  summary: "Start the playground: a cluster, a Git repository, charts, and the controllers",
  flags: {
    dir: { type: "string", default: ".cox", help: "where the playground is kept" },
    kubeconfig: { type: "string", help: "a cluster to use instead of the embedded one" },
    context: { type: "string", help: "the context of the kubeconfig" },
    once: { type: "boolean", help: "show an install and two upgrades, then exit" },
    timeout: { type: "duration", default: 60_000, help: "how long to wait for the release in each step" },
    verbose: { type: "boolean", help: "print the controllers' logs" },
  },
  run: async ({ flags, io }) => {
    const began = performance.now();
    const tell = (line: string): void =>
      io.stdout(`${((performance.now() - began) / 1000).toFixed(2).padStart(6)} s  ${line}\n`);
    const workspace = await openWorkspace(resolve(io.cwd, flags.dir));
    using connected = flags.kubeconfig === "" ? undefined : await openConnection(io, flags);
    const playground = await startPlayground({
      workspace,
      tell,
      now: io.now,
      log: createLog(io, flags.verbose ? "info" : "none"),
      ...(connected === undefined
        ? {}
        : { connection: { fetch: connected.fetch, server: connected.connection.server } }),
    });
    try {
      const waiting = { playground, timeout: flags.timeout, io };
      const steps: Step[] = [];
      await step(steps, "install", () => untilReleased(waiting, () => true));
      await printStatus(playground, io);
      if (flags.once) {
        await step(steps, "upgrade by a commit of replicaCount: 3", () => exerciseReplicas(workspace, waiting, tell));
        await step(steps, "upgrade by a change of the values ConfigMap", () =>
          exerciseValues(workspace, waiting, tell),
        );
        await printStatus(playground, io);
        io.stdout(
          `\n${fluxTable(
            ["step", "took"],
            steps.map(({ name, took }) => [name, `${(took / 1000).toFixed(2)} s`]),
          )}`,
        );
        return 0;
      }
      io.stdout(whatNext(workspace, flags.kubeconfig === "" ? workspace.kubeconfig : flags.kubeconfig));
      await untilAborted(io.signal);
      io.stdout("\nstopping; everything is kept for the next start\n");
      return 0;
    } finally {
      await playground.close();
    }
  },
});

interface Step {
  readonly name: string;
  readonly took: number; // milliseconds
}

async function step(steps: Step[], name: string, run: () => Promise<void>): Promise<void> {
  const began = performance.now();
  await run();
  steps.push({ name, took: performance.now() - began });
}

interface Waiting {
  readonly playground: Playground;
  readonly timeout: number;
  readonly io: Io;
}

/** Waits until the release is Ready in the wanted form; throws with the reason when it is not in time. */
async function untilReleased(
  { playground, timeout, io }: Waiting,
  isWanted: (release: HelmRelease) => boolean,
): Promise<void> {
  const releases = await playground.cache.kind<HelmRelease>(reference);
  const isDone = (release: HelmRelease | undefined): boolean =>
    release !== undefined &&
    release.status?.observedGeneration === release.metadata.generation &&
    findCondition(release.status?.conditions as readonly Condition[] | undefined, "Ready")?.status === "True" &&
    isWanted(release);
  const { promise, resolve: done, reject } = Promise.withResolvers<void>();
  const unsubscribe = releases.subscribe(() => {
    if (isDone(releases.get(reference))) done();
  });
  const timer = setTimeout(
    () =>
      reject(
        new CommandError(
          `HelmRelease/flux-system/grade-api is not ready in time: ${whyNotReady(releases.get(reference))}`,
        ),
      ),
    timeout,
  );
  const stop = (): void => reject(new CommandError("interrupted", 130));
  io.signal.addEventListener("abort", stop);
  try {
    await promise;
  } finally {
    clearTimeout(timer);
    unsubscribe();
    io.signal.removeEventListener("abort", stop);
  }
}

function whyNotReady(release: HelmRelease | undefined): string {
  if (release === undefined) return "it is not in the cluster yet";
  const conditions = release.status?.conditions as readonly Condition[] | undefined;
  return findCondition(conditions, "Ready")?.message ?? "it was not reconciled yet";
}

async function exerciseReplicas(workspace: Workspace, waiting: Waiting, tell: (line: string) => void): Promise<void> {
  const text = await readFile(join(workspace.repository, releasePath), "utf8");
  const current = /replicaCount: (\d+)/.exec(text)?.[1];
  const next = current === "3" ? "2" : "3"; // a second run on the same folder changes something, too
  const before = await revisionOf(waiting);
  tell(`► git commit: replicaCount: ${next}`);
  await commitGit({
    directory: workspace.repository,
    message: `Run ${next} replicas`,
    files: { [releasePath]: text.replace(/replicaCount: \d+/, `replicaCount: ${next}`) },
  });
  await untilReleased(waiting, (release) => versionOf(release) > before);
}

async function exerciseValues(workspace: Workspace, waiting: Waiting, tell: (line: string) => void): Promise<void> {
  const text = await readFile(join(workspace.repository, valuesPath), "utf8");
  const next = text.includes("logLevel: info") ? "debug" : "info";
  const before = await revisionOf(waiting);
  tell(`► git commit: ConfigMap grade-api-values, logLevel: ${next}`);
  await commitGit({
    directory: workspace.repository,
    message: `Log at level ${next}`,
    files: { [valuesPath]: text.replace(/logLevel: \w+/, `logLevel: ${next}`) },
  });
  await untilReleased(waiting, (release) => versionOf(release) > before);
}

async function revisionOf({ playground }: Waiting): Promise<number> {
  return versionOf(await playground.client.get<HelmRelease>(reference));
}

function versionOf(release: HelmRelease): number {
  return Math.max(0, ...(release.status?.history ?? []).map(({ version }) => version));
}

async function printStatus(playground: Playground, io: Io): Promise<void> {
  io.stdout(
    `\n${fluxTable(["name", "revision", "suspended", "ready", "message"], await statusRows(playground.client))}`,
  );
  io.stdout(`${await describePods(playground.client, "grade-api")}\n`);
}

function whatNext({ repository }: Workspace, kubeconfig: string): string {
  return [
    "Try next, in another terminal:",
    `  edit replicaCount in ${join(repository, releasePath)}, then`,
    `    git -C ${repository} commit -am "More replicas"`,
    `  edit logLevel in ${join(repository, valuesPath)}, and commit it too`,
    `  bin/cox get all -A --kubeconfig ${kubeconfig}`,
    `  kubectl --kubeconfig ${kubeconfig} get hr -A`,
    "Ctrl-C stops; the next start goes on from here.",
    "",
  ].join("\n");
}
