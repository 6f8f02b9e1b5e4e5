// Plays the Buckets of the tests on Flux's own source-controller and keeps what a person sees. Needs a real control plane with Flux on it:
//   STORAGE_EMULATOR_HOST=127.0.0.1:PORT starts that source-controller; then
//   node tools/record-buckets.ts KUBECONFIG PORT
import { writeFileSync } from "node:fs";
import { contents } from "../src/controllers/bucket/testing/cases.ts";
import { playBuckets } from "../src/controllers/bucket/testing/play.ts";
import { connect } from "../src/kube/node/index.ts";
import { serveGoogle } from "../src/sources/testing/google-server.ts";

const [kubeconfig, port] = process.argv.slice(2);
if (kubeconfig === undefined || port === undefined) throw new Error("usage: record-buckets.ts KUBECONFIG PORT");
await using google = await serveGoogle({ buckets: contents(), pageSize: 2, port: Number(port) });
using connected = await connect({ kubeconfig });
const name = `buckets-${Math.random().toString(36).slice(2, 8)}`;
await connected.client.create({ apiVersion: "v1", kind: "Namespace", metadata: { name } });
const seen = await playBuckets(connected.client, name);
const file = "src/controllers/bucket/testdata/flux.json";
const masked = JSON.stringify(seen, undefined, 2).replaceAll(name, "{namespace}");
writeFileSync(file, `${masked}\n`);
process.stdout.write(`recorded ${seen.length} Buckets in ${file}, Google's from ${google.url}\n`);
