// Plays the OCIRepositories and HelmCharts of the tests, signed ones too, on Flux's own source-controller and keeps what a person sees.
// Needs a real control plane with Flux on it:
//   node tools/record-registries.ts KUBECONFIG
import { writeFileSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { playRegistries } from "../src/controllers/ocirepository/testing/play.ts";
import { connect } from "../src/kube/node/index.ts";

const kubeconfig = process.argv[2];
if (kubeconfig === undefined) throw new Error("usage: record-registries.ts KUBECONFIG");
const ends: (() => unknown)[] = [];
try {
  using connected = await connect({ kubeconfig });
  const name = `registries-${Math.random().toString(36).slice(2, 8)}`;
  await connected.client.create({ apiVersion: "v1", kind: "Namespace", metadata: { name } });
  const seen = await playRegistries(connected.client, {
    namespace: name,
    ending: { after: (end: unknown) => void ends.push(end as () => unknown) },
    pause: () => setTimeout(5000),
  });
  const file = "src/controllers/ocirepository/testdata/flux.json";
  writeFileSync(file, `${JSON.stringify(seen, undefined, 2)}\n`);
  process.stdout.write(`recorded ${seen.length} objects in ${file}\n`);
} finally {
  for (const end of ends.toReversed()) await end();
}
