import { LRUCache } from "lru-cache";
import type { Chart } from "../../chart/index.ts";
import { loadChartArchive } from "../../chart/index.ts";
import type { Artifact } from "../../sources/index.ts";
import type { Client } from "../../kube/index.ts";
import type { Milliseconds } from "../runtime/index.ts";

/** What the HelmRelease controller is given besides a cluster. */
export interface HelmReleaseOptions {
  /** The verified bytes of an artifact. Throws an error with code "NotFound" for one that is not there (any more). */
  readonly readArtifact: (artifact: Artifact, signal: AbortSignal) => Promise<Uint8Array>;
  /** Flux: --requeue-dependency. */
  readonly requeueDependency?: Milliseconds;
  /** Flux: --no-cross-namespace-refs. */
  readonly noCrossNamespaceRefs?: boolean;
  /** A client that acts as another user, for `spec.serviceAccountName`. */
  readonly clientAs?: (user: string) => Client;
  /** Flux: --default-service-account. */
  readonly defaultServiceAccount?: string;
  /** How many bytes of chart archives are kept parsed. */
  readonly chartCacheBytes?: number;
}

/** Loads a chart by the digest of its archive: fetched, parsed and compiled once, however many releases use it. */
export type ChartLoader = (artifact: Artifact, signal: AbortSignal) => Promise<Chart>;

const defaultCacheBytes = 64 << 20;

export function createChartLoader(options: HelmReleaseOptions): ChartLoader {
  const { readArtifact, chartCacheBytes = defaultCacheBytes } = options;
  const loaded = new LRUCache<string, Promise<Chart>>({ maxSize: chartCacheBytes, sizeCalculation: () => 1 });
  return async (artifact, signal) => {
    const known = loaded.get(artifact.digest);
    if (known !== undefined) return await known;
    const loading = readArtifact(artifact, signal).then((bytes) => loadChartArchive(bytes));
    loaded.set(artifact.digest, loading, { size: Math.max(1, artifact.size ?? 1) });
    try {
      return await loading;
    } catch (error) {
      loaded.delete(artifact.digest);
      throw error;
    }
  };
}
