// Plays the GitRepositories of the tests on Flux's own source-controller and keeps what a person sees. Needs root, sshd and a real
// control plane with Flux on it:
//   node tools/record-git-repositories.ts KUBECONFIG
import { writeFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { playGitRepositories } from "../src/controllers/gitrepository/testing/play.ts";
import { connect } from "../src/kube/node/index.ts";

const kubeconfig = process.argv[2];
if (kubeconfig === undefined) throw new Error("usage: record-git-repositories.ts KUBECONFIG");
using connected = await connect({ kubeconfig });
const name = `git-${Math.random().toString(36).slice(2, 8)}`;
await connected.client.create({ apiVersion: "v1", kind: "Namespace", metadata: { name } });
const seen = await playGitRepositories(connected.client, name, () => pause(3000));
const file = "src/controllers/gitrepository/testdata/flux.json";
const masked = JSON.stringify(seen, undefined, 2).replaceAll(name, "{namespace}");
writeFileSync(file, `${masked}\n`);
process.stdout.write(`recorded ${seen.length} GitRepositories in ${file}\n`);
