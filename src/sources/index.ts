export { filterIgnored } from "./archive/ignore.ts";
export { packTree, unpackTree } from "./archive/pack.ts";
export { type Artifact, folderOf, type Owner, type Retention } from "./artifact.ts";
export { type BucketIndex, fetchBucket, indexBucket, revisionOf as revisionOfBucket } from "./bucket/fetch-bucket.ts";
export { type AzureAccess, openAzureBucket } from "./bucket/azure-bucket.ts";
export { openGoogleBucket } from "./bucket/google-bucket.ts";
export { ldapKeys } from "./bucket/ldap-keys.ts";
export type { BucketReader } from "./bucket/reader.ts";
export { openS3Bucket, type S3Keys, type S3Options } from "./bucket/s3.ts";
export {
  type BuildOptions,
  type ChartBuild,
  effectiveValuesFiles,
  type StoredChart,
  summaryOf,
} from "./chart/build.ts";
export type { FindChartSource } from "./chart/dependencies.ts";
export { buildFromArtifact } from "./chart/from-artifact.ts";
export { buildFromRepository, type ChartSource, type RemoteChart } from "./chart/from-repository.ts";
export { createIndexSource, type ShareDownload } from "./chart/index-source.ts";
export { createRegistrySource } from "./chart/registry-source.ts";
export { createDigestCache, type DigestCache } from "./digest-cache.ts";
export { type ChartBuildErrorCode, isChartBuildErrorCode, SourceError, type SourceErrorCode } from "./errors.ts";
export { type Checkout, checkoutGit, type CheckoutOptions, type FetchedCheckout } from "./git/checkout.ts";
export { codeCommitCredentials, codeCommitRegion } from "./git/code-commit.ts";
export { fetchInstallationToken, type GitHubApp, type InstallationToken } from "./git/github-app.ts";
export { type TrustedKeys, verifyGitObject } from "./git/signature.ts";
export { splitCommit, splitTag } from "./git/signed-object.ts";
export { type GitReference, hashOfRevision } from "./git/reference.ts";
export type { SshKeys } from "./git/ssh-keys.ts";
export {
  type ChartVersion,
  parseIndex,
  type RepositoryIndex,
  type VersionIndex,
} from "./helm/index-file.ts";
export { convertIndex, readStoredVersions, readVersions } from "./helm/index-steps.ts";
export { formatIndexYaml, type IndexDocument, type IndexedChart, indexOf } from "./helm/index-of.ts";
export {
  downloadChart,
  fetchIndex,
  type FetchedIndex,
  normalizeRepositoryUrl,
  type RepositoryAccess,
  resolveChartUrl,
} from "./helm/repository.ts";
export { findChartVersion, selectChartVersion } from "./helm/select-version.ts";
export { type Credentials, download } from "./http/download.ts";
export { type ListenOptions, serve, type Server } from "./http/serve.ts";
export { createTransport, type TlsOptions, type Transport } from "./http/transport.ts";
export { serveChartRepository } from "./playground/chart-repository.ts";
export { commitGit, copyFolder, createGitRepository } from "./playground/git-repository.ts";
export { serveGit } from "./playground/git-server.ts";
export { openRegistry, type RegistryAccess } from "./registry/open.ts";
export { firstInRange, listChartVersions, type PulledChart, pullChart } from "./registry/pull-chart.ts";
export { pushChart, type PushedChart } from "./registry/push-chart.ts";
export { chartLayerType, selectTag } from "./registry/select-tag.ts";
export { type RetryOptions, retrying } from "./http/retrying.ts";
export { createArtifactReader } from "./store/reader.ts";
export { serveArtifacts } from "./store/serve.ts";
export { type ArtifactStore, openArtifactStore, type StoreOptions } from "./store/store.ts";
export { overlay, type SourceFile, type SourceTree, subtreeOf, resolveInRoot } from "./tree.ts";
