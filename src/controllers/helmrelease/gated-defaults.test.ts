import assert from "node:assert/strict";
import { test } from "node:test";
import type { HelmRelease } from "../../api/index.ts";
import { withGatedDefaults } from "./gated-defaults.ts";

type Spec = Partial<HelmRelease["spec"]>;
const retry = { name: "RetryOnFailure" } as const;
const remedy = { name: "RemediateOnFailure" } as const;

const cases: readonly {
  readonly name: string;
  readonly gates: readonly string[];
  readonly spec: Spec;
  readonly want: Spec;
}[] = [
  { name: "changes nothing without gates", gates: [], spec: { timeout: "1m" }, want: { timeout: "1m" } },
  {
    name: "retries by default with DefaultToRetryOnFailure",
    gates: ["DefaultToRetryOnFailure"],
    spec: { upgrade: { timeout: "1m" } },
    want: { install: { strategy: retry }, upgrade: { strategy: retry, timeout: "1m" } },
  },
  {
    name: "keeps a strategy that is set",
    gates: ["DefaultToRetryOnFailure"],
    spec: { install: { strategy: remedy }, upgrade: { strategy: remedy } },
    want: { install: { strategy: remedy }, upgrade: { strategy: remedy } },
  },
  {
    name: "does as Helm 3 with UseHelm3Defaults",
    gates: ["UseHelm3Defaults"],
    spec: {},
    want: { install: { serverSideApply: false }, postRenderStrategy: "nohooks", waitStrategy: { name: "legacy" } },
  },
  {
    name: "keeps what is set with UseHelm3Defaults",
    gates: ["UseHelm3Defaults"],
    spec: { install: { serverSideApply: true }, postRenderStrategy: "separate", waitStrategy: { name: "poller" } },
    want: { install: { serverSideApply: true }, postRenderStrategy: "separate", waitStrategy: { name: "poller" } },
  },
];
for (const { name, gates, spec, want } of cases)
  test(`withGatedDefaults() ${name}`, () => {
    const release: HelmRelease = {
      apiVersion: "helm.toolkit.fluxcd.io/v2",
      kind: "HelmRelease",
      metadata: { name: "web" },
      spec: { interval: "5m", ...spec },
    };
    assert.deepEqual(withGatedDefaults(release, new Set(gates)).spec, { interval: "5m", ...want });
  });
