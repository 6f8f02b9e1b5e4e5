import assert from "node:assert/strict";
import { test } from "node:test";
import type { HelmChart } from "../../api/index.ts";
import { decide, planBuild } from "./decide.ts";
import type { Status } from "./status.ts";

const hash = "a1b2c3d4e5f6".padEnd(40, "0");
const artifact = {
  digest: "sha256:a",
  path: "p",
  url: "u",
  revision: `main@sha1:${hash}`,
  lastUpdateTime: "2026-11-25T09:00:00Z",
};
const stored: Status = {
  observedGeneration: 3,
  observedChartName: "web",
  artifact: { ...artifact, revision: "1.0.0" },
};

const chartWith = (spec: Partial<HelmChart["spec"]>): HelmChart => ({
  apiVersion: "source.toolkit.fluxcd.io/v1",
  kind: "HelmChart",
  metadata: { name: "web", namespace: "apps", generation: 3 },
  spec: {
    chart: "web",
    interval: "1m",
    sourceRef: { kind: "GitRepository", name: "app" },
    ...spec,
  } as HelmChart["spec"],
});

const plans = [
  { name: "leaves the version alone", spec: {}, kind: "GitRepository", want: undefined },
  {
    name: "names the commit with strategy Revision",
    spec: { reconcileStrategy: "Revision" },
    kind: "GitRepository",
    want: "a1b2c3d4e5f6",
  },
  {
    name: "has no commit for a HelmRepository",
    spec: { reconcileStrategy: "Revision" },
    kind: "HelmRepository",
    want: undefined,
  },
  {
    name: "names the generation with values files",
    spec: { valuesFiles: ["a.yaml"] },
    kind: "HelmRepository",
    want: "3",
  },
  {
    name: "names both",
    spec: { reconcileStrategy: "Revision", valuesFiles: ["a.yaml", "b.yaml"] },
    kind: "GitRepository",
    want: "a1b2c3d4e5f6.3",
  },
  {
    name: "ignores values.yaml alone",
    spec: { valuesFiles: ["./values.yaml"] },
    kind: "GitRepository",
    want: undefined,
  },
] as const;
for (const { name, spec, kind, want } of plans)
  test(`planBuild() ${name}`, () => {
    assert.equal(planBuild(chartWith(spec), { kind, artifact }, stored).versionMetadata, want);
  });

test("planBuild() takes the stored chart only for the generation that it was made for", () => {
  assert.deepEqual(planBuild(chartWith({}), { kind: "GitRepository", artifact }, stored).stored, {
    name: "web",
    version: "1.0.0",
  });
  assert.equal(
    planBuild(chartWith({}), { kind: "GitRepository", artifact }, { ...stored, observedGeneration: 2 }).stored,
    undefined,
  );
});

const content = new Uint8Array([1]);
const made = { name: "web", version: "1.0.0", valuesFiles: [], packaged: false, resolvedDependencies: 0 };
const decisions = [
  { name: "keeps what was not made anew", build: made, want: { action: "keep" } },
  {
    name: "stores a new version",
    build: { ...made, version: "1.1.0", content },
    want: { action: "store", isNew: true },
  },
  {
    name: "stores another chart of the same version",
    build: { ...made, name: "api", content },
    want: { action: "store", isNew: true },
  },
  {
    name: "stores a forced build without calling it new",
    build: { ...made, content },
    want: { action: "store", isNew: false },
  },
] as const;
for (const { name, build, want } of decisions)
  test(`decide() ${name}`, () => {
    const { because, ...decision } = decide(build, stored);
    assert.notEqual(because, "");
    assert.deepEqual(decision, want.action === "store" ? { ...want, content } : want);
  });
