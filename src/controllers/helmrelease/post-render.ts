import type { HelmRelease } from "../../api/index.ts";
import { isValues, type Value, type Values } from "../../base/value.ts";
import type { PostRender } from "../../chart/index.ts";
import { identityOf } from "./names.ts";

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
  if (postRenderers.length > 0) throw new Error("spec.postRenderers is not supported yet");
  const labels = { ...commonMetadata?.labels, ...originLabels(release) };
  const { annotations = {} } = commonMetadata ?? {};
  return async (objects) => objects.map((object) => withMetadata(object, labels, annotations));
}

function withMetadata(
  object: Values,
  labels: Readonly<Record<string, string>>,
  annotations: Readonly<Record<string, string>>,
): Values {
  const metadata = mapOf(object.metadata);
  return {
    ...object,
    metadata: {
      ...metadata,
      labels: { ...mapOf(metadata.labels), ...labels },
      ...(Object.keys(annotations).length === 0
        ? {}
        : { annotations: { ...mapOf(metadata.annotations), ...annotations } }),
    },
  };
}

function mapOf(value: Value | undefined): Values {
  return isValues(value) ? value : {};
}
