import { defineKind, type ObjectOf } from "../kind.ts";
import { t } from "../schema.ts";
import { ageColumn, artifact, conditions, readyColumn, sourceCategories, statusColumn } from "./shared.ts";

/** An artifact that a third party's controller made. */
export const ExternalArtifact = defineKind({
  group: "source.toolkit.fluxcd.io",
  version: "v1",
  kind: "ExternalArtifact",
  plural: "externalartifacts",
  shortNames: ["ea"],
  categories: sourceCategories,
  namespaced: true,
  columns: [ageColumn, readyColumn, statusColumn, { name: "Source", type: "string", jsonPath: ".spec.sourceRef.name" }],
  spec: t.object({
    sourceRef: t.optional(
      t.object({
        apiVersion: t.optional(t.string()),
        kind: t.string(),
        name: t.string(),
        namespace: t.optional(t.string()),
      }),
    ),
  }),
  status: t.object({ artifact: t.optional(artifact), conditions: t.optional(conditions) }),
});
export type ExternalArtifact = ObjectOf<typeof ExternalArtifact>;
