import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import type { Condition, HelmRelease, Kustomization, KubeObject } from "../src/api/index.ts";
import { startWithGit } from "./git-world.ts";
import { chart, missing } from "./scenarios/release.ts";
import type { Kind } from "../src/kube/index.ts";
import { helmRelease, helmRepository, ready, releaseSpec, startWorld } from "./world.ts";

const deployment = { apiVersion: "apps/v1", kind: "Deployment" } as const;
const found = "registry.example.com/web:1.0.1";

/** A release of a chart whose image is there or not, and what a person would do and see. */
async function startRelease(t: TestContext, spec: Readonly<Record<string, unknown>>) {
  const world = await startWorld(t);
  await world.publish("web", "1.0.0", chart());
  await world.create(helmRepository, "charts", { interval: "10m", url: world.repositoryUrl });
  await world.create(helmRelease, "web", releaseSpec("web", { timeout: "10m", ...spec }));
  return {
    ...world,
    /** Until the release waits for Pods that will never be ready. */
    waits: async (action: string) => {
      await world.until(
        helmRelease,
        "web",
        (object) => ready(object)?.message.startsWith(`Running '${action}'`) === true,
      );
      await world.until(deployment, "web", ({ spec: wanted }) => JSON.stringify(wanted).includes(missing));
    },
    read: () => world.client.get<HelmRelease>({ ...helmRelease, namespace: "apps", name: "web" }),
  };
}

type World = Awaited<ReturnType<typeof startWorld>>;

/** Makes the Pods ready until what waits for them has seen it: it may apply its own image after we did. */
async function mendUntil<T extends KubeObject>(world: World, kind: Kind, name: string, holds: (object: T) => boolean) {
  const containers = [{ name: "web", image: found }];
  const mend = (): void =>
    void world.patch(deployment, "web", { spec: { template: { spec: { containers } } } }).catch(() => {});
  const timer = setInterval(mend, 100);
  try {
    return await world.until<T>(kind, name, holds);
  } finally {
    clearInterval(timer);
  }
}

const conditionsOf = (object: KubeObject): readonly string[] =>
  ((object.status as { readonly conditions?: readonly Condition[] }).conditions ?? []).map(
    ({ type, status, message }) => `${type}=${status} ${message}`,
  );
const isSettled = (object: HelmRelease): boolean =>
  ready(object)?.status === "True" && conditionsOf(object).every((line) => !line.startsWith("Reconciling"));

// As helm-controller leaves it: the attempt is in storage, but counts for nothing.
test("an installation that ended with its process is an upgrade of the next, and no failure", {
  timeout: 60_000,
}, async (t) => {
  const world = await startRelease(t, { values: { image: missing } });
  await world.waits("install");
  await world.stop();
  const left = await world.read();
  assert.deepEqual(conditionsOf(left), [
    "Reconciling=True Running 'install' action with timeout of 10m0s",
    "Ready=Unknown Running 'install' action with timeout of 10m0s",
  ]);
  assert.equal(left.status?.installFailures, undefined);
  await world.start();
  const done = await mendUntil<HelmRelease>(world, helmRelease, "web", isSettled);
  assert.deepEqual(
    done.status?.history?.map(({ version, status }) => `${version} ${status}`),
    ["2 deployed"],
  );
});

test("an upgrade that ended with its process is made again, and nothing is rolled back", {
  timeout: 60_000,
}, async (t) => {
  const world = await startRelease(t, { upgrade: { remediation: { retries: 1 } } });
  await world.until(helmRelease, "web", isSettled);
  await world.patch(helmRelease, "web", {
    metadata: { annotations: { "reconcile.fluxcd.io/requestedAt": "1" } },
    spec: { values: { image: missing } },
  });
  await world.waits("upgrade");
  await world.stop();
  const left = await world.read();
  assert.equal(left.status?.upgradeFailures, undefined);
  // The next process answers.
  assert.equal(left.status?.lastHandledReconcileAt, undefined);
  assert.equal(left.status?.observedGeneration, 1);
  await world.start();
  const done = await mendUntil<HelmRelease>(world, helmRelease, "web", isSettled);
  assert.equal(done.status?.history?.[0]?.version, 3);
  assert.equal(done.status?.lastHandledReconcileAt, "1");
});

test("a Kustomization whose health checks ended with its process goes on with the next", {
  timeout: 60_000,
}, async (t) => {
  const manifest = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template: {metadata: {labels: {app: web}}, spec: {containers: [{name: web, image: "${missing}"}]}}
`;
  const world = await startWithGit(t, { "a/a.yaml": manifest });
  const kind = { apiVersion: "kustomize.toolkit.fluxcd.io/v1", kind: "Kustomization" };
  await world.apply("a", { path: "a", wait: true, timeout: "10m" });
  const isWaiting = (object: KubeObject): boolean =>
    conditionsOf(object).some((line) => line.startsWith("Healthy=Unknown"));
  await world.until<Kustomization>(kind, "a", isWaiting);
  await world.stop();
  assert.ok(isWaiting(await world.client.get({ ...kind, namespace: "apps", name: "a" })));
  const { items: events } = await world.client.list({ apiVersion: "v1", kind: "Event" }, { namespace: "apps" });
  assert.deepEqual(
    events.filter(({ reason }) => reason === "HealthCheckFailed"),
    [],
  );
  await world.start();
  await mendUntil<Kustomization>(world, kind, "a", (object) => ready(object)?.status === "True");
});
