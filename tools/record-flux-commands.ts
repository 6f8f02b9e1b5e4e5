// Says lines of the real flux to a cluster with Flux's own controllers, and keeps what it answers. Needs a real control plane with Flux on it:
//   node tools/record-flux-commands.ts KUBECONFIG
import { readFileSync, writeFileSync } from "node:fs";
import { playFlux, type Told } from "../e2e/flux-commands/play.ts";
import { findFlux, fluxOn } from "../e2e/flux-commands/run-flux.ts";
import { openChartFolder } from "../e2e/scenarios/chart-folder.ts";
import { playScenario } from "../e2e/scenarios/scenario.ts";
import { connect } from "../src/kube/node/index.ts";

const [kubeconfig] = process.argv.slice(2);
const program = findFlux();
if (kubeconfig === undefined || program === undefined)
  throw new Error("usage: record-flux-commands.ts KUBECONFIG, with flux on the path");
using connected = await connect({ kubeconfig });
await using charts = await openChartFolder();
const namespace = `flux-commands-${Math.random().toString(36).slice(2, 8)}`;
let told: readonly Told[] = [];
await playScenario(
  {
    name: "flux-commands",
    play: async (actor) => {
      told = await playFlux(actor, fluxOn(program, kubeconfig));
    },
  },
  {
    client: connected.client,
    namespace,
    patience: 60_000,
    kubeconfig: readFileSync(kubeconfig, "utf8"),
    helm: () => Promise.reject(new Error("no line of flux needs helm")),
    ...charts,
  },
);
writeFileSync("e2e/flux-commands/recorded.json", `${JSON.stringify(told, undefined, 2)}\n`);
