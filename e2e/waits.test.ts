import assert from "node:assert/strict";
import { test } from "node:test";
import { findCondition, type Condition } from "../src/api/index.ts";
import { helmRelease, helmRepository, ready, releaseSpec, startWorld, webChart } from "./world.ts";

test("50 releases whose Pods never become ready hold up nobody else", { timeout: 120_000 }, async (t) => {
  const world = await startWorld(t);
  await world.publish("web", "1.0.0", webChart);
  await world.create(helmRepository, "charts", { interval: "10m", url: world.repositoryUrl });
  const stuck = Array.from({ length: 50 }, (_, index) => `stuck-${index}`);
  const values = { image: "registry.example.com/does-not-exist:1" };
  await Promise.all(
    stuck.map((name) => world.create(helmRelease, name, releaseSpec("web", { timeout: "5m", values }))),
  );
  // All of them wait at once: far more than the four that may render or write.
  await Promise.all(
    stuck.map((name) =>
      world.until(helmRelease, name, ({ status }) => {
        const conditions = status?.conditions as readonly Condition[] | undefined;
        return /Running 'install' action/.test(findCondition(conditions, "Reconciling")?.message ?? "");
      }),
    ),
  );
  const others = Array.from({ length: 20 }, (_, index) => `other-${index}`);
  await Promise.all(others.map((name) => world.create(helmRelease, name, releaseSpec("web"))));
  await Promise.all(others.map((name) => world.until(helmRelease, name, (object) => ready(object)?.status === "True")));
  await world.patch(helmRelease, "other-0", { spec: { values: { setting: "two" } } });
  await world.until(helmRelease, "other-0", ({ status }) => status?.history?.[0]?.version === 2);
  for (const name of stuck) {
    const object = await world.client.get({ ...helmRelease, namespace: "apps", name });
    assert.equal(ready(object)?.status, "Unknown", name);
  }
});
