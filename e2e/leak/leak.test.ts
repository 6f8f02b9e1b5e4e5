// What `cox run` keeps of releases that are upgraded again and again. COX_LEAK_RELEASES and COX_LEAK_UPGRADES make it many.
import assert from "node:assert/strict";
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { type Load, prepareLoad, release } from "../../bench/controller/load.ts";
import { openChartFolder } from "../scenarios/chart-folder.ts";
import { startServedCluster } from "../served-cluster.ts";
import { webChart } from "../world.ts";

const count = Number(process.env["COX_LEAK_RELEASES"] ?? 5);
const upgrades = Number(process.env["COX_LEAK_UPGRADES"] ?? 18);
/** Until then everything grows: Helm keeps five revisions, and V8 compiles what is run often. */
const settled = 6;
/** For each upgrade: its events are remembered for ten minutes, to be counted when they come again, and V8 goes on learning. */
const remembered = 40;

interface Count {
  readonly objects: number;
  readonly resident: number;
}

async function start(t: TestContext) {
  const { folder, open, kubeconfig, client, cache } = await startServedCluster(t);
  const charts = open.use(await openChartFolder());
  await charts.publish("web", "1.0.0", webChart);
  const load: Load = { client, cache, count, repositoryUrl: charts.repositoryUrl, chart: "web" };
  const controllers = fork(
    join(import.meta.dirname, "../../src/cli/main.ts"),
    ["run", `--kubeconfig=${kubeconfig}`, "--metrics-addr=0", "--health-addr=0", "--storage-addr=127.0.0.1:0"],
    { cwd: folder, execArgv: ["--import", join(import.meta.dirname, "probe.ts")], silent: true },
  );
  open.defer(() => end(controllers));
  await running(controllers);
  return { load, controllers };
}

/** Reads what the controllers log, which they would wait for otherwise, and resolves when they run. */
function running(controllers: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    controllers.stderr?.on("data", (text: Buffer) => {
      if (text.includes("all controllers run")) resolve();
    });
    controllers.once("exit", (code) => reject(new Error(`the controllers ended with ${code}`)));
  });
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  await ended;
}

/** What is left when nothing is under way any more: events are written a moment after what they tell of. */
async function countKept(controllers: ChildProcess): Promise<Count> {
  let least: Count | undefined;
  for (let same = 0; same < 2; ) {
    controllers.send("count");
    const [counted] = (await once(controllers, "message")) as [Count];
    if (least !== undefined && counted.objects >= least.objects) same += 1;
    else {
      least = counted;
      same = 0;
    }
  }
  return least!;
}

test("cox run keeps nothing of upgrades, however many there were", { timeout: 3_600_000 }, async (t) => {
  const { load, controllers } = await start(t);
  await prepareLoad(load);
  const counts: Count[] = [];
  for (let round = 0; round <= upgrades; round += 1) {
    await release(load, 1 + (round % 2));
    if ([settled, (settled + upgrades) / 2, upgrades].includes(round)) counts.push(await countKept(controllers));
  }
  const [, middle, last] = counts;
  const tell = (one: Count): string => `${one.objects} objects, ${Math.round(one.resident / 1e6)} MB`;
  t.diagnostic(counts.map(tell).join("; "));
  const grown = (last!.objects - middle!.objects) / ((count * (upgrades - settled)) / 2);
  assert.ok(grown <= remembered, `each upgrade left ${grown.toFixed(1)} objects behind`);
});
