import assert from "node:assert/strict";
import { test } from "node:test";
import type { HelmRelease, KubeObject } from "../src/api/index.ts";
import { helmRelease, helmRepository, ready, releaseSpec, startWorld, webChart } from "./world.ts";

const versions = (release: KubeObject): readonly (readonly [number, string])[] =>
  ((release as HelmRelease).status?.history ?? [])
    .map(({ version, status }) => [version, status] as const)
    .toSorted((a, b) => b[0] - a[0]);

test("a release lives: install, upgrade by values, by chart, by ConfigMap, failure and rollback, deletion", {
  timeout: 120_000,
}, async (t) => {
  const world = await startWorld(t);
  await world.publish("web", "1.0.0", webChart);
  await world.client.create({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "web-values", namespace: "apps" },
    data: { "values.yaml": "setting: two\n" },
  } as KubeObject);
  await world.create(helmRepository, "charts", { interval: "10m", url: world.repositoryUrl });
  await world.create(
    helmRelease,
    "web",
    releaseSpec("web", {
      valuesFrom: [{ kind: "ConfigMap", name: "web-values" }],
      upgrade: { remediation: { retries: 1 } },
    }),
  );

  await t.test("it is installed and recorded as Flux does", async () => {
    const release = await world.until(helmRelease, "web", (object) => ready(object)?.status === "True");
    assert.deepEqual(versions(release), [[1, "deployed"]]);
    assert.equal(release.status?.helmChart, "apps/apps-web");
    assert.equal(release.status?.observedGeneration, release.metadata.generation);
    assert.deepEqual(
      release.status?.inventory?.entries.map(({ id }) => id),
      ["apps_web__ConfigMap", "apps_web_apps_Deployment"],
    );
    const live = await world.client.get({ apiVersion: "v1", kind: "ConfigMap", namespace: "apps", name: "web" });
    assert.deepEqual(live.data, { setting: "two" });
    assert.equal(live.metadata.labels?.["helm.toolkit.fluxcd.io/name"], "web");
    assert.equal(live.metadata.labels?.["app.kubernetes.io/managed-by"], "Helm");
  });

  await t.test("a reconcile that changes nothing writes nothing but the handled request", async () => {
    const before = world.requests.length;
    await world.patch(helmRelease, "web", {
      metadata: { annotations: { "reconcile.fluxcd.io/requestedAt": "again" } },
    });
    await world.until(
      helmRelease,
      "web",
      (object) => (object as HelmRelease).status?.lastHandledReconcileAt === "again",
    );
    const writes = world.requests.slice(before).filter((line) => !line.startsWith("GET") && !line.includes("/events"));
    assert.deepEqual(writes, [
      "PATCH /apis/helm.toolkit.fluxcd.io/v2/namespaces/apps/helmreleases/web",
      "PATCH /apis/helm.toolkit.fluxcd.io/v2/namespaces/apps/helmreleases/web/status",
    ]);
  });

  await t.test("new values in the spec upgrade it", async () => {
    await world.patch(helmRelease, "web", { spec: { values: { replicas: 2 } } });
    const release = await world.until(
      helmRelease,
      "web",
      (object) => ready(object)?.message.includes("web.v2") === true && ready(object)?.status === "True",
    );
    assert.equal(ready(release)?.message, "Helm upgrade succeeded for release apps/web.v2 with chart web@1.0.0");
    assert.deepEqual(versions(release), [
      [2, "deployed"],
      [1, "superseded"],
    ]);
  });

  await t.test("a change of the ConfigMap wakes it", async () => {
    await world.client.patch(
      { apiVersion: "v1", kind: "ConfigMap", namespace: "apps", name: "web-values" },
      { data: { "values.yaml": "setting: three\n" } },
      { type: "merge" },
    );
    await world.until(
      helmRelease,
      "web",
      (object) => ready(object)?.message.includes("web.v3") === true && ready(object)?.status === "True",
    );
    const live = await world.client.get({ apiVersion: "v1", kind: "ConfigMap", namespace: "apps", name: "web" });
    assert.deepEqual(live.data, { setting: "three" });
  });

  await t.test("an image that does not exist fails, is rolled back, and stalls; a mended one recovers", async () => {
    await world.patch(helmRelease, "web", {
      spec: { timeout: "1s", values: { replicas: 2, image: "registry.example.com/web:does-not-exist" } },
    });
    const stalled = await world.until(
      helmRelease,
      "web",
      (object) => (object as HelmRelease).status?.conditions?.some(({ type }) => type === "Stalled") === true,
    );
    assert.equal(
      stalled.status?.conditions?.find(({ type }) => type === "Stalled")?.message,
      "Failed to upgrade after 2 attempt(s)",
    );
    assert.equal(ready(stalled)?.reason, "RollbackSucceeded");
    await world.untilEvent(
      "web",
      /^Warning UpgradeFailed: Helm upgrade failed for release apps\/web with chart web@1\.0\.0: /,
    );
    await world.patch(helmRelease, "web", {
      spec: { timeout: "10s", values: { replicas: 2, image: "registry.example.com/web:1.0.1" } },
    });
    const mended = await world.until(helmRelease, "web", (object) => ready(object)?.status === "True");
    assert.match(
      ready(mended)?.message ?? "",
      /^Helm upgrade succeeded for release apps\/web\.v\d+ with chart web@1\.0\.0$/,
    );
  });

  await t.test("deleting the object uninstalls the release and its HelmChart", async () => {
    await world.client.delete({ ...helmRelease, namespace: "apps", name: "web" });
    await world.untilGone(helmRelease, "web");
    await world.untilGone({ apiVersion: "apps/v1", kind: "Deployment" }, "web");
    await world.untilGone({ apiVersion: "source.toolkit.fluxcd.io/v1", kind: "HelmChart" }, "apps-web");
    const { items } = await world.client.list(
      { apiVersion: "v1", kind: "Secret" },
      { namespace: "apps", labelSelector: "owner=helm" },
    );
    assert.equal(items.length, 0);
  });
});

test("a suspended release is left alone, and its deletion leaves what is installed", { timeout: 60_000 }, async (t) => {
  const world = await startWorld(t);
  await world.publish("web", "1.0.0", webChart);
  await world.create(helmRepository, "charts", { interval: "10m", url: world.repositoryUrl });
  await world.create(helmRelease, "web", releaseSpec("web"));
  await world.until(helmRelease, "web", (object) => ready(object)?.status === "True");
  await world.patch(helmRelease, "web", { spec: { suspend: true, values: { setting: "other" } } });
  const release = await world.until(
    helmRelease,
    "web",
    (object) => (object as HelmRelease).status?.observedGeneration === object.metadata.generation,
  );
  assert.deepEqual(versions(release), [[1, "deployed"]]);
  await world.client.delete({ ...helmRelease, namespace: "apps", name: "web" });
  await world.untilGone(helmRelease, "web");
  await world.client.get({ apiVersion: "apps/v1", kind: "Deployment", namespace: "apps", name: "web" });
});
