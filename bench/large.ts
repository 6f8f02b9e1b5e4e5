// `node bench/large.ts`: a release of 2,000 objects on the embedded API: what it asks, how long it takes, and what the process needs for it.
import { createCluster } from "../src/cluster/index.ts";
import { liveLarge } from "../e2e/large/life.ts";

const count = Number(process.env.BENCH_OBJECTS ?? 2000);
const cluster = createCluster();
const namespace = "default";
const steps = await liveLarge({ fetch: cluster.fetch, server: "http://cluster" }, { namespace, count });
const rows = steps.map(
  ({ action, reads, writes, milliseconds }) =>
    `| ${action} | ${reads} | ${writes} | ${(milliseconds / 1000).toFixed(2)} s |\n`,
);
const memory = (process.resourceUsage().maxRSS / 1024).toFixed(0);
process.stdout.write(`| ${count} objects | reads | writes | time |\n|---|---|---|---|\n${rows.join("")}`);
process.stdout.write(`\nthe process, API included, took ${memory} MB at its peak\n`);
await cluster.close();
