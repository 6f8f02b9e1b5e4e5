import assert from "node:assert/strict";
import { test } from "node:test";
import type { Deployment, ReplicaSet } from "../../kinds.ts";
import { maxSurge, maxUnavailable } from "./replica-sets.ts";
import { isScaled, proportionalScaling, rollingStep, sizeOfNew } from "./rollout.ts";

type Fence = number | string;

function deployment(replicas: number, surge: Fence = "25%", unavailable: Fence = "25%"): Deployment {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "d" },
    spec: {
      replicas,
      strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: surge, maxUnavailable: unavailable } },
      selector: {},
      template: { spec: { containers: [] } },
    },
  };
}

function set(name: string, replicas: number, availableReplicas = replicas, desired?: number): ReplicaSet {
  const annotations = desired === undefined ? {} : { "deployment.kubernetes.io/desired-replicas": String(desired) };
  return {
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    metadata: { name, annotations },
    spec: { replicas, selector: {}, template: { spec: { containers: [] } } },
    status: { availableReplicas },
  };
}

const fences = [
  { replicas: 10, surge: "25%", unavailable: "25%", up: 3, down: 2 },
  { replicas: 1, surge: "25%", unavailable: "25%", up: 1, down: 0 },
  { replicas: 3, surge: 2, unavailable: 1, up: 2, down: 1 },
  { replicas: 4, surge: 0, unavailable: 0, up: 0, down: 1 },
  { replicas: 4, surge: "0%", unavailable: "10%", up: 0, down: 1 },
  { replicas: 2, surge: 0, unavailable: 5, up: 0, down: 2 },
] as const;
for (const { replicas, surge, unavailable, up, down } of fences) {
  test(`maxSurge() and maxUnavailable() of ${replicas} with ${surge} and ${unavailable} are ${up} and ${down}`, () => {
    const of = deployment(replicas, surge, unavailable);
    assert.deepEqual([maxSurge(of), maxUnavailable(of)], [up, down]);
  });
}

const sizes = [
  { name: "is whole without old ones", of: deployment(3), old: [], want: 3 },
  { name: "is the surge beside old ones", of: deployment(10), old: [set("old", 10)], want: 3 },
  { name: "is nothing without a surge", of: deployment(4, 0, 1), old: [set("old", 4)], want: 0 },
];
for (const { name, of, old, want } of sizes) {
  test(`sizeOfNew() ${name}`, () => assert.equal(sizeOfNew(of, { current: undefined, old }), want));
}

const steps: readonly {
  readonly name: string;
  readonly of: Deployment;
  readonly current: ReplicaSet;
  readonly old: readonly ReplicaSet[];
  readonly want: readonly string[];
}[] = [
  { name: "has nothing to do at the end", of: deployment(3), current: set("new", 3), old: [set("old", 0)], want: [] },
  {
    name: "scales the new one up as far as the surge allows",
    of: deployment(10),
    current: set("new", 0),
    old: [set("old", 10)],
    want: ["new 3"],
  },
  {
    name: "takes old ones down as far as may be missing",
    of: deployment(10),
    current: set("new", 3, 0),
    old: [set("old", 10)],
    want: ["old 8"],
  },
  {
    name: "waits for the new ones to serve",
    of: deployment(10),
    current: set("new", 5, 0),
    old: [set("old", 8)],
    want: [],
  },
  {
    name: "goes on when they serve",
    of: deployment(10),
    current: set("new", 5, 5),
    old: [set("old", 8)],
    want: ["old 3"],
  },
  {
    name: "takes away first what does not serve",
    of: deployment(10),
    current: set("new", 3, 0),
    old: [set("old", 10, 8)],
    want: ["old 8"],
  },
  {
    name: "takes the oldest down first",
    of: deployment(4, 1, 0),
    current: set("new", 1, 1),
    old: [set("a", 1), set("b", 3)],
    want: ["a 0"],
  },
  { name: "shrinks a new one that is too large", of: deployment(2), current: set("new", 3), old: [], want: ["new 2"] },
  {
    name: "keeps all old ones when an image is missing",
    of: deployment(3),
    current: set("new", 1, 0),
    old: [set("old", 3)],
    want: [],
  },
];
for (const { name, of, current, old, want } of steps) {
  test(`rollingStep() ${name}`, () => {
    const scalings = rollingStep(of, { current, old });
    assert.deepEqual(
      scalings.map(({ set: { metadata }, replicas }) => `${metadata.name ?? ""} ${replicas}`),
      want,
    );
  });
}

test("isScaled() compares the size that the sets were made for", () => {
  assert.equal(isScaled(deployment(5), { current: set("new", 3, 3, 3), old: [] }), true);
  assert.equal(isScaled(deployment(3), { current: set("new", 3, 3, 3), old: [set("old", 0, 0, 9)] }), false);
});

const proportions: readonly {
  readonly name: string;
  readonly of: Deployment;
  readonly current: ReplicaSet | undefined;
  readonly old: readonly ReplicaSet[];
  readonly want: readonly string[];
}[] = [
  { name: "scales the only one", of: deployment(5), current: set("new", 3), old: [set("old", 0)], want: ["new 5"] },
  {
    name: "scales each in proportion",
    of: deployment(20, 0, "25%"),
    current: set("new", 4),
    old: [set("old", 6)],
    want: ["old 12", "new 8"],
  },
  {
    name: "scales down in proportion",
    of: deployment(5, 0, "25%"),
    current: set("new", 4),
    old: [set("old", 6)],
    want: ["old 3", "new 2"],
  },
  {
    name: "scales to nothing",
    of: deployment(0),
    current: set("new", 4),
    old: [set("old", 6)],
    want: ["old 0", "new 0"],
  },
];
for (const { name, of, current, old, want } of proportions) {
  test(`proportionalScaling() ${name}`, () => {
    const scalings = proportionalScaling(of, { current, old });
    assert.deepEqual(
      scalings.map(({ set: { metadata }, replicas }) => `${metadata.name ?? ""} ${replicas}`),
      want,
    );
  });
}
