import assert from "node:assert/strict";
import { test } from "node:test";
import type { Chart } from "../../chart/index.ts";
import { type Source, whySourceNotReady, withSourceRevision } from "./source.ts";

const hex = "abcdef1234567890";
const digest = `sha256:${hex}`;

function sourceOf(kind: string, revision: string, more: Partial<NonNullable<Source["status"]>> = {}): Source {
  const artifact = { revision } as NonNullable<NonNullable<Source["status"]>["artifact"]>;
  return {
    apiVersion: "source.toolkit.fluxcd.io/v1",
    kind,
    metadata: { name: "web", namespace: "apps", generation: 1 },
    status: { observedGeneration: 1, artifact, ...more },
  };
}

const chartOf = (version: string): Chart => ({ metadata: { name: "web", version } }) as unknown as Chart;

// helm-controller: mutateChartWithSourceRevision.
const versions: readonly {
  readonly name: string;
  readonly kind?: string;
  readonly chart?: string;
  readonly revision: string;
  readonly tracksDigests?: boolean;
  readonly want?: readonly [version: string, ociDigest: string];
  readonly error?: string;
}[] = [
  { name: "leaves charts of other sources alone", kind: "HelmChart", revision: "1.2.3", want: ["1.2.3", ""] },
  { name: "marks a chart of a digest", revision: digest, want: ["1.2.3+abcdef123456", digest] },
  {
    name: "marks a chart of a tag that is its version",
    revision: `1.2.3@${digest}`,
    want: ["1.2.3+abcdef123456", digest],
  },
  { name: "reads a tag with v as the version", revision: `v1.2.3@${digest}`, want: ["1.2.3+abcdef123456", digest] },
  {
    name: "replaces the metadata of a version",
    chart: "1.2.3+old",
    revision: `1.2.3_old@${digest}`,
    want: ["1.2.3+abcdef123456", digest],
  },
  {
    name: "takes no notice of metadata when it compares the tag",
    chart: "1.2.3+build",
    revision: `1.2.3@${digest}`,
    want: ["1.2.3+abcdef123456", digest],
  },
  {
    name: "writes a short version out",
    chart: "v1.2",
    revision: `1.2.0@${digest}`,
    want: ["1.2.0+abcdef123456", digest],
  },
  {
    name: "refuses a tag of another version",
    revision: `1.2.4@${digest}`,
    error: "artifact revision 1.2.4 does not match chart version 1.2.3",
  },
  {
    name: "refuses a version without a digest",
    revision: "1.2.3",
    error: "artifact revision 1.2.3 does not match chart version 1.2.3",
  },
  // The whole revision is split at its colon: what is before it is no matter.
  {
    name: "takes a tag that is no version as it is",
    revision: `latest@${digest}`,
    want: ["1.2.3+abcdef123456", `latest@${digest}`],
  },
  { name: "refuses what is no digest", revision: "latest", error: "invalid artifact revision latest" },
  { name: "refuses a short digest", revision: "sha256:abc", error: "invalid artifact revision sha256:abc" },
  { name: "refuses a chart without a version", chart: "x", revision: digest, error: "invalid chart version x" },
  {
    name: "leaves the version where digests are not tracked",
    revision: digest,
    tracksDigests: false,
    want: ["1.2.3", digest],
  },
  {
    name: "marks by the digest of an ExternalArtifact",
    kind: "ExternalArtifact",
    revision: digest,
    want: ["1.2.3+abcdef123456", digest],
  },
  {
    name: "leaves an ExternalArtifact with a version",
    kind: "ExternalArtifact",
    revision: "1.0.0",
    want: ["1.2.3", ""],
  },
];
for (const { name, kind = "OCIRepository", chart = "1.2.3", revision, tracksDigests = true, want, error } of versions)
  test(`withSourceRevision() ${name}`, () => {
    const mutate = () => withSourceRevision(chartOf(chart), sourceOf(kind, revision), { tracksDigests });
    if (error !== undefined) {
      assert.throws(mutate, { message: error, code: "ChartMutateError" });
      return;
    }
    const { chart: mutated, ociDigest } = mutate();
    assert.deepEqual([mutated.metadata.version, ociDigest], want);
  });

const condition = (type: string, status: "True" | "False", message: string) => ({
  type,
  status,
  reason: "Why",
  message,
  lastTransitionTime: "2026-11-25T10:00:00Z",
});
const unready: readonly { readonly name: string; readonly source: Source; readonly want: string | undefined }[] = [
  { name: "takes a source with an artifact", source: sourceOf("HelmChart", "1.0.0"), want: undefined },
  {
    name: "takes a failed source that has an artifact of its generation",
    source: sourceOf("HelmChart", "1.0.0", { conditions: [condition("Ready", "False", "it failed")] }),
    want: undefined,
  },
  {
    name: "waits for a generation that was not seen",
    source: sourceOf("HelmChart", "1.0.0", { observedGeneration: 0 }),
    want: "HelmChart 'apps/web' is not ready: latest generation of object has not been reconciled",
  },
  {
    name: "says why a generation was not seen",
    source: sourceOf("HelmChart", "1.0.0", {
      observedGeneration: 0,
      conditions: [condition("Ready", "False", "it failed")],
    }),
    want: "HelmChart 'apps/web' is not ready: it failed",
  },
  {
    name: "says why a source is stalled",
    source: sourceOf("OCIRepository", "1.0.0", { conditions: [condition("Stalled", "True", "bad URL")] }),
    want: "OCIRepository 'apps/web' is not ready: bad URL",
  },
  {
    name: "does not look at the generation of an ExternalArtifact",
    source: sourceOf("ExternalArtifact", "1.0.0", { observedGeneration: 0 }),
    want: undefined,
  },
];
for (const { name, source, want } of unready)
  test(`whySourceNotReady() ${name}`, () => assert.equal(whySourceNotReady(source), want));
