// Plays the scenarios on Flux's own controllers and keeps what a person sees. Needs a real control plane with Flux on it, and helm 4 on the path:
//   node tools/record-scenarios.ts KUBECONFIG [--flags "--a --b"] [scenario…]
// Scenarios that want flags are played when Flux's controllers run with the very flags, which `--flags` confirms.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { playScenario } from "../e2e/scenarios/scenario.ts";
import { scenarios } from "../e2e/scenarios/scenarios.ts";
import { openChartFolder } from "../e2e/scenarios/chart-folder.ts";
import { helmOn, trustingKubeconfig } from "../e2e/scenarios/stage.ts";
import { connect } from "../src/kube/node/index.ts";

const [kubeconfig, ...line] = process.argv.slice(2);
if (kubeconfig === undefined) throw new Error('usage: record-scenarios.ts KUBECONFIG [--flags "…"] [scenario…]');
const [flags, wanted] = line[0] === "--flags" ? [line[1] ?? "", line.slice(2)] : ["", line];
using connected = await connect({ kubeconfig });
const folder = "e2e/scenarios/recordings";
mkdirSync(folder, { recursive: true });
const chosen = scenarios.filter(
  (scenario) => (scenario.flags ?? []).join(" ") === flags && (wanted.length === 0 || wanted.includes(scenario.name)),
);
// Flux polls every few seconds: all at once take as long as the slowest.
const results = await Promise.allSettled(
  chosen.map(async (scenario) => {
    await using charts = await openChartFolder();
    const namespace = `s-${scenario.name.slice(0, 30)}-${Math.random().toString(36).slice(2, 8)}`;
    const seen = await playScenario(scenario, {
      client: connected.client,
      namespace,
      patience: 400_000,
      kubeconfig: await trustingKubeconfig(readFileSync(kubeconfig, "utf8")),
      helm: helmOn(kubeconfig, namespace),
      ...charts,
    });
    writeFileSync(`${folder}/${scenario.name}.json`, `${JSON.stringify(seen, undefined, 2)}\n`);
    process.stdout.write(`recorded ${scenario.name}\n`);
  }),
);
for (const result of results) if (result.status === "rejected") process.stdout.write(`FAILED ${result.reason}\n`);
process.exitCode = results.some(({ status }) => status === "rejected") ? 1 : 0;
