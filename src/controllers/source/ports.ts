import { processCloud } from "./cloud.ts";
import { limitTo } from "../../base/limit.ts";
import { createHeapRoom } from "./heap-room.ts";
import { createTrustedRoot, publicRoot, type RootSource } from "./trusted-root.ts";
import { LRUCache } from "lru-cache";
import {
  type ArtifactStore,
  createDigestCache,
  createTransport,
  type DigestCache,
  type InstallationToken,
  type VersionIndex,
  type SourceTree,
  type SshKeys,
  type Transport,
} from "../../sources/index.ts";
import type { CloudPorts } from "../../oci/index.ts";

/** What the source controllers are given besides a cluster. */
export interface SourceOptions {
  readonly store: ArtifactStore;
  /** Flux: --requeue-dependency, in milliseconds. */
  readonly requeueDependency?: number;
  /** Largest sizes in bytes: Flux's --helm-index-max-size and --helm-chart-max-size. */
  readonly helmIndexMaxSize?: number;
  readonly helmChartMaxSize?: number;
  /** Of one file of a chart: Flux's --helm-chart-file-max-size. */
  readonly helmChartFileMaxSize?: number;
  /** Flux's --ssh-kex-algos and --ssh-hostkey-algos. */
  readonly sshAlgorithms?: Pick<SshKeys, "keyExchanges" | "hostKeyAlgorithms">;
  /** Sigstore's `trusted_root.json`, for keyless signatures of objects that name none. */
  readonly trustedRoot?: string;
  /** Where it is fetched when it is not given; Sigstore's public repository by default. */
  readonly rootSource?: RootSource;
  /** Where the identity of this process is found, for registries of clouds. */
  readonly cloud?: CloudPorts;
  /** Flux: --feature-gates, those that are on. */
  readonly featureGates?: ReadonlySet<string>;
  /** The Git program; looked for by default, `none` does without. */
  readonly gitProgram?: string | "none";
}

/** What the source controllers share: an index or a Git tree is read once for all charts that come from it. */
export interface SourcePorts extends SourceOptions {
  readonly cloud: CloudPorts;
  /** Gives Sigstore's trusted root, for keyless signatures of objects that name none. */
  readonly findTrustedRoot: (now: Date) => Promise<string>;
  readonly indexes: DigestCache<VersionIndex>;
  /** Archives that were downloaded, for the other HelmCharts that want the same one. */
  readonly charts: DigestCache<Uint8Array>;
  readonly trees: DigestCache<SourceTree & { readonly size: number }>;
  /** Keeps connections to the servers that need no certificates of ours. */
  readonly transport: Transport;
  /** What servers call the indexes that are in storage, by the HelmRepository's path in storage. */
  readonly entityTags: LRUCache<string, EntityTag>;
  /** Tokens of GitHub Apps' installations, until shortly before they end. */
  readonly installationTokens: LRUCache<string, InstallationToken>;
  /** Runs at most so many fetches of Git repositories at once: each is a process and a folder. */
  readonly fetching: <T>(work: () => Promise<T>) => Promise<T>;
  /** Lets the heap grow while something is read, where that is large: collecting it again and again would take more time than reading. */
  readonly growing: <T>(size: number, work: () => Promise<T>) => Promise<T>;
}

/** The name that a server gave to a version of an index. */
export interface EntityTag {
  readonly url: string;
  readonly revision: string;
  readonly entityTag: string;
}

export function createSourcePorts(options: SourceOptions): SourcePorts {
  return {
    cloud: processCloud(),
    ...options,
    transport: createTransport({ keepAlive: true }),
    findTrustedRoot: createTrustedRoot({
      configured: options.trustedRoot,
      source: options.rootSource ?? publicRoot(createTransport()),
    }),
    entityTags: new LRUCache({ max: 10_000 }),
    installationTokens: new LRUCache({ max: 1000 }),
    fetching: limitTo(16),
    growing: createHeapRoom(),
    indexes: createDigestCache<VersionIndex>({ maxBytes: 128 << 20, sizeOf: sizeOfIndex }),
    charts: createDigestCache<Uint8Array>({ maxBytes: 32 << 20, sizeOf: ({ byteLength }) => byteLength }),
    trees: createDigestCache<SourceTree & { readonly size: number }>({
      maxBytes: 64 << 20,
      sizeOf: ({ size }) => size,
    }),
  };
}

/** About what an index takes that knows no more than what choosing needs. */
function sizeOfIndex(index: VersionIndex): number {
  let versions = 1;
  for (const list of index.entries.values()) versions += list.length;
  return versions * 512;
}
