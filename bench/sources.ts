// `npm run bench:sources`: source-controller and our process, each on a fresh control plane, at the first look at a large index, and with 200 HelmCharts of
// one repository. Prints wall time, processor time, peak memory and what was asked of the repository, and the ratios. Flags: --port N;
// --entries 100000 --megabytes 52.4 --helm-charts 20 for an index that is as large as source-controller takes one. Its limit of 50 MiB
// (`--helm-index-max-size`) is also for the JSON that it makes of an index, which is longer: both programs get a higher one.
import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { findCondition, HelmChart, HelmRepository, type KubeObject } from "../src/api/index.ts";
import { writeTarGz } from "../src/base/node/tar.ts";
import { installDefinitions } from "../src/cli/playground/playground.ts";
import { type Client, createWatchCache } from "../src/kube/index.ts";
import { connect } from "../src/kube/node/index.ts";
import { serve } from "../src/sources/index.ts";
import { makeIndex } from "../src/sources/testing/large-index.ts";
import { build } from "../tools/build/bundle.ts";
import { startPlane } from "../tools/control-plane/plane.ts";
import { type Contestant, cox, flux } from "./controller/contestants.ts";
import { forgetPeak, readUsage } from "./controller/usage.ts";

const { values } = parseArgs({
  options: {
    port: { type: "string", default: "28400" },
    entries: { type: "string", default: "20000" },
    megabytes: { type: "string", default: "21.7" },
    "helm-charts": { type: "string", default: "200" },
  },
});
const port = Number(values.port);
const versionsOfEach = 20;
const charts = Math.ceil(Number(values.entries) / versionsOfEach);
const helmCharts = Number(values["helm-charts"]);
const sourceFlags = [`--helm-index-max-size=${200 << 20}`];
const say = (line: string): void => void process.stderr.write(`bench: ${line}\n`);

interface Measured {
  readonly wall: number;
  readonly cpu: number;
  /** Megabytes, above what the idle process had, and in all. */
  readonly growth: number;
  readonly peak: number;
  readonly requests: number;
}

const archive = writeTarGz([
  { path: "chart-0/Chart.yaml", content: "apiVersion: v2\nname: chart-0\nversion: 1.0.0\n" },
  { path: "chart-0/values.yaml", content: "replicas: 1\n" },
]);
const index = makeIndex({ charts, versionsOfEach, size: Number(values.megabytes) * 1e6, digest: sha256(archive) });
say(`the index has ${charts * versionsOfEach} entries and ${(index.length / 1e6).toFixed(1)} MB`);

await build(); // what is measured is what people run
const rows: { readonly name: string; readonly first: Measured; readonly many: Measured }[] = [];
for (const contestant of [flux, cox]) {
  const missing = contestant.missing();
  if (missing === undefined) rows.push({ name: contestant.name, ...(await measure(contestant)) });
  else say(`${contestant.name} is left out: ${missing}`);
}
report();

async function measure(contestant: Contestant): Promise<{ readonly first: Measured; readonly many: Measured }> {
  const directory = await mkdtemp(join(tmpdir(), "cox-bench-"));
  await using stack = new AsyncDisposableStack();
  stack.defer(() => rm(directory, { recursive: true, force: true }));
  const plane = await startPlane({ directory, port, say, apiServer: [] });
  stack.defer(plane.stop);
  const { client } = stack.use(await connect({ kubeconfig: plane.kubeconfig, userAgent: "coxswain-bench" }));
  await installDefinitions(client, stack.use(createWatchCache({ client })));
  await client.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: "flux-system" } });
  let requests = 0;
  const server = stack.use(
    await serve(async (request) => {
      requests += 1;
      return new Response(new URL(request.url).pathname === "/index.yaml" ? index : archive);
    }),
  );
  const running = stack.use(
    await contestant.start({ kubeconfig: plane.kubeconfig, directory, port: port + 10, sourceFlags }),
  );
  const pids = running.pids.slice(0, 1); // the first of Flux's programs is source-controller
  await delay(3_000);

  const phase = async (work: () => Promise<void>): Promise<Measured> => {
    await forgetPeak(pids);
    const before = await readUsage(pids);
    const began = performance.now();
    requests = 0;
    await work();
    const wall = (performance.now() - began) / 1000;
    const after = await readUsage(pids);
    const { peak } = after;
    return { wall, cpu: after.cpu - before.cpu, growth: peak - before.peak, peak, requests };
  };
  const first = await phase(async () => {
    await create(client, HelmRepository, "charts", { interval: "60m", url: server.url });
    await untilReady(client, HelmRepository, ["charts"]);
  });
  say(`${contestant.name}: first look: ${JSON.stringify(first)}`);
  const names = Array.from({ length: helmCharts }, (_, count) => `chart-${count}`);
  const many = await phase(async () => {
    for (const [count, name] of names.entries()) {
      const version = `1.${count % versionsOfEach}.0`;
      const sourceRef = { kind: "HelmRepository", name: "charts" };
      await create(client, HelmChart, name, { chart: "chart-0", version, interval: "60m", sourceRef });
    }
    await untilReady(client, HelmChart, names);
  });
  say(`${contestant.name}: ${helmCharts} HelmCharts: ${JSON.stringify(many)}`);
  return { first, many };
}

type Kind = { readonly apiVersion: string; readonly kind: string };

function create(client: Client, { apiVersion, kind }: Kind, name: string, spec: object): Promise<KubeObject> {
  const metadata = { name, namespace: "flux-system" };
  return client.create({ apiVersion, kind, metadata, spec } as unknown as KubeObject);
}

async function untilReady(client: Client, { apiVersion, kind }: Kind, names: readonly string[]): Promise<void> {
  const missing = new Set(names);
  for await (const { object } of client.watch<HelmChart>({ apiVersion, kind }, { namespace: "flux-system" })) {
    if (findCondition(object.status?.conditions, "Ready")?.status === "True")
      missing.delete(object.metadata.name ?? "");
    if (missing.size === 0) return;
  }
  throw new Error(`the watch ended before ${missing.size} objects of kind ${kind} were ready`);
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function report(): void {
  const lines = [
    `${charts * versionsOfEach} entries, ${(index.length / 1e6).toFixed(1)} MB, ${cpus().length} × ${cpus()[0]?.model ?? "unknown processor"}, Node ${process.version}`,
    "",
    "| phase | who | wall | CPU | peak memory | above idle | requests |",
    "|---|---|---|---|---|---|---|",
  ];
  for (const [what, of] of [
    ["first look at the index", "first"],
    [`${helmCharts} HelmCharts`, "many"],
  ] as const) {
    for (const { name, [of]: one } of rows)
      lines.push(
        `| ${what} | ${name} | ${one.wall.toFixed(2)} s | ${one.cpu.toFixed(2)} s | ${one.peak.toFixed(0)} MB | ${one.growth.toFixed(0)} MB | ${one.requests} |`,
      );
    const [theirs, ours] = rows.map(({ [of]: one }) => one);
    if (theirs !== undefined && ours !== undefined)
      lines.push(
        `| | ratio | ${(ours.wall / theirs.wall).toFixed(2)} | ${(ours.cpu / theirs.cpu).toFixed(2)} | ${(ours.peak / theirs.peak).toFixed(2)} | ${(ours.growth / theirs.growth).toFixed(2)} | |`,
      );
  }
  process.stdout.write(`${lines.join("\n")}\n`);
}
