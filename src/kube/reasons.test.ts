import assert from "node:assert/strict";
import { test } from "node:test";
import type { KubeObject } from "../api/index.ts";
import { createCluster } from "../cluster/index.ts";
import { createClient, explainUnready } from "./index.ts";

const labels = { app: "web" };
const deployment: KubeObject = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "web", namespace: "default" },
  spec: {
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: { containers: [{ name: "c", image: "i" }] } },
  },
};
const reference = { apiVersion: "apps/v1", kind: "Deployment", namespace: "default", name: "web" };
const pod = (name: string): KubeObject => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, namespace: "default", labels },
  spec: { containers: [{ name: "c", image: "i" }] },
});

async function explain(statuses: readonly object[], logs = "", status: object = {}) {
  const cluster = createCluster();
  const client = createClient({
    server: "http://cluster",
    fetch: (request) =>
      new URL(request.url).pathname.endsWith("/log") ? Promise.resolve(new Response(logs)) : cluster.fetch(request),
  });
  await client.create(deployment);
  await client.patch(reference, { status }, { type: "merge", subresource: "status" });
  for (const [index, given] of statuses.entries()) {
    const name = `web-${index}`;
    await client.create(pod(name));
    const target = { apiVersion: "v1", kind: "Pod", namespace: "default", name };
    await client.patch(target, { status: given }, { type: "merge", subresource: "status" });
  }
  const reasons = await explainUnready(client, reference);
  await cluster.close();
  return reasons.map(({ object, text, log }) => [`${object.kind}/${object.name}: ${text}`, ...(log ?? [])]);
}

const container = (state: object, more: object = {}) => ({
  phase: "Running",
  containerStatuses: [{ name: "c", ready: false, restartCount: 0, image: "i", imageID: "", state, ...more }],
});

const cases: readonly {
  readonly name: string;
  readonly statuses: readonly object[];
  readonly logs?: string;
  readonly status?: object;
  readonly want: readonly (readonly string[])[];
}[] = [
  {
    name: "an image that cannot be pulled",
    statuses: [container({ waiting: { reason: "ImagePullBackOff", message: 'Back-off pulling image "i"' } })],
    want: [['Pod/web-0: container "c" is waiting: ImagePullBackOff: Back-off pulling image "i"']],
  },
  {
    name: "a container that ends again and again, with what it printed",
    statuses: [
      container(
        { waiting: { reason: "CrashLoopBackOff", message: "back-off" } },
        { restartCount: 3, lastState: { terminated: { exitCode: 1, reason: "Error" } } },
      ),
    ],
    logs: "starting\n\npanic: no database\n",
    want: [
      [
        'Pod/web-0: container "c" exited with code 1 (Error), restarted 3 times: CrashLoopBackOff',
        "starting",
        "panic: no database",
      ],
    ],
  },
  {
    name: "a Pod that no node takes",
    statuses: [
      {
        phase: "Pending",
        conditions: [
          { type: "PodScheduled", status: "False", reason: "Unschedulable", message: "0/1 nodes are available" },
        ],
      },
    ],
    want: [["Pod/web-0: is not scheduled: Unschedulable: 0/1 nodes are available"]],
  },
  {
    name: "Pods that the quota forbids",
    statuses: [],
    status: {
      conditions: [
        { type: "ReplicaFailure", status: "True", reason: "FailedCreate", message: "exceeded quota" },
        { type: "Progressing", status: "True", reason: "ReplicaSetUpdated", message: "…" },
      ],
    },
    want: [["Deployment/web: FailedCreate: exceeded quota"]],
  },
  {
    name: "a Pod whose probe fails",
    statuses: [
      {
        ...container({ running: {} }),
        conditions: [{ type: "Ready", status: "False", reason: "ContainersNotReady", message: "unready: [c]" }],
      },
    ],
    want: [["Pod/web-0: ContainersNotReady: unready: [c]"]],
  },
  {
    name: "nothing of a Pod that is ready",
    statuses: [{ phase: "Running", conditions: [{ type: "Ready", status: "True" }] }],
    want: [],
  },
  { name: "nothing where nothing is known", statuses: [], want: [] },
];
for (const { name, statuses, logs, status, want } of cases) {
  test(`explainUnready() tells of ${name}`, async () => {
    assert.deepEqual(await explain(statuses, logs, status), want);
  });
}

test("explainUnready() tells of at most three Pods", async () => {
  const waiting = container({ waiting: { reason: "ErrImagePull", message: "no" } });
  assert.equal((await explain([waiting, waiting, waiting, waiting, waiting])).length, 3);
});

test("explainUnready() throws nothing where nothing can be read", async () => {
  const client = createClient({
    server: "http://x",
    fetch: async () => new Response("", { status: 403 }),
    sleep: async () => {},
  });
  assert.deepEqual(await explainUnready(client, reference), []);
});
