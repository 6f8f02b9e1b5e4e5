import { identityOf } from "../runtime/index.ts";
import type { HelmRelease } from "../../api/index.ts";
import type { PostRender } from "../../chart/index.ts";
import { postRender } from "../../kustomize/index.ts";

/** The labels that name the HelmRelease on everything that comes from it. */
export function originLabels(release: HelmRelease): Readonly<Record<string, string>> {
  const { namespace, name } = identityOf(release);
  return { "helm.toolkit.fluxcd.io/name": name, "helm.toolkit.fluxcd.io/namespace": namespace };
}

/**
 * What Flux does to every rendered object: the release's own post renderers, then the common metadata, then the origin labels, which win.
 * There is always such a pass, so the stored manifest is always re-serialised.
 */
export function postRendererFor(release: HelmRelease): PostRender {
  const { commonMetadata, postRenderers = [] } = release.spec;
  const options = {
    renderers: postRenderers.map(({ kustomize }) => kustomize ?? {}),
    ...(commonMetadata === undefined ? {} : { commonMetadata }),
    originLabels: originLabels(release),
  };
  return async (objects) => postRender(objects, options);
}
