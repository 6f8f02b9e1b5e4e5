import { defineKind, type ObjectOf } from "../kind.ts";
import { t } from "../schema.ts";
import {
  ageColumn,
  duration,
  localReference,
  neverObserved,
  readyColumn,
  shortDuration,
  sourceCategories,
  sourced,
  statusColumn,
  urlColumn,
} from "./shared.ts";

/** A repository of charts: an index over HTTP, or an OCI registry. */
export const HelmRepository = defineKind({
  group: "source.toolkit.fluxcd.io",
  version: "v1",
  servedVersions: ["v1beta2"],
  kind: "HelmRepository",
  plural: "helmrepositories",
  shortNames: ["helmrepo"],
  categories: sourceCategories,
  namespaced: true,
  columns: [urlColumn, ageColumn, readyColumn, statusColumn],
  spec: t.object({
    accessFrom: t.optional(
      t.object({
        namespaceSelectors: t.array(t.object({ matchLabels: t.optional(t.map(t.string())) })),
      }),
    ),
    certSecretRef: t.optional(localReference),
    insecure: t.optional(t.boolean()),
    interval: t.optional(duration),
    passCredentials: t.optional(t.boolean()),
    provider: t.optional(t.oneOf(["generic", "aws", "azure", "gcp"], { default: "generic" })),
    secretRef: t.optional(localReference),
    suspend: t.optional(t.boolean()),
    timeout: t.optional(shortDuration),
    type: t.optional(t.oneOf(["default", "oci"])),
    url: t.string({ pattern: "^(http|https|oci)://.*$" }),
  }),
  status: t.object({ ...sourced, url: t.optional(t.string()) }, neverObserved),
});
export type HelmRepository = ObjectOf<typeof HelmRepository>;
