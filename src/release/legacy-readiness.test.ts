import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { KubeObject } from "../api/index.ts";
import { isLegacyJudged, legacyHookReadiness, legacyReadiness, type Related } from "./legacy-readiness.ts";

const object = (apiVersion: string, kind: string, spec: unknown, status: unknown, generation = 1): KubeObject =>
  ({ apiVersion, kind, metadata: { name: "a", namespace: "n", uid: "u", generation }, spec, status }) as KubeObject;

const template = (image: string, labels: object = {}) => ({
  metadata: { labels: { app: "a", ...labels } },
  spec: { containers: [{ image }] },
});
const deployment = (spec: object = {}, observedGeneration = 1) =>
  object(
    "apps/v1",
    "Deployment",
    {
      replicas: 4,
      strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: "25%", maxUnavailable: "25%" } },
      template: template("b"),
      ...spec,
    },
    { observedGeneration },
  );
const replicaSet = (readyReplicas: number, image = "b", owner = "u"): KubeObject => ({
  ...object(
    "apps/v1",
    "ReplicaSet",
    { template: template(image, { "pod-template-hash": "x" }) },
    {
      observedGeneration: 1,
      readyReplicas,
    },
  ),
  metadata: {
    name: "a-x",
    generation: 1,
    ownerReferences: [{ apiVersion: "apps/v1", kind: "Deployment", name: "a", uid: owner }],
  },
});
const pod = (ready: string, phase = "Running") =>
  object("v1", "Pod", {}, { phase, conditions: [{ type: "Ready", status: ready }] });
const service = (spec: object, status: object = {}) => object("v1", "Service", spec, status);
const set = (status: object, spec: object = {}) =>
  object(
    "apps/v1",
    "StatefulSet",
    { replicas: 3, updateStrategy: { type: "RollingUpdate", rollingUpdate: { partition: 0 } }, ...spec },
    {
      observedGeneration: 1,
      updatedReplicas: 3,
      readyReplicas: 3,
      currentRevision: "r",
      updateRevision: "r",
      ...status,
    },
  );
const daemons = (status: object, spec: object = {}) =>
  object(
    "apps/v1",
    "DaemonSet",
    { updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 1 } }, ...spec },
    { observedGeneration: 1, desiredNumberScheduled: 3, updatedNumberScheduled: 3, numberReady: 2, ...status },
  );
const job = (spec: object, status: object) => object("batch/v1", "Job", { backoffLimit: 1, ...spec }, status);
const definition = (type: string, status: string) =>
  object("apiextensions.k8s.io/v1", "CustomResourceDefinition", {}, { conditions: [{ type, status }] });

// The rules of helm's ReadyChecker, one row for each way through them.
const cases: readonly {
  readonly name: string;
  readonly of: KubeObject;
  readonly related?: Related;
  readonly jobs?: boolean;
  readonly want: string;
}[] = [
  { name: "takes what it does not know for ready", of: object("v1", "ConfigMap", {}, {}), want: "ready" },
  { name: "waits for a Pod's condition", of: pod("False"), want: "waiting" },
  { name: "has a Pod that is ready", of: pod("True"), want: "ready" },
  { name: "does not look at Jobs unless asked", of: job({ completions: 1 }, {}), want: "ready" },
  { name: "waits for a Job's completions", of: job({ completions: 2 }, { succeeded: 1 }), jobs: true, want: "waiting" },
  { name: "has a Job that is complete", of: job({ completions: 2 }, { succeeded: 2 }), jobs: true, want: "ready" },
  { name: "has a Job that asks for no number", of: job({}, {}), jobs: true, want: "ready" },
  { name: "gives a Job up that failed too often", of: job({}, { failed: 2 }), jobs: true, want: "job is failed: n/a" },
  { name: "does not wait for a Deployment that is paused", of: deployment({ paused: true }), want: "ready" },
  { name: "waits for a Deployment's ReplicaSet", of: deployment(), related: { replicaSets: [] }, want: "waiting" },
  {
    name: "waits for the ReplicaSet of the present template",
    of: deployment(),
    related: { replicaSets: [replicaSet(4, "old")] },
    want: "waiting",
  },
  {
    name: "does not count another's ReplicaSet",
    of: deployment(),
    related: { replicaSets: [replicaSet(4, "b", "other")] },
    want: "waiting",
  },
  {
    name: "lets a quarter of a Deployment be missing",
    of: deployment(),
    related: { replicaSets: [replicaSet(3)] },
    want: "ready",
  },
  { name: "but no more", of: deployment(), related: { replicaSets: [replicaSet(2)] }, want: "waiting" },
  {
    name: "lets none be missing when Pods are recreated",
    of: deployment({ strategy: { type: "Recreate" } }),
    related: { replicaSets: [replicaSet(3)] },
    want: "waiting",
  },
  {
    name: "lets one be missing where surge and shortage are forbidden",
    of: deployment({
      replicas: 1,
      strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 0, maxUnavailable: 0 } },
    }),
    related: { replicaSets: [replicaSet(0)] },
    want: "ready",
  },
  {
    name: "waits until a Deployment's change is seen",
    of: deployment({}, 0),
    related: { replicaSets: [replicaSet(4)] },
    want: "waiting",
  },
  { name: "waits for a claim", of: object("v1", "PersistentVolumeClaim", {}, { phase: "Pending" }), want: "waiting" },
  {
    name: "has a claim that is bound",
    of: object("v1", "PersistentVolumeClaim", {}, { phase: "Bound" }),
    want: "ready",
  },
  { name: "waits for a Service's address", of: service({ type: "ClusterIP" }), want: "waiting" },
  { name: "has a Service that needs none", of: service({ type: "ExternalName" }), want: "ready" },
  { name: "has a headless Service", of: service({ type: "ClusterIP", clusterIP: "None" }), want: "ready" },
  { name: "waits for a load balancer", of: service({ type: "LoadBalancer", clusterIP: "1" }), want: "waiting" },
  {
    name: "does not where an address is given",
    of: service({ type: "LoadBalancer", clusterIP: "1", externalIPs: ["2"] }),
    want: "ready",
  },
  {
    name: "has a load balancer",
    of: service({ type: "LoadBalancer", clusterIP: "1" }, { loadBalancer: { ingress: [{ ip: "3" }] } }),
    want: "ready",
  },
  { name: "lets one of a DaemonSet be missing", of: daemons({}), want: "ready" },
  { name: "but not two", of: daemons({ numberReady: 1 }), want: "waiting" },
  { name: "waits until a DaemonSet is updated", of: daemons({ updatedNumberScheduled: 2 }), want: "waiting" },
  {
    name: "does not wait for a DaemonSet that is updated by hand",
    of: daemons({ numberReady: 0 }, { updateStrategy: { type: "OnDelete" } }),
    want: "ready",
  },
  { name: "has a StatefulSet", of: set({}), want: "ready" },
  { name: "waits for each of a StatefulSet", of: set({ readyReplicas: 2 }), want: "waiting" },
  { name: "waits for a StatefulSet's new revision", of: set({ updateRevision: "s" }), want: "waiting" },
  {
    name: "does not beyond a partition",
    of: set(
      { updatedReplicas: 1, updateRevision: "s" },
      { updateStrategy: { type: "RollingUpdate", rollingUpdate: { partition: 2 } } },
    ),
    want: "ready",
  },
  {
    name: "waits for the Pods of a ReplicaSet",
    of: object("apps/v1", "ReplicaSet", {}, { observedGeneration: 1 }),
    related: { pods: [pod("True"), pod("False")] },
    want: "waiting",
  },
  {
    name: "has a ReplicationController whose Pods are ready",
    of: object("v1", "ReplicationController", {}, { observedGeneration: 1 }),
    related: { pods: [pod("True")] },
    want: "ready",
  },
  { name: "waits for a definition", of: definition("Established", "False"), want: "waiting" },
  { name: "has a definition", of: definition("Established", "True"), want: "ready" },
  { name: "does not wait for names that are taken", of: definition("NamesAccepted", "False"), want: "ready" },
];

describe("legacyReadiness()", () => {
  for (const { name, of, related = {}, jobs = false, want } of cases) {
    test(name, () => {
      const verdict = legacyReadiness(of, related, { jobs });
      assert.equal(verdict.state === "broken" ? verdict.why : verdict.state, want);
      assert.ok(
        verdict.state === "ready" || isLegacyJudged(of),
        "isLegacyJudged() knows every kind that is waited for",
      );
    });
  }
});

const hooks = [
  { name: "is done with what is no Job and no Pod", of: object("v1", "ConfigMap", {}, {}), want: "ready" },
  { name: "waits for a Job", of: job({}, {}), want: "waiting" },
  {
    name: "has a Job that is complete",
    of: job({}, { conditions: [{ type: "Complete", status: "True" }] }),
    want: "ready",
  },
  {
    name: "tells why a Job failed",
    of: job({}, { conditions: [{ type: "Failed", status: "True", reason: "BackoffLimitExceeded" }] }),
    want: "job a failed: BackoffLimitExceeded",
  },
  { name: "waits for a Pod to end", of: pod("True"), want: "waiting" },
  { name: "has a Pod that ended well", of: pod("False", "Succeeded"), want: "ready" },
  { name: "tells that a Pod failed", of: pod("False", "Failed"), want: "pod a failed" },
];

describe("legacyHookReadiness()", () => {
  for (const { name, of, want } of hooks) {
    test(name, () => {
      const verdict = legacyHookReadiness(of);
      assert.equal(verdict.state === "broken" ? verdict.why : verdict.state, want);
    });
  }
});
