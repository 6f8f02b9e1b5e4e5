import { OciError } from "../errors.ts";
import type { Repository } from "../repository.ts";
import type { Manifest } from "../types.ts";

const mostSignatures = 50;
const blobLimit = 1 << 20;
const bundleType = /^application\/vnd\.dev\.sigstore\.bundle(?:\.v\d+\.\d+\+json|\+json)/;

/** A signature in cosign's first format: a payload, and what signs it, in the layers of the manifest `sha256-….sig`. */
export interface TaggedSignature {
  readonly payload: Uint8Array;
  readonly annotations: Readonly<Record<string, string>>;
}

/** The signatures of a manifest under cosign's tag for them; none where there is no such tag. */
export async function findTaggedSignatures(
  repository: Repository,
  digest: string,
): Promise<readonly TaggedSignature[]> {
  const manifest = await orNothing(repository.manifest(`${digest.replace(":", "-")}.sig`));
  const found: TaggedSignature[] = [];
  for (const layer of manifest?.manifest.layers.slice(0, mostSignatures) ?? [])
    found.push({ payload: await repository.blob(layer, blobLimit), annotations: layer.annotations ?? {} });
  return found;
}

/** The Sigstore bundles among what is said about a manifest, as text. */
export async function findBundles(repository: Repository, digest: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const { manifest } of await findReferrers(repository, digest, () => true)) {
    const layer = manifest.layers.find(({ mediaType }) => bundleType.test(mediaType));
    if (layer === undefined) continue;
    found.push(new TextDecoder().decode(await repository.blob(layer, blobLimit)));
  }
  return found;
}

/** The manifests about another, of the wanted types; what cannot be read is left out, as others may write here. */
export async function findReferrers(
  repository: Repository,
  digest: string,
  isWanted: (artifactType: string | undefined) => boolean,
): Promise<readonly { readonly digest: string; readonly manifest: Manifest }[]> {
  const wanted = (await repository.referrers(digest)).filter(({ artifactType }) => isWanted(artifactType));
  const found = [];
  for (const { digest: own } of wanted.slice(0, mostSignatures)) {
    try {
      found.push({ digest: own, manifest: (await repository.manifest(own)).manifest });
    } catch (error) {
      if (error instanceof OciError && (error.code === "NotFound" || error.code === "InvalidManifest")) continue;
      throw error;
    }
  }
  return found;
}

async function orNothing<Result>(question: Promise<Result>): Promise<Result | undefined> {
  try {
    return await question;
  } catch (error) {
    if (error instanceof OciError && error.code === "NotFound") return undefined;
    throw error;
  }
}
