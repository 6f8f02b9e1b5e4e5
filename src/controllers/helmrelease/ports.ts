import type { DigestAlgorithm } from "../../base/node/digest.ts";
import { type Chart, loadChartArchive } from "../../chart/index.ts";
import { type Artifact, createDigestCache } from "../../sources/index.ts";
import type { Milliseconds } from "../runtime/index.ts";
import type { ReadArtifact } from "../source/artifact.ts";
import type { TargetOptions } from "../target-cluster.ts";
import { type Source, withSourceRevision } from "./source.ts";

/** What the HelmRelease controller is given besides a cluster. */
export interface HelmReleaseOptions extends TargetOptions {
  readonly readArtifact: ReadArtifact;
  /** Flux: --requeue-dependency. */
  readonly requeueDependency?: Milliseconds;
  /** Flux: --no-cross-namespace-refs. */
  readonly noCrossNamespaceRefs?: boolean;
  /** Flux: --feature-gates, those that are on. */
  readonly featureGates?: ReadonlySet<string>;
  /** Flux: --override-manager. */
  readonly overriddenManagers?: readonly string[];
  /** Flux: --snapshot-digest-algo. */
  readonly snapshotDigestAlgorithm?: DigestAlgorithm;
  /** Only ConfigMaps and Secrets with these labels wake releases, as in Flux. Default: all that a release names. */
  readonly watchConfigs?: { readonly labelled: string };
  /** How many bytes of chart archives are kept parsed. */
  readonly chartCacheBytes?: number;
}

/** The chart of a source, as releases use it. */
export interface SourceChart {
  readonly chart: Chart;
  /** The digest of the OCI artifact that it came from; empty for other sources. */
  readonly ociDigest: string;
}

/** Loads the chart of a ready source: fetched, parsed and compiled once, however many releases use it. */
export type ChartLoader = (source: Source, artifact: Artifact, signal: AbortSignal) => Promise<SourceChart>;

const defaultCacheBytes = 64 << 20;

export function createChartLoader(options: HelmReleaseOptions): ChartLoader {
  const { readArtifact, chartCacheBytes = defaultCacheBytes, featureGates } = options;
  const tracksDigests = featureGates?.has("DisableChartDigestTracking") !== true;
  const loaded = createDigestCache<SourceChart>({ maxBytes: chartCacheBytes, sizeOf: ({ chart }) => sizeOf(chart) });
  return (source, artifact, signal) =>
    // What a chart is called depends on the kind and the revision of its source, too.
    loaded.get(JSON.stringify([artifact.digest, source.kind, artifact.revision]), async () =>
      withSourceRevision(await loadChartArchive(await readArtifact(artifact, { kind: source.kind, signal })), source, {
        tracksDigests,
      }),
    );
}

function sizeOf({ raw }: Chart): number {
  return raw.reduce((sum, { data }) => sum + data.byteLength, 0);
}
