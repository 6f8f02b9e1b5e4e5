// `npm run bench -- warm`: rendering again in the same process, beside the same loop around Helm's own engine (shared/tools/go-render).
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { benchCharts } from "./charts.ts";
import { milliseconds, table } from "./sample.ts";

interface Loop {
  readonly best: number;
  readonly mean: number;
}

const rounds = 3;
const folder = mkdtempSync(join(tmpdir(), "cox-bench-"));
try {
  const goRender = buildGoRender();
  const rows = benchCharts()
    .filter(({ path }) => path.endsWith(".tgz"))
    .map(({ name, path }) => row(name, path, goRender));
  const head = ["chart", "cox, best / mean", "Go, best / mean", "times faster, best", "times faster, mean"];
  process.stdout.write(table(head, rows));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function buildGoRender(): string | undefined {
  const source = "../shared/tools/go-render";
  if (!existsSync(source)) return undefined;
  const program = join(folder, "go-render");
  const { status, stderr } = spawnSync("go", ["build", "-o", program, "."], { cwd: source, encoding: "utf8" });
  if (status === 0) return program;
  process.stderr.write(`bench: cannot build go-render, so Go is left out: ${stderr ?? "Go is not there"}\n`);
  return undefined;
}

function row(name: string, path: string, goRender: string | undefined): readonly string[] {
  const ours: Loop[] = [];
  const theirs: Loop[] = [];
  for (let round = 0; round < rounds; round += 1) {
    ours.push(runLoop(process.execPath, ["bench/warm/loop.ts", path]));
    // As many as take about as long as ours.
    if (goRender !== undefined)
      theirs.push(runLoop(goRender, [resolve(path), theirs[0] === undefined ? "5" : turnsOf(theirs[0])]));
  }
  const own = merge(ours);
  if (theirs.length === 0) return [name, both(own), "–", "–", "–"];
  const go = merge(theirs);
  return [name, both(own), both(go), (go.best / own.best).toFixed(1), (go.mean / own.mean).toFixed(1)];
}

function turnsOf({ mean }: Loop): string {
  return String(Math.min(200, Math.max(3, Math.ceil(2000 / mean))));
}

function runLoop(program: string, parameters: readonly string[]): Loop {
  const { status, stdout, stderr } = spawnSync(program, parameters, { encoding: "utf8" });
  const found = /mean ([\d.]+) ms, best ([\d.]+) ms/.exec(stdout ?? "");
  if (status !== 0 || found === null) throw new Error(`${program} ended with exit code ${status}: ${stderr}`);
  return { mean: Number(found[1]), best: Number(found[2]) };
}

/** The best of all rounds, and the mean of the best round: what else the machine does is nobody's. */
function merge(loops: readonly Loop[]): Loop {
  return { best: Math.min(...loops.map(({ best }) => best)), mean: Math.min(...loops.map(({ mean }) => mean)) };
}

function both({ best, mean }: Loop): string {
  return `${milliseconds(best)} / ${milliseconds(mean)}`;
}
