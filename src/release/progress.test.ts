import assert from "node:assert/strict";
import { test } from "node:test";
import { startLifecycle } from "../cluster/index.ts";
import type { WaitProgress } from "./context.ts";
import { install } from "./install.ts";
import { createChart, createWorld } from "./testing/world.ts";
import { uninstall } from "./uninstall.ts";

const deployment = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: main, image: example.com/web}]}
`;
const hook = `apiVersion: batch/v1
kind: Job
metadata: {name: work, annotations: {helm.sh/hook: pre-install}}
spec:
  template: {spec: {restartPolicy: Never, containers: [{name: main, image: example.com/work}]}}
`;

test("onProgress() is told what each wait is for, and when it is over", async () => {
  const seen: (WaitProgress | undefined)[] = [];
  await using world = createWorld({ onProgress: (progress) => void seen.push(progress) });
  const lifecycle = await startLifecycle({ cluster: world.cluster });
  try {
    const chart = createChart({ "deployment.yaml": deployment, "job.yaml": hook });
    const how = { waitStrategy: "watcher", timeout: 20_000 } as const;
    await install(world.context, { name: "web", namespace: "default", chart, values: {}, ...how });
    await uninstall(world.context, { name: "web", ...how });
  } finally {
    await lifecycle.stop();
  }
  const told = seen.map((progress) =>
    progress === undefined
      ? "over"
      : `${progress.goal} ${progress.pending.length}/${progress.total} ${progress.pending[0]?.target.kind ?? ""}`,
  );
  for (const line of ["complete 1/1 Job", "ready 1/1 Deployment", "gone 1/1 Deployment"])
    assert.ok(told.includes(line), line);
  // The first of the four: no earlier hook may be left.
  assert.equal(told.filter((line) => line === "over").length, 4);
  assert.equal(told.at(-1), "over");
});
