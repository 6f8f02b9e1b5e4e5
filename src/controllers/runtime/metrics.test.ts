import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { createMetrics } from "./metrics.ts";

const release = { kind: "HelmRelease", namespace: "apps", name: "web" };

test("createMetrics() counts under Flux's names, with its labels and steps", async () => {
  const metrics = createMetrics();
  metrics.opened("HelmRelease", 4);
  metrics.queued("HelmRelease", false);
  metrics.queued("HelmRelease", true);
  metrics.started("HelmRelease");
  metrics.ended({ ...release, duration: 50, result: "requeue_after" });
  const answering = metrics.counting(async () => new Response("{}", { status: 201 }));
  await answering(new Request("https://127.0.0.1:6443/api/v1/secrets", { method: "POST" }));
  const lines = metrics.format().split("\n");
  for (const line of [
    'controller_runtime_active_workers{controller="helmrelease"} 0',
    'controller_runtime_max_concurrent_reconciles{controller="helmrelease"} 4',
    'controller_runtime_reconcile_total{controller="helmrelease",result="requeue_after"} 1',
    'controller_runtime_reconcile_total{controller="helmrelease",result="error"} 0',
    'gotk_reconcile_duration_seconds_bucket{kind="HelmRelease",name="web",namespace="apps",le="0.01"} 0',
    'gotk_reconcile_duration_seconds_bucket{kind="HelmRelease",name="web",namespace="apps",le="+Inf"} 1',
    'gotk_reconcile_duration_seconds_sum{kind="HelmRelease",name="web",namespace="apps"} 0.05',
    'rest_client_requests_total{code="201",host="127.0.0.1:6443",method="POST"} 1',
    'workqueue_adds_total{controller="helmrelease",name="helmrelease"} 2',
    'workqueue_retries_total{controller="helmrelease",name="helmrelease"} 1',
  ])
    assert.ok(lines.includes(line), line);
  const bounds = [...metrics.format().matchAll(/gotk_reconcile_duration_seconds_bucket\{.*le="([^"]+)"/g)].map(
    ([, bound]) => Number(bound === "+Inf" ? "Infinity" : bound),
  );
  // The steps of Flux's own histogram.
  const wanted = [
    0.01, 0.0383636, 0.1471765, 0.5646216, 2.1660909, 8.3099003, 31.8797571, 122.3021722, 469.194959, 1800,
  ];
  assert.ok(
    wanted.every((bound, index) => Math.abs((bounds[index] ?? 0) / bound - 1) < 1e-6),
    bounds.join(),
  );
});

test("createMetrics() describes each family as Flux's helm-controller does", () => {
  const metrics = createMetrics();
  metrics.opened("HelmRelease", 4);
  metrics.started("HelmRelease");
  metrics.ended({ ...release, duration: 1, result: "success" });
  // Recorded from helm-controller v1.6.3.
  const recorded = readFileSync(new URL("testdata/flux-metrics.output.txt", import.meta.url), "utf8").split("\n");
  const described = metrics
    .format()
    .split("\n")
    .filter((line) => line.startsWith("#"));
  assert.ok(described.length > 0);
  for (const line of described) assert.ok(recorded.includes(line), line);
});

test("createMetrics() forgets an object that is gone, and escapes what names hold", () => {
  const metrics = createMetrics();
  metrics.ended({ ...release, duration: 1, result: "success" });
  metrics.ended({ ...release, name: 'a"b', duration: 1, result: "success" });
  metrics.forgotten("HelmRelease", release);
  assert.doesNotMatch(metrics.format(), /name="web"/);
  assert.match(metrics.format(), /name="a\\"b"/);
});
