import assert from "node:assert/strict";
import { test } from "node:test";
import { helmRelease, ready, releaseSpec, startWorld, webChart } from "./world.ts";

test("a failure says why its Pods are not ready, after Flux's own text", { timeout: 60_000 }, async (t) => {
  const world = await startWorld(t);
  await world.publish("web", "1.0.0", webChart);
  await world.create({ apiVersion: "source.toolkit.fluxcd.io/v1", kind: "HelmRepository" }, "charts", {
    interval: "10m",
    url: world.repositoryUrl,
  });
  const values = { image: "registry.example.com/web:does-not-exist" };
  await world.create(helmRelease, "web", releaseSpec("web", { timeout: "2s", values }));
  const failed = await world.until(helmRelease, "web", (object) => ready(object)?.reason === "InstallFailed");
  const expected =
    /^Helm install failed for release apps\/web with chart web@1\.0\.0: timeout waiting for: \[Deployment\/apps\/web status: 'InProgress'\]\n\nNot ready:\nPod\/apps\/web-\S+: container "web" is waiting: ImagePullBackOff: Back-off pulling image/;
  assert.match(ready(failed)?.message ?? "", expected);
  await world.untilEvent("web", new RegExp(expected.source.replace("^", "^Warning InstallFailed: ")));
});
