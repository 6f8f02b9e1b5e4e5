import assert from "node:assert/strict";
import { test } from "node:test";
import { helmRelease, ready, releaseSpec, startWorld } from "./world.ts";

const readers = 100;
const map = { apiVersion: "v1", kind: "ConfigMap" } as const;
const template =
  "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ .Release.Name }}}\ndata: {setting: {{ .Values.setting }}}\n";

test("a map that many read costs those whose values stay the same no write", { timeout: 120_000 }, async (t) => {
  const world = await startWorld(t);
  await world.publish("small", "1.0.0", { "templates/map.yaml": template });
  const spec = { interval: "10m", url: world.repositoryUrl };
  await world.create({ apiVersion: "source.toolkit.fluxcd.io/v1", kind: "HelmRepository" }, "charts", spec);
  const names = Array.from({ length: readers }, (_, index) => `r${index}`);
  const data = Object.fromEntries(names.map((name) => [name, "setting: one\n"]));
  const shared = { ...map, metadata: { name: "shared", namespace: "apps" }, data: { ...data, all: "# a comment\n" } };
  await world.client.create(shared);
  for (const name of names) {
    const valuesFrom = ["all", name].map((valuesKey) => ({ kind: "ConfigMap", name: "shared", valuesKey }));
    await world.create(helmRelease, name, releaseSpec("small", { valuesFrom }));
  }
  for (const name of names) await world.until(helmRelease, name, (object) => ready(object)?.status === "True");
  const isWrite = (request: string): boolean => !request.startsWith("GET ");

  // Events of the installs are still being written.
  for (let known = -1; known !== world.requests.length; ) {
    known = world.requests.length;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  // Another comment for all, and another value for one: two changes, taken together.
  world.requests.length = 0;
  await world.patch(map, "shared", { data: { all: "# another comment\n" } });
  await world.patch(map, "shared", { data: { r7: "setting: two\n" } });
  await world.until(
    helmRelease,
    "r7",
    (object) => object.status?.history?.[0]?.version === 2 && ready(object)?.status === "True",
  );
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  const writes = world.requests.filter(isWrite);
  const others = writes.filter(
    (request) => !/shared|\br7\b|\/events|sh\.helm\.release\.v1\.r7|\/secrets$/.test(request),
  );
  assert.deepEqual(others, []);
  assert.ok(writes.length < 15, writes.join("\n"));
  const { items } = await world.client.list(helmRelease, { namespace: "apps" });
  const versions = items.map(
    ({ status }) => (status as { readonly history: readonly { readonly version: number }[] }).history[0]?.version,
  );
  assert.equal(versions.filter((version) => version === 1).length, readers - 1);
});

test("a map mends a release that failed for want of it, at once", { timeout: 30_000 }, async (t) => {
  const world = await startWorld(t);
  await world.publish("small", "1.0.0", { "templates/map.yaml": template });
  const spec = { interval: "10m", url: world.repositoryUrl };
  await world.create({ apiVersion: "source.toolkit.fluxcd.io/v1", kind: "HelmRepository" }, "charts", spec);
  const valuesFrom = [{ kind: "ConfigMap", name: "absent" }];
  await world.create(helmRelease, "web", releaseSpec("small", { valuesFrom }));
  await world.until(helmRelease, "web", (object) => ready(object)?.reason === "ValuesError");
  const metadata = { name: "absent", namespace: "apps" };
  await world.client.create({ ...map, metadata, data: { "values.yaml": "setting: found\n" } });
  await world.until(helmRelease, "web", (object) => ready(object)?.status === "True");
});
