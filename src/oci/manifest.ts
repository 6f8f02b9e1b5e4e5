import { OciError } from "./errors.ts";
import { type Descriptor, type Manifest, mediaTypes } from "./types.ts";

/** Reads an image manifest. Throws InvalidManifest. */
export function readManifest(content: Uint8Array): Manifest {
  const document = parse(content);
  const { config, layers, annotations, mediaType, artifactType } = document;
  if (!Array.isArray(layers)) throw new OciError("InvalidManifest", "manifest has no layers");
  boundList(layers, "layers");
  return {
    schemaVersion: 2,
    config: readDescriptor(config, "config"),
    layers: layers.map((layer) => readDescriptor(layer, "layer")),
    ...(typeof mediaType === "string" ? { mediaType } : {}),
    ...(typeof artifactType === "string" ? { artifactType } : {}),
    ...(isRecord(annotations) ? { annotations: textsOf(annotations) } : {}),
  };
}

const knownTypes: readonly string[] = [
  mediaTypes.manifest,
  mediaTypes.index,
  mediaTypes.dockerManifest,
  mediaTypes.dockerIndex,
];

/**
 * What a manifest is. The header counts where it names a kind of manifest, and then the document must not say something else: who reads the
 * one must not see another manifest than who reads the other. Throws InvalidManifest.
 */
export function mediaTypeOf(contentType: string | null, content: Uint8Array): string {
  const { mediaType: own } = parse(content);
  const said = contentType?.split(";")[0]?.trim() ?? "";
  if (!knownTypes.includes(said)) return typeof own === "string" && own !== "" ? own : mediaTypes.manifest;
  if (own !== undefined && own !== "" && own !== said)
    throw new OciError(
      "InvalidManifest",
      `manifest says it is ${JSON.stringify(own)}, the registry ${JSON.stringify(said)}`,
    );
  return said;
}

export interface Platform extends Descriptor {
  readonly os: string;
  readonly architecture: string;
}

/** Reads the manifests that an image index lists. */
export function readPlatforms(content: Uint8Array): readonly Platform[] {
  const { manifests } = parse(content);
  if (!Array.isArray(manifests)) throw new OciError("InvalidManifest", "image index has no manifests");
  boundList(manifests, "manifests");
  return manifests.map((entry: unknown) => {
    const platform = isRecord(entry) && isRecord(entry["platform"]) ? entry["platform"] : {};
    return {
      ...readDescriptor(entry, "manifest"),
      os: String(platform["os"] ?? ""),
      architecture: String(platform["architecture"] ?? ""),
    };
  });
}

/** A manifest that is about another. */
export interface Referrer extends Descriptor {
  readonly artifactType?: string;
}

/** Reads an index of referrers; what is no descriptor in it is left out. */
export function readReferrers(content: Uint8Array): readonly Referrer[] {
  const { manifests } = parse(content);
  if (!Array.isArray(manifests)) throw new OciError("InvalidManifest", "list of referrers has no manifests");
  boundList(manifests, "manifests");
  return manifests.flatMap((entry: unknown) => {
    try {
      const type = isRecord(entry) ? entry["artifactType"] : undefined;
      return [{ ...readDescriptor(entry, "referrer"), ...(typeof type === "string" ? { artifactType: type } : {}) }];
    } catch {
      return [];
    }
  });
}

const mostDescriptors = 10_000;

function boundList(list: readonly unknown[], what: string): void {
  if (list.length > mostDescriptors)
    throw new OciError("InvalidManifest", `manifest has more than ${mostDescriptors} ${what}`);
}

function parse(content: Uint8Array): Readonly<Record<string, unknown>> {
  let document: unknown;
  try {
    document = JSON.parse(new TextDecoder().decode(content));
  } catch (cause) {
    throw new OciError("InvalidManifest", "manifest is not JSON", { cause });
  }
  if (!isRecord(document)) throw new OciError("InvalidManifest", "manifest is not an object");
  return document;
}

function readDescriptor(value: unknown, what: string): Descriptor {
  if (!isRecord(value)) throw new OciError("InvalidManifest", `${what} of manifest is not an object`);
  const { mediaType, digest, size, annotations } = value;
  if (typeof mediaType !== "string" || typeof digest !== "string" || !isSize(size))
    throw new OciError("InvalidManifest", `${what} of manifest lacks media type, digest or size`);
  return { mediaType, digest, size, ...(isRecord(annotations) ? { annotations: textsOf(annotations) } : {}) };
}

function isSize(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function textsOf(record: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(record).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
