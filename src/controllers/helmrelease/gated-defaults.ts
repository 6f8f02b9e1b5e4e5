import type { HelmRelease } from "../../api/index.ts";

/** The spec as it is meant where feature gates change what its absent fields mean. Pure; the same object where none does. */
export function withGatedDefaults(release: HelmRelease, gates: ReadonlySet<string>): HelmRelease {
  let { spec } = release;
  if (gates.has("DefaultToRetryOnFailure")) {
    const strategy = { name: "RetryOnFailure" } as const;
    spec = { ...spec, install: { strategy, ...spec.install }, upgrade: { strategy, ...spec.upgrade } };
  }
  if (gates.has("UseHelm3Defaults")) {
    spec = {
      ...spec,
      install: { serverSideApply: false, ...spec.install },
      postRenderStrategy: spec.postRenderStrategy ?? "nohooks",
      waitStrategy: spec.waitStrategy ?? { name: "legacy" },
    };
  }
  return spec === release.spec ? release : { ...release, spec };
}
