import { formatGoJson } from "../../base/go-json.ts";
import { formatRfc3339, toMoment } from "../../base/time.ts";
import type { ChartMetadata } from "../../chart/index.ts";
import { sha256Sync } from "../../base/node/digest.ts";
import { type Descriptor, mediaTypes, type Repository } from "../../oci/index.ts";
import { registryError } from "./open.ts";
import { chartConfigType, chartLayerType, provenanceLayerType } from "./select-tag.ts";

export interface PushedChart {
  readonly manifest: Descriptor;
  readonly config: Descriptor;
  readonly chart: Descriptor;
  readonly provenance?: Descriptor;
  readonly tag: string;
}

/**
 * Uploads a packed chart as `helm push` does, under the tag of its version; the same chart, at the same time, is the same bytes as Helm's.
 * `repository` is the one that bears the chart's name.
 */
export async function pushChart(
  repository: Repository,
  {
    archive,
    metadata,
    provenance,
    created,
    offsetMinutes = 0,
  }: {
    readonly archive: Uint8Array;
    readonly metadata: ChartMetadata;
    readonly provenance?: Uint8Array;
    readonly created: Date;
    /** The zone in which the time is written down: Helm takes the user's. UTC when absent. */
    readonly offsetMinutes?: number;
  },
): Promise<PushedChart> {
  const chart = describe(archive, chartLayerType);
  const signed = provenance === undefined ? undefined : describe(provenance, provenanceLayerType);
  const configuration = goJson(metadata);
  const config = describe(configuration, chartConfigType);
  // Helm: layers are sorted by digest, and the manifest does not say its media type.
  const layers = [chart, ...(signed === undefined ? [] : [signed])].sort((a, b) => (a.digest < b.digest ? -1 : 1));
  const tag = metadata.version.replaceAll("+", "_");
  const content = goJson({
    schemaVersion: 2,
    config,
    layers,
    annotations: annotationsOf(metadata, formatRfc3339(toMoment(created, offsetMinutes))),
  });
  const manifest = describe(content, mediaTypes.manifest);
  // Helm's client looks for the manifest first: a registry that refuses says so before anything is sent.
  const isThere = await attempt("Exists", () => repository.has(manifest.digest));
  await attempt("Push", async () => {
    if (!isThere) {
      await repository.pushBlob(configuration, config.mediaType);
      await repository.pushBlob(archive, chart.mediaType);
      if (provenance !== undefined) await repository.pushBlob(provenance, provenanceLayerType);
    }
    await repository.pushManifest({ content, mediaType: mediaTypes.manifest }, tag);
  });
  return { manifest, config, chart, tag, ...(signed === undefined ? {} : { provenance: signed }) };
}

function describe(content: Uint8Array, mediaType: string): Descriptor {
  return { mediaType, digest: `sha256:${sha256Sync(content)}`, size: content.byteLength };
}

async function attempt<T>(action: "Exists" | "Push", work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw registryError(`failed to perform ${JSON.stringify(action)} on destination`, cause);
  }
}

/** Helm: generateOCIAnnotations. Title and version cannot be changed by a chart's own annotations; the others can. */
function annotationsOf(metadata: ChartMetadata, created: string): Readonly<Record<string, string>> {
  const { name, version, description = "", home = "", sources = [], maintainers = [], annotations = {} } = metadata;
  const authors = maintainers
    .map((one) => `${one.name ?? ""}${(one.email ?? "") === "" ? "" : ` (${one.email})`}`)
    .join(", ");
  const fields = {
    authors,
    created,
    description,
    source: sources[0] ?? "",
    title: name,
    url: home,
    version,
  };
  const own = Object.entries(fields)
    .filter(([, text]) => text.trim() !== "")
    .map(([key, text]) => [`org.opencontainers.image.${key}`, text] as const);
  const fixed = new Set(["org.opencontainers.image.title", "org.opencontainers.image.version"]);
  const custom = Object.entries(annotations).filter(([key]) => !fixed.has(key));
  // Go writes maps in the order of their keys.
  return Object.fromEntries([...new Map([...own, ...custom])].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Go writes these as escapes, and the digest is of what is written. */
function goJson(value: unknown): Uint8Array {
  return new TextEncoder().encode(formatGoJson(value));
}
