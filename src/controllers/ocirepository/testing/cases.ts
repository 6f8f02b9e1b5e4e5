const layer = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";
const cosign = (secret?: string, more: object = {}) => ({
  provider: "cosign",
  ...(secret === undefined ? {} : { secretRef: { name: secret } }),
  ...more,
});
const notation = (secret?: string) => ({
  provider: "notation",
  ...(secret === undefined ? {} : { secretRef: { name: secret } }),
});
const root = (name = "root", subject = "^dev@example") => ({
  trustedRootSecretRef: { name },
  matchOIDCIdentity: [{ issuer: "^https://accounts\\.example\\.test$", subject }],
});

interface Case {
  readonly name: string;
  /** The HelmRepository, where it is not one of the two registries'. */
  readonly from?: string;
  /** The repository below `charts/`. */
  readonly of?: string;
  readonly closed?: boolean;
  readonly spec: Readonly<Record<string, unknown>>;
}

/** OCIRepositories as users write them, right and wrong; URL and interval are added. */
export const artifacts: readonly Case[] = [
  { name: "tag", spec: { ref: { tag: "1.0.0" } } },
  { name: "semver", spec: { ref: { semver: "1.x" } } },
  { name: "filter", spec: { ref: { semver: ">=1.0.0-0", semverFilter: ".*-rc.*" } } },
  { name: "copy", spec: { ref: { tag: "1.0.0" }, layerSelector: { mediaType: layer, operation: "copy" } } },
  { name: "ignore", spec: { ref: { tag: "1.0.0" }, ignore: "values.yaml" } },
  { name: "no-layer", spec: { ref: { tag: "1.0.0" }, layerSelector: { mediaType: "text/plain" } } },
  { name: "latest", spec: {} },
  { name: "no-tag", spec: { ref: { tag: "nope" } } },
  { name: "no-version", spec: { ref: { semver: ">5" } } },
  { name: "bad-version", spec: { ref: { semver: "x y" } } },
  { name: "bad-filter", spec: { ref: { semver: "1.x", semverFilter: "(" } } },
  { name: "no-repository", of: "nope", spec: { ref: { tag: "1.0.0" } } },
  { name: "url-with-tag", of: "web:1.0.0", spec: {} },
  { name: "private", closed: true, spec: { ref: { tag: "1.0.0" }, secretRef: { name: "pull" } } },
  { name: "stranger", closed: true, spec: { ref: { tag: "1.0.0" } } },
  { name: "wrong-password", closed: true, spec: { ref: { tag: "1.0.0" }, secretRef: { name: "wrong" } } },
  { name: "elsewhere", closed: true, spec: { ref: { tag: "1.0.0" }, secretRef: { name: "elsewhere" } } },
  { name: "basic", closed: true, spec: { ref: { tag: "1.0.0" }, secretRef: { name: "basic" } } },
  { name: "no-secret", closed: true, spec: { ref: { tag: "1.0.0" }, secretRef: { name: "none" } } },
  { name: "no-account", closed: true, spec: { ref: { tag: "1.0.0" }, serviceAccountName: "none" } },
  { name: "no-certificates", spec: { ref: { tag: "1.0.0" }, certSecretRef: { name: "none" } } },
  { name: "no-proxy", spec: { ref: { tag: "1.0.0" }, proxySecretRef: { name: "none" } } },
  { name: "not-of-aws", spec: { ref: { tag: "1.0.0" }, provider: "aws" } },
  { name: "not-of-azure", spec: { ref: { tag: "1.0.0" }, provider: "azure" } },
  { name: "not-of-gcp", spec: { ref: { tag: "1.0.0" }, provider: "gcp" } },
  { name: "key-tag", of: "key-tag", spec: { ref: { tag: "1.0.0" }, verify: cosign("ours") } },
  { name: "key-bundle", of: "key-bundle", spec: { ref: { tag: "1.0.0" }, verify: cosign("ours") } },
  { name: "key-of-two", of: "key-tag", spec: { ref: { tag: "1.0.0" }, verify: cosign("both") } },
  { name: "other-tag", of: "other-tag", spec: { ref: { tag: "1.0.0" }, verify: cosign("ours") } },
  { name: "other-bundle", of: "other-bundle", spec: { ref: { tag: "1.0.0" }, verify: cosign("ours") } },
  { name: "moved-tag", of: "moved-tag", spec: { ref: { tag: "1.0.0" }, verify: cosign("ours") } },
  { name: "moved-bundle", of: "moved-bundle", spec: { ref: { tag: "1.0.0" }, verify: cosign("ours") } },
  { name: "unsigned", spec: { ref: { tag: "1.0.0" }, verify: cosign("ours") } },
  { name: "no-key-secret", spec: { ref: { tag: "1.0.0" }, verify: cosign("none") } },
  { name: "no-key", of: "key-tag", spec: { ref: { tag: "1.0.0" }, verify: cosign("empty") } },
  { name: "broken-key", of: "key-tag", spec: { ref: { tag: "1.0.0" }, verify: cosign("broken") } },
  { name: "keyless-tag", of: "keyless-tag", spec: { ref: { tag: "1.0.0" }, verify: cosign(undefined, root()) } },
  { name: "keyless-bundle", of: "keyless-bundle", spec: { ref: { tag: "1.0.0" }, verify: cosign(undefined, root()) } },
  {
    name: "keyless-other-tag",
    of: "keyless-tag",
    spec: { ref: { tag: "1.0.0" }, verify: cosign(undefined, root("root", "^eve@")) },
  },
  {
    name: "keyless-other-bundle",
    of: "keyless-bundle",
    spec: { ref: { tag: "1.0.0" }, verify: cosign(undefined, root("root", "^eve@")) },
  },
  { name: "keyless-unsigned", spec: { ref: { tag: "1.0.0" }, verify: cosign(undefined, root()) } },
  {
    name: "keyless-empty-root",
    of: "keyless-bundle",
    spec: { ref: { tag: "1.0.0" }, verify: cosign(undefined, root("empty")) },
  },
  {
    name: "keyless-no-root",
    of: "keyless-bundle",
    spec: { ref: { tag: "1.0.0" }, verify: cosign(undefined, root("none")) },
  },
  { name: "notation-jws", of: "notation-jws", spec: { ref: { tag: "1.0.0" }, verify: notation("strict") } },
  { name: "notation-cose", of: "notation-cose", spec: { ref: { tag: "1.0.0" }, verify: notation("strict") } },
  { name: "notation-other", of: "notation-other", spec: { ref: { tag: "1.0.0" }, verify: notation("strict") } },
  { name: "notation-audit", of: "notation-other", spec: { ref: { tag: "1.0.0" }, verify: notation("audit") } },
  { name: "notation-skip", spec: { ref: { tag: "1.0.0" }, verify: notation("skip") } },
  { name: "notation-expired", of: "notation-expired", spec: { ref: { tag: "1.0.0" }, verify: notation("strict") } },
  { name: "notation-moved", of: "notation-moved", spec: { ref: { tag: "1.0.0" }, verify: notation("strict") } },
  { name: "notation-unsigned", spec: { ref: { tag: "1.0.0" }, verify: notation("strict") } },
  { name: "notation-no-secret", spec: { ref: { tag: "1.0.0" }, verify: notation() } },
  { name: "notation-no-policy", spec: { ref: { tag: "1.0.0" }, verify: notation("ours") } },
  { name: "notation-lax", spec: { ref: { tag: "1.0.0" }, verify: notation("lax") } },
  { name: "notation-no-certificates", spec: { ref: { tag: "1.0.0" }, verify: notation("no-certificates") } },
];

/** HelmCharts from the registries; the repository and interval are added. */
export const charts: readonly Case[] = [
  { name: "exact", spec: { version: "1.0.0" } },
  { name: "range", spec: { version: "1.x" } },
  { name: "newest", spec: {} },
  { name: "no-version", spec: { version: ">5" } },
  { name: "no-chart", of: "nope", spec: { version: "1.0.0" } },
  { name: "private", closed: true, spec: { version: "1.0.0" } },
  { name: "not-of-aws", from: "aws", spec: { version: "1.0.0" } },
  { name: "not-of-azure", from: "azure", spec: { version: "1.0.0" } },
  { name: "not-of-gcp", from: "gcp", spec: { version: "1.0.0" } },
  { name: "key-tag", of: "key-tag", spec: { version: "1.0.0", verify: cosign("ours") } },
  { name: "key-bundle", of: "key-bundle", spec: { version: "1.0.0", verify: cosign("ours") } },
  { name: "other-tag", of: "other-tag", spec: { version: "1.0.0", verify: cosign("ours") } },
  { name: "other-bundle", of: "other-bundle", spec: { version: "1.0.0", verify: cosign("ours") } },
  { name: "moved-tag", of: "moved-tag", spec: { version: "1.0.0", verify: cosign("ours") } },
  { name: "moved-bundle", of: "moved-bundle", spec: { version: "1.0.0", verify: cosign("ours") } },
  { name: "unsigned", spec: { version: "1.0.0", verify: cosign("ours") } },
  { name: "no-key-secret", spec: { version: "1.0.0", verify: cosign("none") } },
  { name: "no-key", of: "key-tag", spec: { version: "1.0.0", verify: cosign("empty") } },
  { name: "broken-key", of: "key-tag", spec: { version: "1.0.0", verify: cosign("broken") } },
  { name: "notation-jws", of: "notation-jws", spec: { version: "1.0.0", verify: notation("strict") } },
  { name: "notation-other", of: "notation-other", spec: { version: "1.0.0", verify: notation("strict") } },
  { name: "notation-audit", of: "notation-other", spec: { version: "1.0.0", verify: notation("audit") } },
  { name: "notation-unsigned", spec: { version: "1.0.0", verify: notation("strict") } },
  { name: "notation-no-secret", spec: { version: "1.0.0", verify: notation() } },
  { name: "notation-lax", spec: { version: "1.0.0", verify: notation("lax") } },
];
