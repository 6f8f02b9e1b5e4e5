import type { Repository } from "./repository.ts";
import { type Descriptor, type Manifest, mediaTypes } from "./types.ts";

/** The first layer, or the first of a media type; undefined where there is none. */
export function selectLayer(manifest: Manifest, mediaType?: string): Descriptor | undefined {
  return mediaType === undefined ? manifest.layers[0] : manifest.layers.find((layer) => layer.mediaType === mediaType);
}

/** Uploads layers and a config as one artifact under a tag. */
export async function pushArtifact(
  repository: Repository,
  artifact: {
    readonly tag: string;
    readonly config: { readonly content: Uint8Array; readonly mediaType: string };
    readonly layers: readonly {
      readonly content: Uint8Array;
      readonly mediaType: string;
      readonly annotations?: Readonly<Record<string, string>>;
    }[];
    readonly annotations?: Readonly<Record<string, string>>;
  },
): Promise<Descriptor> {
  const config = await repository.pushBlob(artifact.config.content, artifact.config.mediaType);
  const layers: Descriptor[] = [];
  for (const { content, mediaType, annotations } of artifact.layers) {
    const layer = await repository.pushBlob(content, mediaType);
    layers.push(annotations === undefined ? layer : { ...layer, annotations });
  }
  const { annotations } = artifact;
  const manifest: Manifest = {
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    config,
    layers,
    ...(annotations === undefined ? {} : { annotations }),
  };
  return repository.pushManifest(manifest, artifact.tag);
}
