// `npm run test:real`: the suites that hold for any Kubernetes API, on a real control plane that lives as long as they run.
// With COX_TEST_KUBECONFIG they run on that one. Arguments narrow them down to files whose path contains one of them.
import { spawnSync } from "node:child_process";
import { globSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const wanted = process.argv.slice(2);
const suites = findSuites().filter((file) => wanted.length === 0 || wanted.some((part) => file.includes(part)));
if (suites.length === 0) {
  process.stderr.write(`test:real: no suite is named ${wanted.join(" or ")}\n`);
  process.exit(2);
}
const given = process.env.COX_TEST_KUBECONFIG;
process.exitCode = given === undefined ? testOnOwn() : test(given);

/**
 * A suite takes its API from one of these doors, which the variable turns to another address. Suites with controllers of their own are not
 * among them: they want a cluster to themselves.
 */
function findSuites(): readonly string[] {
  const doors = /\bopen(TestApi|TestServer|InteropStage)\b/;
  return ["src", "e2e"]
    .flatMap((folder) => globSync(`${folder}/**/*.test.ts`))
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
  process.stdout.write(`${suites.length} suites on a real control plane\n`);
  const runner = fileURLToPath(new URL("test.ts", import.meta.url));
  const env = { ...process.env, COX_TEST_KUBECONFIG: kubeconfig };
  return (
    spawnSync(process.execPath, [runner, "--quiet", "--minutes=20", ...suites], { stdio: "inherit", env }).status ?? 1
  );
}
