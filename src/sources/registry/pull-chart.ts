import {
  compareVersions,
  parseConstraint,
  parseStrictVersion,
  tryParseVersion,
  type Version,
} from "../../base/semver.ts";
import { type Descriptor, OciError, type Repository } from "../../oci/index.ts";
import { SourceError } from "../errors.ts";
import { registryError } from "./open.ts";
import { chartConfigType, chartLayerType, provenanceLayerType } from "./select-tag.ts";

/** What was pulled of a chart; `digest` is its manifest's. */
export interface PulledChart {
  readonly digest: string;
  readonly chart?: Uint8Array;
  readonly provenance?: Uint8Array;
}

/**
 * Pulls a chart, its provenance, or both, by a tag or a digest. `shown` is how the reference stands in errors. Throws SourceError with
 * the texts of Helm's registry client.
 */
export async function pullChart(
  repository: Repository,
  wanted: {
    readonly reference: string;
    readonly shown: string;
    readonly parts: readonly ("chart" | "provenance")[];
    readonly limit: number;
  },
): Promise<PulledChart> {
  const { reference, shown, parts, limit } = wanted;
  const { descriptor, manifest } = await repository.manifest(reference).catch((cause: unknown) => {
    const prefix = 'failed to perform "FetchReference" on source';
    if (!(cause instanceof OciError) || cause.code !== "NotFound") throw registryError(prefix, cause);
    throw new SourceError("ReferenceNotFound", `${prefix}: ${shown}: not found`, { cause });
  });
  const types = parts.map((part) => (part === "chart" ? chartLayerType : provenanceLayerType));
  const layers = types.map((type) => manifest.layers.find(({ mediaType }) => mediaType === type));
  const hasConfig = manifest.config.mediaType === chartConfigType;
  // Helm counts the manifest itself, and it looks at the config before it looks for layers.
  const found = 1 + (hasConfig ? 1 : 0) + layers.filter((layer) => layer !== undefined).length;
  if (found < types.length + 1)
    throw missing(`minimum number of descriptors (${types.length + 1}), descriptors found: ${found}`);
  if (!hasConfig) throw new SourceError("ReferenceNotFound", `could not load config with mediatype ${chartConfigType}`);
  const contents = new Map<string, Uint8Array>();
  for (const [index, type] of types.entries()) {
    const layer = layers[index];
    if (layer === undefined) throw missing(`a layer with mediatype ${type}`);
    contents.set(type, await fetchLayer(repository, layer, limit));
  }
  const chart = contents.get(chartLayerType);
  const provenance = contents.get(provenanceLayerType);
  return {
    digest: descriptor.digest,
    ...(chart === undefined ? {} : { chart }),
    ...(provenance === undefined ? {} : { provenance }),
  };
}

/** The versions among a repository's tags, newest first: only what is a version to the letter, `_` read as `+`. */
export async function listChartVersions(repository: Repository): Promise<readonly string[]> {
  const versions: Version[] = [];
  for (const tag of await repository.tags(0)) {
    const version = tryParseStrict(tag.replaceAll("_", "+"));
    if (version !== undefined) versions.push(version);
  }
  return versions.toSorted((a, b) => compareVersions(b, a)).map(({ original }) => original);
}

/** The first of sorted versions that is the wanted text, or else is in its range; undefined when there is none. */
export function firstInRange(versions: readonly string[], wanted: string): string | undefined {
  if (wanted !== "" && versions.includes(wanted)) return wanted;
  const range = parseConstraint(wanted === "" ? "*" : wanted);
  return versions.find((text) => {
    const version = tryParseVersion(text);
    return version !== undefined && range.check(version);
  });
}

async function fetchLayer(repository: Repository, layer: Descriptor, limit: number): Promise<Uint8Array> {
  try {
    return await repository.blob(layer, limit);
  } catch (cause) {
    throw registryError('failed to perform "Fetch" on source', cause);
  }
}

function missing(what: string): SourceError {
  return new SourceError("ReferenceNotFound", `manifest does not contain ${what}`);
}

function tryParseStrict(text: string): Version | undefined {
  try {
    return parseStrictVersion(text);
  } catch {
    return undefined;
  }
}
