import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import type { KubeObject } from "../api/index.ts";
import { readinessOf } from "./readiness.ts";

/** What kstatus (cli-utils 1.2.2, the one in Flux and Helm) says of each object. */
interface Recording {
  readonly name: string;
  readonly object: KubeObject;
  readonly status: string;
  readonly message: string;
}

const recordings: readonly Recording[] = JSON.parse(
  readFileSync(new URL("testdata/readiness.json", import.meta.url), "utf8"),
);
for (const { name, object, status, message } of recordings) {
  test(`readinessOf() judges ${name} as kstatus does`, () => {
    assert.deepEqual(readinessOf(object), { status, message });
  });
}

const object = (apiVersion: string, kind: string, rest: object = {}): KubeObject => ({
  apiVersion,
  kind,
  metadata: { name: "x", namespace: "n", creationTimestamp: "2026-01-01T00:00:00Z" },
  ...rest,
});
const condition = (type: string) => ({ type, status: "True" });

// The texts are those of Flux's and Helm's own readers of Jobs and hook Pods.
const cases = [
  {
    name: "a Job that runs when it must be complete",
    object: object("batch/v1", "Job", { status: { startTime: "2026-01-01T00:00:00Z", active: 1 } }),
    options: { jobs: "complete" },
    want: { status: "InProgress", message: "Job in progress. success:0, active: 1, failed: 0" },
  },
  {
    name: "a Job that has not started when it must be complete",
    object: object("batch/v1", "Job", { spec: { parallelism: 2 } }),
    options: { jobs: "complete" },
    want: { status: "InProgress", message: "Job not started. active: 0/2" },
  },
  {
    name: "a suspended Job when it must be complete",
    object: object("batch/v1", "Job", { spec: { suspend: true } }),
    options: { jobs: "complete" },
    want: { status: "Current", message: "Job is suspended" },
  },
  {
    name: "a hook Job that is complete",
    object: object("batch/v1", "Job", { status: { succeeded: 1, conditions: [condition("Complete")] } }),
    options: { purpose: "hook" },
    want: { status: "Current", message: "Job Completed. succeeded: 1/1" },
  },
  {
    name: "a hook Pod that runs and is ready",
    object: object("v1", "Pod", { status: { phase: "Running", conditions: [condition("Ready")] } }),
    options: { purpose: "hook" },
    want: { status: "InProgress", message: "Pod in progress" },
  },
  {
    name: "a hook Pod that failed",
    object: object("v1", "Pod", { status: { phase: "Failed" } }),
    options: { purpose: "hook" },
    want: { status: "Failed", message: "pod x failed" },
  },
  {
    name: "a hook Deployment that is not ready",
    object: object("apps/v1", "Deployment"),
    options: { purpose: "hook" },
    want: { status: "Current", message: "Resource is current" },
  },
  {
    name: "a Pod that has looked for a node for ten seconds",
    object: object("v1", "Pod", {
      status: {
        phase: "Pending",
        conditions: [{ type: "PodScheduled", status: "False", reason: "Unschedulable" }],
      },
    }),
    options: { now: new Date("2026-01-01T00:00:10Z") },
    want: { status: "InProgress", message: "Pod has not been scheduled" },
  },
] as const;
for (const { name, object: given, options, want } of cases) {
  test(`readinessOf() judges ${name}`, () => {
    assert.deepEqual(readinessOf(given, options), want);
  });
}
