// `npm run test:real`: the suites that hold for any Kubernetes API, on a real control plane that lives as long as they run.
// With COX_TEST_KUBECONFIG they run on that one. Arguments narrow them down to files whose path contains one of them. Those with controllers of
// their own come last and one by one: two sets of controllers on one cluster would do everything twice.
import { spawnSync } from "node:child_process";
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { cacheFolder } from "./control-plane/build.ts";

const wanted = process.argv.slice(2);
// A suite takes its API from one of these doors, which the variable turns to another address.
const suites = findSuites(/\bopen(TestApi|TestServer|InteropStage)\b/);
const withControllers = findSuites(/\bopen(TestStage|Ground)\b/);
if (suites.length + withControllers.length === 0) {
  process.stderr.write(`test:real: no suite is named ${wanted.join(" or ")}\n`);
  process.exit(2);
}
const given = process.env.COX_TEST_KUBECONFIG;
process.exitCode = given === undefined ? testOnOwn() : test(given);

function findSuites(doors: RegExp): readonly string[] {
  return ["src", "e2e"]
    .flatMap((folder) => globSync(`${folder}/**/*.test.ts`))
    .filter((file) => wanted.length === 0 || wanted.some((part) => file.includes(part)))
    .filter((file) => doors.test(readFileSync(file, "utf8")))
    .toSorted();
}

function testOnOwn(): number {
  const directory = mkdtempSync(join(tmpdir(), "coxswain-control-plane-"));
  try {
    if (plane("build").status !== 0) return 1;
    const started = plane("start", directory, "--while", String(process.pid));
    return started.status === 0 ? test(started.stdout.trim()) : 1;
  } finally {
    plane("stop", directory);
    rmSync(directory, { recursive: true, force: true });
  }
}

function plane(...line: readonly string[]): { readonly status: number | null; readonly stdout: string } {
  const main = fileURLToPath(new URL("control-plane/main.ts", import.meta.url));
  return spawnSync(process.execPath, [main, ...line], { stdio: ["ignore", "pipe", "inherit"], encoding: "utf8" });
}

function test(kubeconfig: string): number {
  process.stdout.write(`${suites.length + withControllers.length} suites on a real control plane\n`);
  const runner = fileURLToPath(new URL("test.ts", import.meta.url));
  const helm = join(cacheFolder(), "bin", "helm4");
  const env = { ...(existsSync(helm) ? { COX_HELM: helm } : {}), ...process.env, COX_TEST_KUBECONFIG: kubeconfig };
  const run = (files: readonly string[], ...flags: readonly string[]): number => {
    if (files.length === 0) return 0;
    const line = [runner, "--quiet", "--minutes=20", ...flags, ...files];
    return spawnSync(process.execPath, line, { stdio: "inherit", env }).status ?? 1;
  };
  return Math.max(run(suites), run(withControllers, "--one-by-one"));
}
