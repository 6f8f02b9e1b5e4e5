import type { OCIRepository } from "../../api/index.ts";
import { messageOf } from "../../base/errors.ts";
import { selectLayer } from "../../oci/index.ts";
import { type Artifact, filterIgnored, type Owner, packTree, unpackTree } from "../../sources/index.ts";
import type { Context } from "../runtime/index.ts";
import { fail } from "../source/failure.ts";
import type { SourcePorts } from "../source/ports.ts";
import { orFail } from "../source/reconcile.ts";
import { inFluxsWords, type Observation } from "./observe.ts";

/** The most that one layer may have. */
const layerLimit = 512 << 20;

/** Pulls the wanted layer and stores it: as it is, or unpacked and packed again without what is ignored. */
export async function store(options: {
  readonly object: OCIRepository;
  readonly seen: Observation;
  readonly owner: Owner;
  readonly context: Context;
  readonly ports: SourcePorts;
}): Promise<{ readonly artifact: Artifact; readonly url: string }> {
  const { object, seen, owner, context, ports } = options;
  const { layer, annotations } = await pull(object, seen);
  return context.busy(async () => {
    const content = object.spec.layerSelector?.operation === "copy" ? layer : await repack(object, layer);
    const failed = {
      condition: "StorageOperationFailed",
      reason: "ArchiveOperationFailed",
      prefix: "unable to archive artifact to storage",
    } as const;
    return orFail(failed, async () => {
      const artifact = await ports.store.write({
        owner,
        name: `${seen.digest}.tar.gz`,
        revision: seen.revision,
        content,
        ...(annotations === undefined ? {} : { metadata: annotations }),
      });
      return { artifact, url: await ports.store.link(artifact, "latest.tar.gz") };
    });
  });
}

async function pull(object: OCIRepository, { repository, digest }: Observation) {
  const { url, layerSelector } = object.spec;
  const failed = {
    condition: "FetchFailed",
    reason: "OCIArtifactPullFailed",
    prefix: `failed to pull artifact from '${url}'`,
  } as const;
  const { manifest } = await orFail(failed, () => inFluxsWords(() => repository.manifest(digest)));
  const mediaType = layerSelector?.mediaType;
  const layer = selectLayer(manifest, mediaType === "" ? undefined : mediaType);
  if (layer === undefined)
    return failLayer(
      manifest.layers.length === 0
        ? "no layers found in artifact"
        : `failed to find layer with media type '${mediaType}' in artifact`,
    );
  return {
    layer: await orFail(failed, () => inFluxsWords(() => repository.blob(layer, layerLimit))),
    annotations: manifest.annotations,
  };
}

async function repack({ spec }: OCIRepository, layer: Uint8Array): Promise<Uint8Array> {
  let tree: ReturnType<typeof unpackTree>;
  try {
    tree = unpackTree(layer);
  } catch (cause) {
    return failLayer(`failed to extract layer contents from artifact: ${messageOf(cause)}`, cause);
  }
  return packTree(await filterIgnored(tree, spec.ignore));
}

function failLayer(message: string, cause?: unknown): never {
  return fail({ condition: "FetchFailed", reason: "OCIArtifactLayerOperationFailed", message }, cause);
}
