import { defineKind, type ObjectOf } from "../kind.ts";
import { t } from "../schema.ts";
import {
  ageColumn,
  duration,
  localReference,
  neverObserved,
  oidcIdentities,
  readyColumn,
  shortDurationOf60s,
  sourceCategories,
  sourced,
  statusColumn,
  urlColumn,
} from "./shared.ts";

const text = t.optional(t.string());
const layerSelector = t.optional(t.object({ mediaType: text, operation: t.optional(t.oneOf(["extract", "copy"])) }));

/** A layer of an OCI artifact in a registry. */
export const OCIRepository = defineKind({
  group: "source.toolkit.fluxcd.io",
  version: "v1",
  servedVersions: ["v1beta2"],
  kind: "OCIRepository",
  plural: "ocirepositories",
  shortNames: ["ocirepo"],
  categories: sourceCategories,
  namespaced: true,
  columns: [urlColumn, readyColumn, statusColumn, ageColumn],
  spec: t.object({
    certSecretRef: t.optional(localReference),
    ignore: text,
    insecure: t.optional(t.boolean()),
    interval: duration,
    layerSelector,
    provider: t.optional(t.oneOf(["generic", "aws", "azure", "gcp"], { default: "generic" })),
    proxySecretRef: t.optional(localReference),
    ref: t.optional(t.object({ digest: text, semver: text, semverFilter: text, tag: text })),
    secretRef: t.optional(localReference),
    serviceAccountName: text,
    suspend: t.optional(t.boolean()),
    timeout: t.optional(shortDurationOf60s),
    url: t.string({ pattern: "^oci://.*$" }),
    verify: t.optional(
      t.object({
        matchOIDCIdentity: t.optional(oidcIdentities),
        provider: t.oneOf(["cosign", "notation"], { default: "cosign" }),
        secretRef: t.optional(localReference),
        trustedRootSecretRef: t.optional(localReference),
      }),
    ),
  }),
  status: t.object(
    { ...sourced, observedIgnore: text, observedLayerSelector: layerSelector, url: text },
    neverObserved,
  ),
});
export type OCIRepository = ObjectOf<typeof OCIRepository>;
