import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { type Case, casesOfChart, loadCorpus } from "./corpus.ts";
import { firstDifference, runCase } from "./run-case.ts";

const folder = join(import.meta.dirname, "../../shared/charts");
const isThere = existsSync(join(folder, "cases.json"));
const skip = isThere ? false : "the corpus of real charts is not beside the project";

/** Charts whose every case is run each time. */
const whole = ["podinfo", "ingress-nginx", "cert-manager"];

/** One case of each kind of difficulty: subcharts, hooks, CRDs, random values, schema violations, failing templates. */
const chosen = [
  "argoproj-argo-cd--default",
  "argoproj-argo-cd--set-2",
  "bitnami-common--default",
  "bitnami-keycloak--upgrade",
  "bitnami-mlflow--set-0",
  "bitnami-pytorch--set-0",
  "bitnami-redis--default",
  "bitnami-redis--set-2",
  "bitnami-wordpress--default",
  "datadog-datadog--default",
  "grafana-enterprise-metrics--default",
  "grafana-loki--default",
  "kubernetes-sigs-external-dns--default",
  "prometheus-community-alertmanager--ci-config-reload-values",
  "prometheus-community-kube-prometheus-stack--default",
  "prometheus-community-prometheus--set-1",
  "sentry-kubernetes-clickhouse--set-2",
  "temporalio-temporal--default",
  "traefik-traefik--default",
  "traefik-traefik--set-3",
];

const corpus = isThere ? loadCorpus(folder) : { folder, cases: [] };
const cases: readonly Case[] = [
  ...whole.flatMap((name) => casesOfChart(corpus, name)),
  ...corpus.cases.filter(({ id }) => chosen.includes(id)),
];

for (const item of cases)
  test(`helm template prints what helm prints for ${item.id}`, async () => {
    assert.equal(await runCase(corpus, item), undefined);
  });
test("the corpus of real charts has the cases that this test names", { skip }, () => {
  assert.deepEqual(
    chosen.filter((id) => !corpus.cases.some((item) => item.id === id)),
    [],
  );
});

test("firstDifference() compares lines, leaves masked ones out, and counts all", () => {
  assert.equal(firstDifference("a\nb\n", "a\nb\n"), undefined);
  assert.deepEqual(firstDifference("a\nb", "a\nc"), { line: 2, ours: "b", theirs: "c" });
  assert.equal(firstDifference("a\nb", "a\nc", { masked: new Set([2]) }), undefined);
  assert.deepEqual(firstDifference("a", "a\nc", { masked: new Set([2]) }), { line: 2, ours: "(end)", theirs: "c" });
});

test("firstDifference() lets the time of a run differ where our own stands, and nothing else", () => {
  const now = new Date(1_795_581_634_000);
  assert.equal(firstDifference('at: "1795581634"', 'at: "1795531165"', { now }), undefined);
  assert.equal(firstDifference("at: 2026-11-25T04:40:34Z", "at: 2026-11-24T14:39:25Z", { now }), undefined);
  assert.notEqual(firstDifference('at: "1795581633"', 'at: "1795531165"', { now }), undefined);
  assert.notEqual(firstDifference('at: "1795581634"', 'at: "17955311xx"', { now }), undefined);
});
