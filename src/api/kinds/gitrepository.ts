import { defineKind, type ObjectOf } from "../kind.ts";
import { t } from "../schema.ts";
import {
  ageColumn,
  artifact,
  duration,
  localReference,
  neverObserved,
  readyColumn,
  shortDurationOf60s,
  sourceCategories,
  sourced,
  statusColumn,
  urlColumn,
} from "./shared.ts";

const text = t.optional(t.string());
const include = t.array(t.object({ fromPath: text, repository: localReference, toPath: text }));

/** A revision of a Git repository. */
export const GitRepository = defineKind({
  group: "source.toolkit.fluxcd.io",
  version: "v1",
  servedVersions: ["v1beta2"],
  kind: "GitRepository",
  plural: "gitrepositories",
  shortNames: ["gitrepo"],
  categories: sourceCategories,
  namespaced: true,
  columns: [urlColumn, ageColumn, readyColumn, statusColumn],
  spec: t.object(
    {
      ignore: text,
      include: t.optional(include),
      interval: duration,
      provider: t.optional(t.oneOf(["generic", "aws", "azure", "github"])),
      proxySecretRef: t.optional(localReference),
      recurseSubmodules: t.optional(t.boolean()),
      ref: t.optional(t.object({ branch: text, commit: text, name: text, semver: text, tag: text })),
      secretRef: t.optional(localReference),
      serviceAccountName: text,
      sparseCheckout: t.optional(t.array(t.string())),
      suspend: t.optional(t.boolean()),
      timeout: t.optional(shortDurationOf60s),
      url: t.string({ pattern: "^(http|https|ssh)://.*$" }),
      verify: t.optional(
        t.object({
          mode: t.optional(t.oneOf(["head", "HEAD", "Tag", "TagAndHEAD"], { default: "HEAD" })),
          secretRef: localReference,
        }),
      ),
    },
    {
      rules: [
        {
          rule: "!has(self.serviceAccountName) || (has(self.provider) && (self.provider == 'azure' || self.provider == 'aws'))",
          message: "serviceAccountName can only be set when provider is 'azure' or 'aws'",
        },
      ],
    },
  ),
  status: t.object(
    {
      ...sourced,
      includedArtifacts: t.optional(t.array(artifact)),
      observedIgnore: text,
      observedInclude: t.optional(include),
      observedRecurseSubmodules: t.optional(t.boolean()),
      observedSparseCheckout: t.optional(t.array(t.string())),
      sourceVerificationMode: text,
    },
    neverObserved,
  ),
});
export type GitRepository = ObjectOf<typeof GitRepository>;
