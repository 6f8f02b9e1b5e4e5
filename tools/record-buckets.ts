// Plays the Buckets of the tests on Flux's own source-controller and keeps what a person sees. Needs a real control plane with Flux on it:
//   node tools/record-buckets.ts KUBECONFIG
import { writeFileSync } from "node:fs";
import { playBuckets } from "../src/controllers/bucket/testing/play.ts";
import { connect } from "../src/kube/node/index.ts";

const kubeconfig = process.argv[2];
if (kubeconfig === undefined) throw new Error("usage: record-buckets.ts KUBECONFIG");
using connected = await connect({ kubeconfig });
const name = `buckets-${Math.random().toString(36).slice(2, 8)}`;
await connected.client.create({ apiVersion: "v1", kind: "Namespace", metadata: { name } });
const seen = await playBuckets(connected.client, name);
const file = "src/controllers/bucket/testdata/flux.json";
const masked = JSON.stringify(seen, undefined, 2).replaceAll(name, "{namespace}");
writeFileSync(file, `${masked}\n`);
process.stdout.write(`recorded ${seen.length} Buckets in ${file}\n`);
