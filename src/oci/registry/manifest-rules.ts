import { isDigest } from "../reference.ts";
import { type Descriptor, mediaTypes } from "../types.ts";
import { Refused } from "./answers.ts";

/** What the registry keeps about a manifest, beside its bytes. */
export interface ManifestRecord {
  readonly mediaType: string;
  readonly size: number;
  /** The digest of the manifest that this one is about. */
  readonly subject?: string;
  readonly artifactType?: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** What a pushed manifest says of itself, and what must be in the repository before it. */
export interface PushedManifest {
  readonly record: ManifestRecord;
  readonly blobs: readonly string[];
  readonly manifests: readonly string[];
}

const images: readonly string[] = [mediaTypes.manifest, mediaTypes.dockerManifest];
const indexes: readonly string[] = [mediaTypes.index, mediaTypes.dockerIndex];
const mostDescriptors = 10_000;

/** Reads a manifest that a client pushes. Pure. Throws Refused for what is not one. */
export function readPushedManifest(content: Uint8Array, contentType: string | null): PushedManifest {
  const document = parse(content);
  const claimed = contentType?.split(";")[0]?.trim().toLowerCase() ?? "";
  const own = document["mediaType"];
  if (own !== undefined && typeof own !== "string") throw invalid("mediaType is not a text");
  const mediaType = claimed === "" ? (own ?? mediaTypes.manifest) : claimed;
  if (own !== undefined && own !== "" && own !== mediaType)
    throw invalid(`mediaType ${JSON.stringify(own)} is not the Content-Type ${JSON.stringify(mediaType)}`);
  if (document["schemaVersion"] !== 2) throw invalid("schemaVersion is not 2");
  const isIndex = indexes.includes(mediaType);
  if (!isIndex && !images.includes(mediaType)) throw invalid(`media type ${JSON.stringify(mediaType)} is not known`);

  const subject = document["subject"];
  const config = isIndex ? undefined : readDescriptor(document["config"], "config");
  const annotations = textsOf(document["annotations"]);
  const artifactType = artifactTypeOf(document, config);
  const record: ManifestRecord = {
    mediaType,
    size: content.byteLength,
    ...(subject === undefined || subject === null ? {} : { subject: readDescriptor(subject, "subject").digest }),
    ...(artifactType === undefined ? {} : { artifactType }),
    ...(annotations === undefined ? {} : { annotations }),
  };
  if (config === undefined)
    return { record, blobs: [], manifests: readDescriptors(document["manifests"], "manifests").map(digestOf) };
  const layers = readDescriptors(document["layers"], "layers").filter((layer) => !isKeptElsewhere(layer));
  return { record, blobs: [config, ...layers].map(digestOf), manifests: [] };
}

/** The referrers API lists manifests by what they are of: their own type or, for an image, its config's. */
function artifactTypeOf(document: Document, config: Descriptor | undefined): string | undefined {
  const own = document["artifactType"];
  return typeof own === "string" && own !== "" ? own : config?.mediaType;
}

/** Layers whose makers do not let them be pushed: they have URLs instead. */
function isKeptElsewhere({ mediaType }: Descriptor): boolean {
  return mediaType.includes("nondistributable") || mediaType.includes(".foreign.");
}

type Document = Readonly<Record<string, unknown>>;

function parse(content: Uint8Array): Document {
  let document: unknown;
  try {
    document = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(content));
  } catch {
    throw invalid("it is not JSON");
  }
  if (!isRecord(document)) throw invalid("it is not an object");
  return document;
}

function readDescriptors(value: unknown, what: string): readonly Descriptor[] {
  if (!Array.isArray(value)) throw invalid(`${what} is not a list`);
  if (value.length > mostDescriptors) throw invalid(`${what} has more than ${mostDescriptors} entries`);
  return value.map((entry) => readDescriptor(entry, what));
}

function readDescriptor(value: unknown, what: string): Descriptor {
  if (!isRecord(value)) throw invalid(`${what} is not a descriptor`);
  const { mediaType, digest, size } = value;
  if (typeof mediaType !== "string" || mediaType === "") throw invalid(`${what} has no media type`);
  if (typeof digest !== "string" || !isDigest(digest)) throw invalid(`${what} has no digest`);
  if (typeof size !== "number" || !Number.isSafeInteger(size) || size < 0) throw invalid(`${what} has no size`);
  return { mediaType, digest, size };
}

function textsOf(value: unknown): Readonly<Record<string, string>> | undefined {
  if (!isRecord(value)) return undefined;
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
  );
}

function digestOf({ digest }: Descriptor): string {
  return digest;
}

function invalid(why: string): Refused {
  return new Refused("MANIFEST_INVALID", "manifest invalid", { detail: why });
}

function isRecord(value: unknown): value is Document {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
