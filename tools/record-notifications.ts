// Keeps what Flux's own controllers tell a receiver of events. Needs a real control plane whose Flux runs with `--events-addr=http://127.0.0.1:PORT/`:
//   node tools/record-notifications.ts KUBECONFIG PORT
import { writeFileSync } from "node:fs";
import { openReceiver, playNotifications } from "../e2e/notifications/play.ts";
import { openChartFolder } from "../e2e/scenarios/chart-folder.ts";
import { connect } from "../src/kube/node/index.ts";

const [kubeconfig, port] = process.argv.slice(2);
if (kubeconfig === undefined || port === undefined) throw new Error("usage: record-notifications.ts KUBECONFIG PORT");
using connected = await connect({ kubeconfig });
await using receiver = await openReceiver(Number(port));
await using charts = await openChartFolder();
const { client } = connected;
const namespace = `n-${Math.random().toString(36).slice(2, 8)}`;
await client.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
const told = await playNotifications({ client, namespace, charts, receiver });
writeFileSync("e2e/notifications/recorded.json", `${JSON.stringify(told, undefined, 2)}\n`);
