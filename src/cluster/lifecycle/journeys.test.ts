import assert from "node:assert/strict";
import { test } from "node:test";
import { isApiError, type KubeObject } from "../../api/index.ts";
import type { Deployment, Job, Pod, StatefulSet } from "./kinds.ts";
import { type Simulation, simulate } from "./testing/simulation.ts";

// Whole lives, in a cluster in this process. Objects carry their defaults, so that only the lifecycle is at work.
const container = { name: "web", image: "nginx:1", ports: [{ name: "http", containerPort: 80, protocol: "TCP" }] };

function template(app: string, spec: Record<string, unknown> = {}) {
  return { metadata: { labels: { app } }, spec: { restartPolicy: "Always", containers: [container], ...spec } };
}

function deployment(name: string, spec: Record<string, unknown> = {}): KubeObject {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace: "default" },
    spec: {
      replicas: 3,
      progressDeadlineSeconds: 600,
      revisionHistoryLimit: 10,
      strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: "25%", maxUnavailable: "25%" } },
      selector: { matchLabels: { app: name } },
      template: template(name),
      ...spec,
    },
  };
}

const deployments = "/apis/apps/v1/namespaces/default/deployments";
const replicaSets = "/apis/apps/v1/namespaces/default/replicasets";
const pods = "/api/v1/namespaces/default/pods";
const jobs = "/apis/batch/v1/namespaces/default/jobs";

async function within(run: (simulation: Simulation) => Promise<void>): Promise<void> {
  const simulation = await simulate();
  try {
    await simulation.settle(1000);
    await run(simulation);
    assert.deepEqual(simulation.reports, []);
  } finally {
    await simulation.close();
  }
}

async function messages({ list }: Simulation, reason: string): Promise<string[]> {
  const events = await list("/api/v1/namespaces/default/events");
  return events.filter((event) => event["reason"] === reason).map((event) => String(event["message"]));
}

const team = { apiVersion: "v1", kind: "Namespace", metadata: { name: "team" }, spec: { finalizers: ["kubernetes"] } };

const conditionsOf = (object: KubeObject): string[] =>
  (
    (object["status"] as { readonly conditions?: readonly { type: string; status: string; reason?: string }[] })
      .conditions ?? []
  ).map(({ type, status, reason }) => `${type}=${status} ${reason ?? ""}`.trim());

test("a Deployment becomes available", () =>
  within(async (simulation) => {
    const { send, list, settle } = simulation;
    await send("POST", deployments, deployment("a"));
    await settle();
    const { metadata, status } = (await send("GET", `${deployments}/a`)) as Deployment;
    assert.equal(metadata.annotations?.["deployment.kubernetes.io/revision"], "1");
    const { conditions = [], ...counts } = status ?? {};
    assert.deepEqual(counts, {
      observedGeneration: 1,
      replicas: 3,
      updatedReplicas: 3,
      readyReplicas: 3,
      availableReplicas: 3,
      terminatingReplicas: 0,
    });
    const [set] = await list(replicaSets);
    assert.deepEqual(
      conditions.map(({ type, status: is, reason, message }) => [type, is, reason, message]),
      [
        ["Available", "True", "MinimumReplicasAvailable", "Deployment has minimum availability."],
        [
          "Progressing",
          "True",
          "NewReplicaSetAvailable",
          `ReplicaSet "${set?.metadata.name ?? ""}" has successfully progressed.`,
        ],
      ],
    );
    assert.deepEqual(await messages(simulation, "ScalingReplicaSet"), [
      `Scaled up replica set ${set?.metadata.name ?? ""} from 0 to 3`,
    ]);
    for (const pod of (await list(pods)) as Pod[]) {
      assert.equal(pod.status?.phase, "Running");
      assert.equal(pod.spec.nodeName, "node-0");
      assert.match(pod.status.podIP ?? "", /^10\.244\.\d+\.\d+$/);
      assert.equal(pod.metadata.labels?.["pod-template-hash"], set?.metadata.labels?.["pod-template-hash"]);
    }
  }));

test("a Deployment rolls a new template out and never has too few Pods", () =>
  within(async (simulation) => {
    const { send, list, settle } = simulation;
    await send("POST", deployments, deployment("a"));
    await settle();
    await send("PATCH", `${deployments}/a`, {
      spec: { template: template("a", { containers: [{ ...container, image: "nginx:2" }] }) },
    });
    let lowest = 3;
    for (let i = 0; i < 200; i += 1) {
      await settle(20);
      const { status } = (await send("GET", `${deployments}/a`)) as Deployment;
      lowest = Math.min(lowest, status?.availableReplicas ?? 0);
      if (
        status?.conditions?.some(({ reason }) => reason === "NewReplicaSetAvailable") &&
        status.updatedReplicas === 3 &&
        status.replicas === 3
      )
        break;
    }
    assert.equal(lowest, 3, "25% of three, rounded down, may be missing");
    await settle();
    const live = (await list(pods)) as Pod[];
    assert.deepEqual(
      live.map(({ spec }) => spec.containers[0]?.image),
      ["nginx:2", "nginx:2", "nginx:2"],
    );
    const { metadata } = await send("GET", `${deployments}/a`);
    assert.equal(metadata.annotations?.["deployment.kubernetes.io/revision"], "2");
    assert.equal((await list(replicaSets)).length, 2);
  }));

test("a Deployment goes back to an earlier template with the same ReplicaSet", () =>
  within(async ({ send, list, settle }) => {
    await send("POST", deployments, deployment("a"));
    await settle();
    for (const image of ["nginx:2", "nginx:1"]) {
      await send("PATCH", `${deployments}/a`, {
        spec: { template: template("a", { containers: [{ ...container, image }] }) },
      });
      await settle();
    }
    const sets = await list(replicaSets);
    assert.equal(sets.length, 2);
    const revisions = sets.map(({ metadata }) => metadata.annotations?.["deployment.kubernetes.io/revision"]);
    assert.deepEqual(revisions.sort(), ["2", "3"]);
  }));

test("a Deployment keeps only as many old ReplicaSets as it may", () =>
  within(async ({ send, list, settle }) => {
    await send("POST", deployments, deployment("a", { revisionHistoryLimit: 1 }));
    for (const image of ["nginx:2", "nginx:3", "nginx:4"]) {
      await settle();
      await send("PATCH", `${deployments}/a`, {
        spec: { template: template("a", { containers: [{ ...container, image }] }) },
      });
    }
    await settle();
    assert.equal((await list(replicaSets)).length, 2);
  }));

test("a Deployment whose image does not exist stays behind and misses its deadline", () =>
  within(async (simulation) => {
    const { send, list, settle } = simulation;
    await send("POST", deployments, deployment("a", { progressDeadlineSeconds: 10 }));
    await settle();
    const image = "example.com/does-not-exist:1";
    await send("PATCH", `${deployments}/a`, {
      spec: { template: template("a", { containers: [{ ...container, image }] }) },
    });
    await settle(2000);
    const waiting = ((await list(pods)) as Pod[]).filter(({ spec }) => spec.containers[0]?.image === image);
    assert.equal(waiting.length, 1);
    assert.equal(waiting[0]?.status?.phase, "Pending");
    const state = waiting[0]?.status?.containerStatuses?.[0]?.state;
    assert.ok(state !== undefined && "waiting" in state);
    assert.equal(state.waiting.reason, "ImagePullBackOff");
    assert.equal(
      state.waiting.message,
      'Back-off pulling image "example.com/does-not-exist:1": ErrImagePull: rpc error: code = NotFound desc = failed to pull and unpack image "example.com/does-not-exist:1": failed to resolve reference "example.com/does-not-exist:1": example.com/does-not-exist:1: not found',
    );
    assert.deepEqual((await messages(simulation, "Failed")).sort(), [
      "Error: ErrImagePull",
      "Error: ImagePullBackOff",
      'Failed to pull image "example.com/does-not-exist:1": rpc error: code = NotFound desc = failed to pull and unpack image "example.com/does-not-exist:1": failed to resolve reference "example.com/does-not-exist:1": example.com/does-not-exist:1: not found',
    ]);
    await settle(20_000);
    const late = (await send("GET", `${deployments}/a`)) as Deployment;
    assert.deepEqual(conditionsOf(late), [
      "Available=True MinimumReplicasAvailable",
      "Progressing=False ProgressDeadlineExceeded",
    ]);
    assert.equal(late.status?.availableReplicas, 3);
  }));

test("a paused Deployment does not roll out, but can be scaled", () =>
  within(async ({ send, list, settle }) => {
    await send("POST", deployments, deployment("a"));
    await settle();
    await send("PATCH", `${deployments}/a`, {
      spec: {
        paused: true,
        replicas: 1,
        template: template("a", { containers: [{ ...container, image: "nginx:2" }] }),
      },
    });
    await settle();
    const live = (await list(pods)) as Pod[];
    assert.deepEqual(
      live.map(({ spec }) => spec.containers[0]?.image),
      ["nginx:1"],
    );
    assert.ok(conditionsOf(await send("GET", `${deployments}/a`)).includes("Progressing=Unknown DeploymentPaused"));
    await send("PATCH", `${deployments}/a`, { spec: { paused: null } });
    await settle();
    assert.deepEqual(
      ((await list(pods)) as Pod[]).map(({ spec }) => spec.containers[0]?.image),
      ["nginx:2"],
    );
  }));

test("a Deployment that is recreated never has Pods of two templates", () =>
  within(async ({ send, list, settle }) => {
    await send("POST", deployments, deployment("a", { strategy: { type: "Recreate" } }));
    await settle();
    await send("PATCH", `${deployments}/a`, {
      spec: { template: template("a", { containers: [{ ...container, image: "nginx:2" }] }) },
    });
    for (let i = 0; i < 60; i += 1) {
      await settle(20);
      const images = new Set(((await list(pods)) as Pod[]).map(({ spec }) => spec.containers[0]?.image));
      assert.ok(images.size <= 1, [...images].join(" "));
    }
    await settle();
    assert.deepEqual(
      ((await list(pods)) as Pod[]).map(({ spec }) => spec.containers[0]?.image),
      Array(3).fill("nginx:2"),
    );
  }));

test("a container that exits with an error is started again and again, and its Deployment is not available", () =>
  within(async ({ send, list, settle }) => {
    const failing = { ...container, command: ["sh", "-c", "echo bad config; exit 1"] };
    await send(
      "POST",
      deployments,
      deployment("a", { replicas: 1, template: template("a", { containers: [failing] }) }),
    );
    await settle(5000);
    const [pod] = (await list(pods)) as Pod[];
    const status = pod?.status?.containerStatuses?.[0];
    assert.ok((status?.restartCount ?? 0) > 0);
    const { status: own } = (await send("GET", `${deployments}/a`)) as Deployment;
    assert.equal(own?.unavailableReplicas, 1);
  }));

test("deleting a Deployment takes its ReplicaSets and Pods with it", () =>
  within(async ({ send, list, settle }) => {
    await send("POST", deployments, deployment("a"));
    await settle();
    await send("DELETE", `${deployments}/a`);
    await settle();
    assert.deepEqual(await list(replicaSets), []);
    assert.deepEqual(await list(pods), []);
  }));

test("deleting in the foreground holds the Deployment until its dependents are gone", () =>
  within(async ({ send, list, settle }) => {
    await send("POST", deployments, deployment("a"));
    await settle();
    await send("DELETE", `${deployments}/a`, { propagationPolicy: "Foreground" });
    const held = await send("GET", `${deployments}/a`);
    assert.deepEqual(held.metadata.finalizers, ["foregroundDeletion"]);
    await settle();
    assert.deepEqual(await list(deployments), []);
    assert.deepEqual(await list(replicaSets), []);
    assert.deepEqual(await list(pods), []);
  }));

test("deleting without its dependents leaves the ReplicaSet without an owner", () =>
  within(async ({ send, list, settle }) => {
    await send("POST", deployments, deployment("a"));
    await settle();
    await send("DELETE", `${deployments}/a`, { propagationPolicy: "Orphan" });
    await settle();
    assert.deepEqual(await list(deployments), []);
    const [set] = await list(replicaSets);
    assert.equal(set?.metadata.ownerReferences, undefined);
    assert.equal((await list(pods)).length, 3);
    await send("POST", deployments, deployment("a"));
    await settle();
    const [adopted, ...others] = await list(replicaSets);
    assert.deepEqual([adopted?.metadata.uid, others.length], [set?.metadata.uid, 0], "a new one takes it on");
  }));

test("an object whose owner never was is collected", () =>
  within(async ({ send, list, settle }) => {
    const owner = { apiVersion: "v1", kind: "ConfigMap", name: "gone", uid: "11111111-1111-1111-1111-111111111111" };
    const metadata = { name: "x", namespace: "default", ownerReferences: [owner] };
    await send("POST", "/api/v1/namespaces/default/configmaps", { apiVersion: "v1", kind: "ConfigMap", metadata });
    await settle();
    const left = await list("/api/v1/namespaces/default/configmaps");
    assert.deepEqual(
      left.map(({ metadata: { name } }) => name),
      ["kube-root-ca.crt"],
    );
  }));

const jobSpec = (pod: Record<string, unknown>, spec: Record<string, unknown> = {}) => ({
  parallelism: 1,
  completions: 1,
  backoffLimit: 2,
  ...spec,
  template: template("j", { restartPolicy: "Never", ...pod }),
});

const job = (spec: Record<string, unknown>): KubeObject => ({
  apiVersion: "batch/v1",
  kind: "Job",
  metadata: { name: "j", namespace: "default" },
  spec,
});

test("a Job completes", () =>
  within(async (simulation) => {
    const { send, list, settle, logs } = simulation;
    const echo = { ...container, command: ["sh", "-c", "echo migrated; exit 0"] };
    await send("POST", jobs, job(jobSpec({ containers: [echo] }, { completions: 2 })));
    await settle();
    const { status } = (await send("GET", `${jobs}/j`)) as Job;
    assert.equal(status?.succeeded, 2);
    assert.deepEqual(
      status.conditions?.map(({ type, status: is, reason }) => `${type}=${is} ${reason ?? ""}`),
      ["SuccessCriteriaMet=True CompletionsReached", "Complete=True CompletionsReached"],
    );
    const found = (await list(pods)) as Pod[];
    assert.deepEqual(
      found.map((pod) => pod.status?.phase),
      ["Succeeded", "Succeeded"],
    );
    const name = found[0]?.metadata.name ?? "";
    assert.equal(logs({ namespace: "default", name, container: "web", previous: false }), "migrated\n");
    assert.deepEqual(await messages(simulation, "Completed"), ["Job completed"]);
  }));

test("a Job whose command fails reaches its backoff limit", () =>
  within(async (simulation) => {
    const { send, list, settle } = simulation;
    await send("POST", jobs, job(jobSpec({ containers: [{ ...container, command: ["false"] }] })));
    await settle();
    const { status } = (await send("GET", `${jobs}/j`)) as Job;
    assert.equal(status?.failed, 3);
    assert.deepEqual(
      status.conditions?.map(({ type, reason }) => `${type} ${reason ?? ""}`),
      ["FailureTarget BackoffLimitExceeded", "Failed BackoffLimitExceeded"],
    );
    assert.equal((await list(pods)).length, 3);
    assert.deepEqual(await messages(simulation, "BackoffLimitExceeded"), [
      "Job has reached the specified backoff limit",
    ]);
  }));

test("a Job that takes too long misses its deadline", () =>
  within(async ({ send, list, settle }) => {
    const slow = { ...container, command: ["sleep", "3600"] };
    await send("POST", jobs, job(jobSpec({ containers: [slow] }, { activeDeadlineSeconds: 30 })));
    await settle(20_000);
    assert.equal(((await send("GET", `${jobs}/j`)) as Job).status?.active, 1);
    await settle(60_000);
    assert.ok(conditionsOf(await send("GET", `${jobs}/j`)).includes("Failed=True DeadlineExceeded"));
    assert.deepEqual(await list(pods), []);
  }));

test("a finished Job goes when its time is over", () =>
  within(async ({ send, list, settle }) => {
    await send("POST", jobs, job(jobSpec({}, { ttlSecondsAfterFinished: 100 })));
    await settle(50_000);
    assert.equal((await list(jobs)).length, 1);
    await settle(100_000);
    assert.deepEqual(await list(jobs), []);
    assert.deepEqual(await list(pods), []);
  }));

test("a Pod of a helm test succeeds, a bare Pod runs on", () =>
  within(async ({ send, settle }) => {
    const pod = (name: string, annotations: Record<string, string>) => ({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name, namespace: "default", annotations },
      spec: { restartPolicy: name === "hook" ? "Never" : "Always", containers: [container] },
    });
    await send("POST", pods, pod("hook", { "helm.sh/hook": "test" }));
    await send("POST", pods, pod("bare", {}));
    await settle();
    assert.equal(((await send("GET", `${pods}/hook`)) as Pod).status?.phase, "Succeeded");
    assert.equal(((await send("GET", `${pods}/bare`)) as Pod).status?.phase, "Running");
  }));

test("init containers run first, one after the other", () =>
  within(async (simulation) => {
    const { send, settle } = simulation;
    const inits = ["one", "two"].map((name) => ({ name, image: `${name}:1` }));
    await send("POST", pods, {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "p", namespace: "default" },
      spec: { restartPolicy: "Always", initContainers: inits, containers: [container] },
    });
    await settle(200);
    const early = ((await send("GET", `${pods}/p`)) as Pod).status;
    assert.equal(early?.phase, "Pending");
    await settle();
    const { status } = (await send("GET", `${pods}/p`)) as Pod;
    assert.equal(status?.phase, "Running");
    assert.ok(
      status.initContainerStatuses?.every(({ state }) => "terminated" in state && state.terminated.exitCode === 0),
    );
    assert.ok(status.conditions?.some(({ type, status: is }) => type === "Ready" && is === "True"));
  }));

test("a Pod for another kind of node is not scheduled", () =>
  within(async (simulation) => {
    const { send, settle } = simulation;
    await send("POST", pods, {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "p", namespace: "default" },
      spec: { restartPolicy: "Always", nodeSelector: { disk: "ssd" }, containers: [container] },
    });
    await settle();
    assert.ok(conditionsOf(await send("GET", `${pods}/p`)).includes("PodScheduled=False Unschedulable"));
    assert.equal((await messages(simulation, "FailedScheduling")).length, 1);
  }));

const statefulSet = (spec: Record<string, unknown> = {}): KubeObject => ({
  apiVersion: "apps/v1",
  kind: "StatefulSet",
  metadata: { name: "db", namespace: "default" },
  spec: {
    replicas: 2,
    serviceName: "db",
    podManagementPolicy: "OrderedReady",
    updateStrategy: { type: "RollingUpdate", rollingUpdate: { partition: 0 } },
    selector: { matchLabels: { app: "db" } },
    template: template("db"),
    volumeClaimTemplates: [
      {
        apiVersion: "v1",
        kind: "PersistentVolumeClaim",
        metadata: { name: "data" },
        spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
      },
    ],
    ...spec,
  },
});
const statefulSets = "/apis/apps/v1/namespaces/default/statefulsets";

test("a StatefulSet makes its Pods one after the other, each with its claim", () =>
  within(async ({ send, list, settle }) => {
    await send("POST", statefulSets, statefulSet());
    await settle(100);
    assert.deepEqual(
      (await list(pods)).map(({ metadata }) => metadata.name),
      ["db-0"],
    );
    await settle();
    const found = (await list(pods)) as Pod[];
    assert.deepEqual(
      found.map(({ metadata }) => metadata.name),
      ["db-0", "db-1"],
    );
    assert.equal(found[1]?.spec.hostname, "db-1");
    const claims = await list("/api/v1/namespaces/default/persistentvolumeclaims");
    assert.deepEqual(
      claims.map(({ metadata, status }) => [metadata.name, (status as { phase?: string }).phase]),
      [
        ["data-db-0", "Bound"],
        ["data-db-1", "Bound"],
      ],
    );
    const { status } = (await send("GET", `${statefulSets}/db`)) as StatefulSet;
    assert.equal(status?.["readyReplicas"], 2);
    assert.equal(status?.currentRevision, status?.updateRevision);
  }));

test("a StatefulSet updates from the last Pod to the first and shrinks from the end", () =>
  within(async ({ send, list, settle }) => {
    await send("POST", statefulSets, statefulSet());
    await settle();
    await send("PATCH", `${statefulSets}/db`, {
      spec: { template: template("db", { containers: [{ ...container, image: "nginx:2" }] }) },
    });
    await settle();
    const found = (await list(pods)) as Pod[];
    assert.deepEqual(
      found.map(({ spec }) => spec.containers[0]?.image),
      ["nginx:2", "nginx:2"],
    );
    await send("PATCH", `${statefulSets}/db`, { spec: { replicas: 1 } });
    await settle();
    assert.deepEqual(
      (await list(pods)).map(({ metadata }) => metadata.name),
      ["db-0"],
    );
    const { status } = (await send("GET", `${statefulSets}/db`)) as StatefulSet;
    assert.equal(status?.currentRevision, status?.updateRevision);
  }));

test("a DaemonSet has one Pod on the node and replaces it on an update", () =>
  within(async ({ send, list, settle }) => {
    const path = "/apis/apps/v1/namespaces/default/daemonsets";
    await send("POST", path, {
      apiVersion: "apps/v1",
      kind: "DaemonSet",
      metadata: { name: "agent", namespace: "default" },
      spec: {
        selector: { matchLabels: { app: "agent" } },
        updateStrategy: { type: "RollingUpdate" },
        template: template("agent"),
      },
    });
    await settle();
    await send("PATCH", `${path}/agent`, {
      spec: { template: template("agent", { containers: [{ ...container, image: "nginx:2" }] }) },
    });
    await settle();
    assert.deepEqual(
      ((await list(pods)) as Pod[]).map(({ spec }) => spec.containers[0]?.image),
      ["nginx:2"],
    );
    const { status } = await send("GET", `${path}/agent`);
    assert.deepEqual(status, {
      currentNumberScheduled: 1,
      desiredNumberScheduled: 1,
      numberAvailable: 1,
      numberMisscheduled: 0,
      numberReady: 1,
      observedGeneration: 2,
      updatedNumberScheduled: 1,
    });
  }));

test("a Service has the addresses of its ready Pods, and a load balancer an address of its own", () =>
  within(async ({ send, list, settle }) => {
    await send("POST", deployments, deployment("a", { replicas: 2 }));
    await send("POST", "/api/v1/namespaces/default/services", {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "a", namespace: "default" },
      spec: {
        type: "LoadBalancer",
        selector: { app: "a" },
        ports: [{ name: "web", port: 80, targetPort: "http", protocol: "TCP" }],
      },
    });
    await settle();
    const [slice] = await list("/apis/discovery.k8s.io/v1/namespaces/default/endpointslices");
    assert.equal((slice as { readonly endpoints?: readonly unknown[] } | undefined)?.endpoints?.length, 2);
    assert.deepEqual(slice?.["ports"], [{ name: "web", port: 80, protocol: "TCP" }]);
    const service = await send("GET", "/api/v1/namespaces/default/services/a");
    assert.deepEqual(service["status"], { loadBalancer: { ingress: [{ ip: "127.0.0.1", ipMode: "VIP" }] } });
    await send("DELETE", "/api/v1/namespaces/default/services/a");
    await settle();
    assert.deepEqual(await list("/apis/discovery.k8s.io/v1/namespaces/default/endpointslices"), []);
    assert.deepEqual(await list("/api/v1/namespaces/default/endpoints"), []);
  }));

test("a namespace is furnished when it is made, and emptied when it is deleted", () =>
  within(async ({ send, list, settle }) => {
    await send("POST", "/api/v1/namespaces", team);
    await settle();
    const accounts = await list("/api/v1/namespaces/team/serviceaccounts");
    assert.deepEqual(
      accounts.map(({ metadata }) => metadata.name),
      ["default"],
    );
    const inTeam = deployment("a");
    await send("POST", "/apis/apps/v1/namespaces/team/deployments", {
      ...inTeam,
      metadata: { ...inTeam.metadata, namespace: "team" },
    });
    await settle();
    await send("DELETE", "/api/v1/namespaces/team");
    await settle();
    await assert.rejects(send("GET", "/api/v1/namespaces/team"), (thrown: unknown) => isApiError(thrown, "NotFound"));
    assert.deepEqual(await list("/apis/apps/v1/deployments"), []);
    assert.deepEqual(await list("/api/v1/pods"), []);
  }));

test("a namespace waits for what has a finalizer, and says so", () =>
  within(async ({ send, settle }) => {
    await send("POST", "/api/v1/namespaces", team);
    await settle();
    const path = "/api/v1/namespaces/team/configmaps";
    const metadata = { name: "held", namespace: "team", finalizers: ["example.com/hold"] };
    await send("POST", path, { apiVersion: "v1", kind: "ConfigMap", metadata });
    await send("DELETE", "/api/v1/namespaces/team");
    await settle();
    const held = await send("GET", "/api/v1/namespaces/team");
    assert.ok(conditionsOf(held).includes("NamespaceFinalizersRemaining=True SomeFinalizersRemain"));
    await send("PATCH", `${path}/held`, { metadata: { finalizers: null } });
    await settle();
    await assert.rejects(send("GET", "/api/v1/namespaces/team"), (thrown: unknown) => isApiError(thrown, "NotFound"));
  }));
