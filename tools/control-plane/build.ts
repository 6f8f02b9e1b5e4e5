import { execFile } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { cp, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { kubernetesVersion, kwok, type Program, type Recipe, recipes, stagedModules } from "./programs.ts";

/** Where the built programs are kept for every clone on the machine: COX_PEERS, or a cache in the home directory. */
export function cacheFolder(): string {
  return process.env.COX_PEERS ?? join(homedir(), ".cache", "coxswain-peers");
}

export function pathOf(program: Program): string {
  return join(cacheFolder(), "bin", program);
}

export function isBuilt(program: Program): boolean {
  try {
    accessSync(pathOf(program), constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Builds what is not there yet, one after the other. Throws with a sentence for the user when Go is missing or a build fails. */
export async function buildPrograms(programs: readonly Program[], say: (line: string) => void): Promise<void> {
  const missing = programs.filter((program) => !isBuilt(program));
  if (missing.length === 0) return;
  await assertGo(missing);
  for (const program of missing) {
    const began = performance.now();
    say(`building ${program} (once; it is kept in ${cacheFolder()})`);
    await build(program, recipes[program]);
    say(`built ${program} in ${((performance.now() - began) / 1000).toFixed(0)} s`);
  }
}

/** The folder of kwok's own rules for nodes and Pods, which its module carries; copied beside the programs. */
export async function kwokStages(): Promise<string> {
  const folder = join(cacheFolder(), `kwok-stages-${kwok.version}`);
  try {
    accessSync(folder);
    return folder;
  } catch {
    await assertGo(["kwok"]);
  }
  const { Dir } = await downloadModule(`${kwok.module}@${kwok.version}`, cacheFolder());
  const copied = `${folder}.${process.pid}`;
  await cp(join(Dir, "kustomize", "stage"), copied, { recursive: true });
  await rename(copied, folder);
  return folder;
}

async function build(program: Program, recipe: Recipe): Promise<void> {
  const folder = join(cacheFolder(), "src", program);
  const made = join(folder, `${program}.${process.pid}`);
  await mkdir(join(cacheFolder(), "bin"), { recursive: true });
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  switch (recipe.how) {
    case "install":
      await go(folder, ["install", `${recipe.package}@${recipe.version}`], { GOBIN: folder });
      await rename(join(folder, recipe.package.split("/").at(-1) ?? program), made);
      break;
    case "main":
      await writeMain(folder, program, recipe.main);
      await go(folder, ["get", recipe.requires]);
      await compile(folder, made, recipe.flags ?? []);
      break;
    case "kubernetes":
      await writeMain(folder, program, recipe.main);
      await requireKubernetes(folder);
      await compile(folder, made, recipe.flags);
      break;
  }
  // Whoever looks at the same time sees the whole program or none.
  await rename(made, pathOf(program));
  await rm(folder, { recursive: true, force: true });
}

async function writeMain(folder: string, program: string, main: string): Promise<void> {
  await writeFile(join(folder, "main.go"), `package main\n\n${main}`);
  await go(folder, ["mod", "init", `local/${program}`]);
}

async function requireKubernetes(folder: string): Promise<void> {
  const module = `k8s.io/kubernetes@v${kubernetesVersion}`;
  const { GoMod } = await downloadModule(module, folder);
  const replacements = stagedModules(await readFile(GoMod, "utf8")).map(
    ({ path, version }) => `-replace=${path}=${path}@${version}`,
  );
  await go(folder, ["mod", "edit", `-require=${module}`, ...replacements]);
}

async function compile(folder: string, output: string, flags: readonly string[]): Promise<void> {
  await go(folder, ["mod", "tidy"]);
  await go(folder, ["build", "-ldflags", ["-s -w", ...flags].join(" "), "-o", output, "."]);
}

async function downloadModule(
  module: string,
  folder: string,
): Promise<{ readonly Dir: string; readonly GoMod: string }> {
  await mkdir(folder, { recursive: true });
  return JSON.parse(await go(folder, ["mod", "download", "-json", module]));
}

async function assertGo(wanted: readonly Program[]): Promise<void> {
  try {
    await promisify(execFile)("go", ["version"]);
  } catch (cause) {
    const what = wanted.join(", ");
    throw new Error(
      `cannot build ${what}: Go is not on this machine. Install Go 1.26 or later, or name a folder that has bin/${wanted[0]} in COX_PEERS`,
      { cause },
    );
  }
}

async function go(
  folder: string,
  line: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<string> {
  try {
    const env = { ...process.env, GOFLAGS: "-buildvcs=false", ...environment };
    const { stdout } = await promisify(execFile)("go", [...line], { cwd: folder, env, maxBuffer: 1 << 26 });
    return stdout;
  } catch (cause) {
    const stderr = cause instanceof Error && "stderr" in cause ? String(cause.stderr).trim() : "";
    throw new Error(`go ${line.slice(0, 2).join(" ")} failed in ${folder}: ${stderr.slice(-2000)}`, { cause });
  }
}
