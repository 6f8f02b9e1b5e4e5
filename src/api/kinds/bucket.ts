import { defineKind, type ObjectOf, type PrinterColumn } from "../kind.ts";
import { t } from "../schema.ts";
import {
  ageColumn,
  duration,
  localReference,
  neverObserved,
  readyColumn,
  shortDurationOf60s,
  sourceCategories,
  sourced,
  statusColumn,
} from "./shared.ts";

const endpointColumn: PrinterColumn = { name: "Endpoint", type: "string", jsonPath: ".spec.endpoint" };
const text = t.optional(t.string());

/** The files of an S3-like bucket. */
export const Bucket = defineKind({
  group: "source.toolkit.fluxcd.io",
  version: "v1",
  servedVersions: ["v1beta2"],
  kind: "Bucket",
  plural: "buckets",
  categories: sourceCategories,
  namespaced: true,
  columns: [endpointColumn, ageColumn, readyColumn, statusColumn],
  spec: t.object(
    {
      bucketName: t.string(),
      certSecretRef: t.optional(localReference),
      endpoint: t.string(),
      ignore: text,
      insecure: t.optional(t.boolean()),
      interval: duration,
      prefix: text,
      provider: t.optional(t.oneOf(["generic", "aws", "gcp", "azure"], { default: "generic" })),
      proxySecretRef: t.optional(localReference),
      region: text,
      secretRef: t.optional(localReference),
      serviceAccountName: text,
      sts: t.optional(
        t.object({
          certSecretRef: t.optional(localReference),
          endpoint: t.string({ pattern: "^(http|https)://.*$" }),
          provider: t.oneOf(["aws", "ldap"]),
          secretRef: t.optional(localReference),
        }),
      ),
      suspend: t.optional(t.boolean()),
      timeout: t.optional(shortDurationOf60s),
    },
    {
      rules: [
        {
          rule: "self.provider == 'aws' || self.provider == 'generic' || !has(self.sts)",
          message: "STS configuration is only supported for the 'aws' and 'generic' Bucket providers",
        },
        {
          rule: "self.provider != 'aws' || !has(self.sts) || self.sts.provider == 'aws'",
          message: "'aws' is the only supported STS provider for the 'aws' Bucket provider",
        },
        {
          rule: "self.provider != 'generic' || !has(self.sts) || self.sts.provider == 'ldap'",
          message: "'ldap' is the only supported STS provider for the 'generic' Bucket provider",
        },
        {
          rule: "!has(self.sts) || self.sts.provider != 'aws' || !has(self.sts.secretRef)",
          message: "spec.sts.secretRef is not required for the 'aws' STS provider",
        },
        {
          rule: "!has(self.sts) || self.sts.provider != 'aws' || !has(self.sts.certSecretRef)",
          message: "spec.sts.certSecretRef is not required for the 'aws' STS provider",
        },
        {
          rule: "self.provider != 'generic' || !has(self.serviceAccountName)",
          message: "ServiceAccountName is not supported for the 'generic' Bucket provider",
        },
        {
          rule: "!has(self.secretRef) || !has(self.serviceAccountName)",
          message: "cannot set both .spec.secretRef and .spec.serviceAccountName",
        },
      ],
    },
  ),
  status: t.object({ ...sourced, observedIgnore: text, url: text }, neverObserved),
});
export type Bucket = ObjectOf<typeof Bucket>;
