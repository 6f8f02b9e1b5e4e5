import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { packageChart } from "../../chart/index.ts";
import { loadChartDirectory } from "../../chart/node/index.ts";
import { commitGit, copyFolder, createGitRepository } from "../../sources/index.ts";
import { exists } from "../files.ts";

/** The ports of a playground: chosen once and kept, because URLs with them are committed to its Git repository. */
export interface Ports {
  readonly api: number;
  readonly git: number;
  readonly charts: number;
  readonly artifacts: number;
  readonly registry: number;
}

/** Where everything of a playground is kept. */
export interface Workspace {
  readonly directory: string;
  /** The Git repository with its work tree: edit, commit, and the cluster follows. */
  readonly repository: string;
  readonly charts: string;
  readonly artifacts: string;
  /** The content of the OCI registry. */
  readonly registry: string;
  readonly cluster: string;
  readonly kubeconfig: string;
  readonly ports: Ports;
}

const wanted: Ports = { api: 9420, git: 9421, charts: 9422, artifacts: 9423, registry: 9424 };
const example = fileURLToPath(new URL("../../../examples/grade-api", import.meta.url));

export const repositoryName = "grade-api";

/** Opens a playground's folder: what is there stays as it is, what is missing is made from the example. */
export async function openWorkspace(directory: string): Promise<Workspace> {
  const ports = await openWorkspacePorts(directory);
  const workspace: Workspace = {
    directory,
    repository: join(directory, repositoryName),
    charts: join(directory, "charts"),
    artifacts: join(directory, "artifacts"),
    registry: join(directory, "registry"),
    cluster: join(directory, "cluster"),
    kubeconfig: join(directory, "kubeconfig"),
    ports,
  };
  await mkdir(workspace.charts, { recursive: true });
  if (!(await exists(join(workspace.repository, ".git", "refs", "heads", "main")))) await makeRepository(workspace);
  await publishChart(workspace);
  return workspace;
}

/** The ports of a playground's folder, for who needs nothing else of it. */
export async function openWorkspacePorts(directory: string): Promise<Ports> {
  await mkdir(directory, { recursive: true });
  return await choosePorts(join(directory, "ports.json"));
}

async function choosePorts(file: string): Promise<Ports> {
  let known: Partial<Ports> = {};
  try {
    known = JSON.parse(await readFile(file, "utf8")) as Partial<Ports>;
  } catch {
    // The first start, or a file that somebody broke: choose again.
  }
  if (Object.keys(wanted).every((name) => name in known)) return known as Ports;
  const taken = new Set<number>(Object.values(known));
  const choose = async (port: number): Promise<number> => {
    const chosen = (await isFree(port)) && !taken.has(port) ? port : await freePort();
    taken.add(chosen);
    return chosen;
  };
  const ports: Ports = {
    api: known.api ?? (await choose(wanted.api)),
    git: known.git ?? (await choose(wanted.git)),
    charts: known.charts ?? (await choose(wanted.charts)),
    artifacts: known.artifacts ?? (await choose(wanted.artifacts)),
    registry: known.registry ?? (await choose(wanted.registry)),
  };
  await writeFile(`${file}.new`, `${JSON.stringify(ports)}\n`);
  await rename(`${file}.new`, file);
  return ports;
}

async function makeRepository({ repository, ports }: Workspace): Promise<void> {
  await createGitRepository(repository);
  await copyFolder(example, repository);
  const files: Record<string, string> = {};
  const base = "clusters/my-cluster";
  for (const path of [
    `${base}/flux-system/gotk-sync.yaml`,
    `${base}/apps/grade-api/helmrepository.yaml`,
    "tour/hello-from-registry.yaml",
  ]) {
    const text = await readFile(join(repository, path), "utf8");
    files[path] = text
      .replaceAll(`127.0.0.1:${wanted.git}/`, `127.0.0.1:${ports.git}/`)
      .replaceAll(`127.0.0.1:${wanted.charts}`, `127.0.0.1:${ports.charts}`)
      .replaceAll(`127.0.0.1:${wanted.registry}/`, `127.0.0.1:${ports.registry}/`);
  }
  await commitGit({ directory: repository, message: "Add grade-api", files });
}

/** Packs the chart of the work tree into the chart repository, under its own version. Published versions never change. */
async function publishChart({ repository, charts }: Workspace): Promise<void> {
  const chart = await loadChartDirectory(join(repository, "charts", "grade-api"));
  const target = join(charts, `${chart.metadata.name}-${chart.metadata.version}.tgz`);
  if (await exists(target)) return;
  await writeFile(`${target}.new`, await packageChart(chart));
  await rename(`${target}.new`, target);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(false));
    probe.listen(port, "127.0.0.1", () => probe.close(() => resolve(true)));
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}
