import type { Values } from "../base/value.ts";
import type { ImageChange } from "./images.ts";
import { changeImages } from "./images.ts";
import { fixNameReferences } from "./name-references.ts";
import { toResources } from "./parse-resources.ts";
import { applyPatch, type Patch } from "./patches.ts";
import { append, newResource, type Resource } from "./resource.ts";
import { addAnnotations, addLabels } from "./transformers.ts";

type StringMap = Readonly<Record<string, string>>;

/** What a HelmRelease does to its rendered objects, in this order. */
export interface PostRenderOptions {
  /** `spec.postRenderers[].kustomize`. */
  readonly renderers: readonly { readonly patches?: readonly Patch[]; readonly images?: readonly ImageChange[] }[];
  /** `spec.commonMetadata`. */
  readonly commonMetadata?: { readonly labels?: StringMap; readonly annotations?: StringMap };
  /** The labels that say where an object comes from; they win over the common ones. */
  readonly originLabels: StringMap;
}

/**
 * Runs rendered objects through Flux's post renderers. Lists come back opened, the order stays. Throws KustomizeError:
 * among others when two objects have one identity, as kustomize does.
 */
export function postRender(objects: readonly Values[], options: PostRenderOptions): Values[] {
  const { renderers, commonMetadata = {}, originLabels } = options;
  let resources = append(
    [],
    toResources(objects).map((object) => newResource(object)),
  );
  for (const { patches = [], images = [] } of renderers) {
    resources = patches.reduce(applyPatch, resources);
    resources = fixNameReferences(images.reduce(changeImages, resources)).map(asRead);
  }
  resources = addLabels(resources, commonMetadata.labels ?? {}, "metadata");
  resources = addAnnotations(resources, commonMetadata.annotations ?? {}, "metadata");
  return addLabels(resources, originLabels, "metadata").map(({ object }) => object);
}

/** Each renderer reads what the one before wrote: earlier names are gone. */
function asRead({ object }: Resource): Resource {
  return newResource(object);
}
