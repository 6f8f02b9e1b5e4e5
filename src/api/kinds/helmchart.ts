import { defineKind, type ObjectOf, type PrinterColumn } from "../kind.ts";
import { t } from "../schema.ts";
import {
  ageColumn,
  duration,
  localReference,
  neverObserved,
  oidcIdentities,
  readyColumn,
  sourceCategories,
  sourced,
  statusColumn,
} from "./shared.ts";

const columns: readonly PrinterColumn[] = [
  { name: "Chart", type: "string", jsonPath: ".spec.chart" },
  { name: "Version", type: "string", jsonPath: ".spec.version" },
  { name: "Source Kind", type: "string", jsonPath: ".spec.sourceRef.kind" },
  { name: "Source Name", type: "string", jsonPath: ".spec.sourceRef.name" },
  ageColumn,
  readyColumn,
  statusColumn,
];

/** A chart taken from a HelmRepository, or packaged from a directory of another source. */
export const HelmChart = defineKind({
  group: "source.toolkit.fluxcd.io",
  version: "v1",
  servedVersions: ["v1beta2"],
  kind: "HelmChart",
  plural: "helmcharts",
  shortNames: ["hc"],
  categories: sourceCategories,
  namespaced: true,
  columns,
  spec: t.object(
    {
      chart: t.string(),
      ignoreMissingValuesFiles: t.optional(t.boolean()),
      interval: duration,
      reconcileStrategy: t.optional(t.oneOf(["ChartVersion", "Revision"], { default: "ChartVersion" })),
      sourceRef: t.object({
        apiVersion: t.optional(t.string()),
        kind: t.oneOf(["HelmRepository", "GitRepository", "Bucket"]),
        name: t.string(),
      }),
      suspend: t.optional(t.boolean()),
      valuesFiles: t.optional(t.array(t.string())),
      verify: t.optional(
        t.object({
          matchOIDCIdentity: t.optional(oidcIdentities),
          provider: t.oneOf(["cosign", "notation"], { default: "cosign" }),
          secretRef: t.optional(localReference),
        }),
      ),
      version: t.optional(t.string({ default: "*" })),
    },
    {
      rules: [
        {
          rule: "!has(self.verify) || self.sourceRef.kind == 'HelmRepository'",
          message: "spec.verify is only supported when spec.sourceRef.kind is 'HelmRepository'",
        },
      ],
    },
  ),
  status: t.object(
    {
      ...sourced,
      observedChartName: t.optional(t.string()),
      observedSourceArtifactRevision: t.optional(t.string()),
      observedValuesFiles: t.optional(t.array(t.string())),
      url: t.optional(t.string()),
    },
    neverObserved,
  ),
});
export type HelmChart = ObjectOf<typeof HelmChart>;
