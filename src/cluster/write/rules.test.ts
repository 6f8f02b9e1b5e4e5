import assert from "node:assert/strict";
import { test } from "node:test";
import { createCluster } from "../index.ts";
import { HelmRelease, toCrd } from "../../api/index.ts";
import { createClient } from "../../kube/index.ts";

const source = { spec: { chart: "web", sourceRef: { kind: "HelmRepository", name: "charts" } } };

const cases: readonly { readonly name: string; readonly spec: object; readonly want: RegExp | undefined }[] = [
  { name: "a release with a chart", spec: { interval: "5m", chart: source }, want: undefined },
  {
    name: "a release with neither chart nor chartRef",
    spec: { interval: "5m" },
    want: /spec: Invalid value: either chart or chartRef must be set/,
  },
  {
    name: "a release with both",
    spec: { interval: "5m", chart: source, chartRef: { kind: "HelmChart", name: "web" } },
    want: /either chart or chartRef must be set/,
  },
  {
    name: "a retry interval without the strategy for it",
    spec: { interval: "5m", chart: source, upgrade: { strategy: { name: "RemediateOnFailure", retryInterval: "1m" } } },
    want: /\.retryInterval can only be set when \.name is 'RetryOnFailure'/,
  },
];
for (const { name, spec, want } of cases)
  test(`evaluateRule() ${want === undefined ? "accepts" : "refuses"} ${name}`, async (t) => {
    const cluster = createCluster();
    t.after(() => cluster.close());
    const client = createClient({ fetch: cluster.fetch, server: "http://cluster.test" });
    await client.create(toCrd(HelmRelease));
    const object = {
      apiVersion: "helm.toolkit.fluxcd.io/v2",
      kind: "HelmRelease",
      metadata: { name: "web", namespace: "default" },
      spec,
    };
    const created = client.create(object);
    if (want === undefined) await created;
    else await assert.rejects(created, { message: want });
  });
