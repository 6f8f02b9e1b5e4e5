// `npm run bench:controller -- N`: Flux's own controllers and ours, each on a fresh control plane, under the same load of N HelmReleases.
// Prints wall time, processor time, peak memory and API requests, and the ratios. Flags: --only flux|cox, --port, --keep FOLDER,
// --list, and --stuck M: beside M releases whose Pods never become ready.
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { openChartFolder } from "../e2e/scenarios/chart-folder.ts";
import { webChart } from "../e2e/world.ts";
import { installDefinitions } from "../src/cli/playground/playground.ts";
import { createWatchCache } from "../src/kube/index.ts";
import { connect } from "../src/kube/node/index.ts";
import { build } from "../tools/build/bundle.ts";
import { startPlane } from "../tools/control-plane/plane.ts";
import { auditPolicy, endOfLog, loadAgent, readRequests, tally } from "./controller/audit.ts";
import { type Contestant, cox, flux, type Running } from "./controller/contestants.ts";
import { applyStuck, type Load, prepareLoad, release, request } from "./controller/load.ts";
import { formatReport, type Measured, type Result } from "./controller/report.ts";
import { forgetPeak, readUsage } from "./controller/usage.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: "string" },
    port: { type: "string", default: "27000" },
    list: { type: "boolean", default: false },
    keep: { type: "string" },
    idle: { type: "string", default: "60" },
    stuck: { type: "string", default: "0" },
  },
});
const count = Number(positionals[0] ?? 200);
if (!Number.isInteger(count) || count < 1)
  throw new Error("usage: bench:controller N [--only flux|cox] [--port N] [--list]");
const port = Number(values.port);
const say = (line: string): void => void process.stderr.write(`bench: ${line}\n`);

await build(); // what is measured is what people run
const results: Result[] = [];
for (const contestant of [flux, cox]) {
  if (values.only !== undefined && values.only !== contestant.name.toLowerCase()) continue;
  const missing = contestant.missing();
  if (missing === undefined) results.push(await measure(contestant));
  else say(`${contestant.name} is left out: ${missing}`);
}
process.stdout.write(
  `${count} releases, ${cpus().length} × ${cpus()[0]?.model ?? "unknown processor"}, Node ${process.version}\n\n${formatReport(count, results)}`,
);

async function measure(contestant: Contestant): Promise<Result> {
  const directory = values.keep ?? (await mkdtemp(join(tmpdir(), "cox-bench-")));
  await mkdir(directory, { recursive: true });
  await using stack = new AsyncDisposableStack();
  if (values.keep === undefined) stack.defer(() => rm(directory, { recursive: true, force: true }));
  const policy = join(directory, "audit.json");
  const log = join(directory, "audit.log");
  await writeFile(policy, JSON.stringify(auditPolicy));
  await rm(log, { force: true });
  const apiServer = [`--audit-policy-file=${policy}`, `--audit-log-path=${log}`];
  const plane = await startPlane({ directory, port, say, apiServer });
  stack.defer(plane.stop);
  const connected = stack.use(await connect({ kubeconfig: plane.kubeconfig, userAgent: loadAgent }));
  const { client } = connected;
  const cache = stack.use(createWatchCache({ client }));
  await installDefinitions(client, cache);
  await client.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: "flux-system" } });
  const charts = stack.use(await openChartFolder());
  const load = { client, cache, count, repositoryUrl: charts.repositoryUrl, chart: await publishChart(charts) };
  const running = stack.use(await contestant.start({ kubeconfig: plane.kubeconfig, directory, port: port + 10 }));
  await prepareLoad(load);
  await delay(3_000); // the program's own start is not the load's
  return { name: contestant.name, phases: await runPhases(load, running, log, contestant.name) };
}

async function publishChart(charts: Awaited<ReturnType<typeof openChartFolder>>): Promise<string> {
  const podinfo = new URL("../../shared/charts/packages/stefanprodan-podinfo.tgz", import.meta.url);
  if (existsSync(podinfo)) {
    await charts.publishBytes("podinfo-6.0.0.tgz", await readFile(podinfo));
    return "podinfo";
  }
  say("the chart of podinfo is not there: a chart of two objects takes its place");
  await charts.publish("web", "1.0.0", webChart);
  return "web";
}

async function runPhases(load: Load, running: Running, log: string, name: string): Promise<readonly Measured[]> {
  const { pids } = running;
  const phases: Measured[] = [];
  const phase = async (what: string, work: () => Promise<void>, reconciles?: () => Promise<number>): Promise<void> => {
    await forgetPeak(pids);
    const [before, from] = [await readUsage(pids), await endOfLog(log)];
    const counted = await reconciles?.();
    const began = performance.now();
    await work();
    const wall = (performance.now() - began) / 1000;
    if (reconciles === undefined) await delay(2_000); // events follow in the background
    const [after, to] = [await readUsage(pids), await endOfLog(log)];
    const asked = await readRequests(log, from, to);
    const measured = { phase: what, wall, cpu: after.cpu - before.cpu, peak: after.peak, requests: asked.length };
    const done = counted === undefined ? {} : { reconciles: ((await reconciles?.()) ?? 0) - counted };
    phases.push({ ...measured, ...done });
    say(`${name}: ${what}: ${JSON.stringify(phases.at(-1))}`);
    if (values.list)
      for (const [request, times] of tally(asked)) say(`  ${(times / load.count).toFixed(2)} ${request}`);
  };
  const stuck = Number(values.stuck);
  if (stuck > 0) await phase(`${stuck} get stuck`, () => applyStuck(load, stuck));
  await phase("install", () => release(load, 1));
  await phase("upgrade", () => release(load, 2));
  await phase("nothing changed, asked", () => request(load));
  await release(load, 2, "30s");
  await delay(5_000);
  const idle = Number(values.idle) * 1000;
  await phase(
    "nothing changed, interval",
    () => delay(idle),
    () => countReconciles(running.metrics),
  );
  return phases;
}

/** How many HelmReleases were reconciled so far, by the program's metrics. */
async function countReconciles(url: string): Promise<number> {
  const text = await fetch(url).then(
    (answer) => answer.text(),
    () => "",
  );
  const counts = text.matchAll(/^gotk_reconcile_duration_seconds_count\{[^}]*kind="HelmRelease"[^}]*\} (\d+)$/gm);
  return [...counts].reduce((total, [, one]) => total + Number(one), 0);
}
