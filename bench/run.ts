// `npm run bench`: what a person waits for, measured beside the real program in the same run where it is there. Prints a table in Markdown.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { cpus, homedir, tmpdir } from "node:os";
import { join } from "node:path";

const peers = process.env.COX_PEERS ?? join(homedir(), ".cache", "coxswain-peers");
const helm = join(peers, "bin", "helm4");
const runs = Number(process.env.BENCH_RUNS ?? 15);

interface Sample {
  readonly minimum: number;
  readonly median: number;
}

/** Times a command as a whole process, in milliseconds. */
function time(command: string, parameters: readonly string[], count = runs): Sample {
  const times: number[] = [];
  for (let run = 0; run < count + 1; run += 1) {
    const began = performance.now();
    const done = spawnSync(command, parameters, { stdio: "ignore" });
    if (done.status !== 0) throw new Error(`${command} ${parameters.join(" ")} ended with exit code ${done.status}`);
    if (run > 0) times.push(performance.now() - began); // the first one warms the caches
  }
  return sample(times);
}

function sample(times: readonly number[]): Sample {
  const sorted = times.toSorted((a, b) => a - b);
  return { minimum: sorted[0] ?? 0, median: sorted[Math.floor(sorted.length / 2)] ?? 0 };
}

/** From the start of the playground in an empty folder to the release being Ready, in milliseconds. */
async function timeLoop(): Promise<number> {
  const directory = mkdtempSync(join(tmpdir(), "cox-bench-"));
  try {
    const began = performance.now();
    const child = spawn("bin/cox", ["up", "--dir", directory], { stdio: ["ignore", "pipe", "inherit"] });
    const took = await new Promise<number>((resolve, reject) => {
      let output = "";
      child.stdout.setEncoding("utf8").on("data", (text: string) => {
        output += text;
        if (/✔ HelmRelease\/flux-system\/grade-api: Helm install succeeded/.test(output))
          resolve(performance.now() - began);
      });
      child.once("exit", () => reject(new Error(`the playground ended early:\n${output}`)));
    });
    child.removeAllListeners("exit");
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGINT");
    await ended;
    return took;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function milliseconds(value: number): string {
  return value >= 1000 ? `${(value / 1000).toFixed(2)} s` : `${value.toFixed(1)} ms`;
}

const rows: string[] = [];
function add(name: string, ours: Sample, theirs: Sample | undefined): void {
  const peer = theirs === undefined ? "–" : `${milliseconds(theirs.minimum)} / ${milliseconds(theirs.median)}`;
  const ratio = theirs === undefined ? "–" : (ours.median / theirs.median).toFixed(2);
  rows.push(`| ${name} | ${milliseconds(ours.minimum)} / ${milliseconds(ours.median)} | ${peer} | ${ratio} |`);
}

const loop: number[] = [];
for (let run = 0; run < 5; run += 1) loop.push(await timeLoop());
add("`npm start`, installed, empty folder → grade-api Ready", sample(loop), undefined);
const hasHelm = existsSync(helm);
add(
  "start-up: `cox --version`, `helm4 version`",
  time("bin/cox", ["--version"]),
  hasHelm ? time(helm, ["version"]) : undefined,
);
const chart = "examples/grade-api/charts/grade-api";
add(
  "`helm template` of grade-api, whole process",
  time("bin/cox", ["helm", "template", "g", chart]),
  hasHelm ? time(helm, ["template", "g", chart]) : undefined,
);

process.stdout.write(
  `${cpus().length} × ${cpus()[0]?.model ?? "unknown processor"}, Node ${process.version}${hasHelm ? ", helm v4.2.4" : ", helm4 not found"}\n\n`,
);
process.stdout.write(
  `| what | cox, minimum / median | helm4, minimum / median | ratio of medians |\n|---|---|---|---|\n${rows.join("\n")}\n`,
);
