import assert from "node:assert/strict";
import { test } from "node:test";
import type { Job, Pod } from "../kinds.ts";
import { decideJob } from "./job.ts";

const now = new Date("2026-01-01T01:00:00Z");

function job(spec: Partial<Job["spec"]>): Job {
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name: "j" },
    spec: {
      parallelism: 1,
      completions: 1,
      backoffLimit: 2,
      template: { spec: { restartPolicy: "Never", containers: [] } },
      ...spec,
    },
    status: { startTime: "2026-01-01T00:00:00Z" },
  };
}

let number = 0;
function pods(...phases: readonly NonNullable<NonNullable<Pod["status"]>["phase"]>[]): Pod[] {
  return phases.map((phase) => {
    number += 1;
    const metadata = { name: `p${number}` };
    return { apiVersion: "v1", kind: "Pod", metadata, spec: { containers: [] }, status: { phase } };
  });
}

const cases: readonly {
  readonly name: string;
  readonly job: Job;
  readonly pods: readonly Pod[];
  readonly create?: number;
  readonly remove?: number;
  readonly end?: string;
}[] = [
  { name: "starts with its parallelism", job: job({ parallelism: 3, completions: 5 }), pods: [], create: 3 },
  { name: "starts no more than it needs", job: job({ parallelism: 3, completions: 2 }), pods: [], create: 2 },
  { name: "waits for what runs", job: job({}), pods: pods("Running") },
  { name: "replaces what failed", job: job({}), pods: pods("Failed"), create: 1 },
  { name: "completes", job: job({}), pods: pods("Succeeded"), end: "Complete CompletionsReached" },
  {
    name: "completes and removes what still runs",
    job: job({ parallelism: 2, completions: 1 }),
    pods: pods("Succeeded", "Running"),
    remove: 1,
    end: "Complete CompletionsReached",
  },
  {
    name: "fails after its limit",
    job: job({ backoffLimit: 1 }),
    pods: pods("Failed", "Failed"),
    end: "Failed BackoffLimitExceeded",
  },
  {
    name: "fails at once without a limit",
    job: job({ backoffLimit: 0 }),
    pods: pods("Failed"),
    end: "Failed BackoffLimitExceeded",
  },
  {
    name: "misses its deadline",
    job: job({ activeDeadlineSeconds: 60 }),
    pods: pods("Running"),
    remove: 1,
    end: "Failed DeadlineExceeded",
  },
  { name: "removes its Pods when it is suspended", job: job({ suspend: true }), pods: pods("Running"), remove: 1 },
  { name: "shrinks", job: job({ parallelism: 1, completions: 5 }), pods: pods("Running", "Pending"), remove: 1 },
  { name: "without completions ends with the last", job: withoutCompletions(2), pods: pods("Succeeded", "Running") },
  {
    name: "without completions is done when all are",
    job: withoutCompletions(2),
    pods: pods("Succeeded", "Failed"),
    end: "Complete CompletionsReached",
  },
];

function withoutCompletions(parallelism: number): Job {
  const { completions: _, ...spec } = job({ parallelism }).spec;
  return { ...job({}), spec };
}

for (const { name, job: of, pods: given, create = 0, remove = 0, end } of cases) {
  test(`decideJob() ${name}`, () => {
    const decision = decideJob(of, given, now);
    const ends = decision.end === undefined ? undefined : `${decision.end.type} ${decision.end.reason}`;
    assert.deepEqual([decision.create, decision.remove.length, ends], [create, remove, end]);
  });
}
