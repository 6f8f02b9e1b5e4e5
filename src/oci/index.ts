export { pushArtifact, selectLayer } from "./artifact.ts";
export { type AwsKeys, findAwsKeys } from "./cloud/aws-keys.ts";
export {
  type AzurePrincipal,
  checkPrincipal,
  environmentToken,
  machineToken,
  principalToken,
} from "./cloud/azure-token.ts";
export { googleCredentialsToken } from "./cloud/google-credentials.ts";
export { googleToken } from "./cloud/google-token.ts";
export { cloudKeychain, type CloudProvider } from "./cloud/keychain.ts";
export { type CloudPorts, signingTime } from "./cloud/ports.ts";
export {
  createHelperKeychain,
  eraseFromHelper,
  helperOf,
  type RunHelper,
  storeInHelper,
} from "./credential-helper.ts";
export { hostOf, type Keychain, type KnownCredentials, parseDockerConfig } from "./docker-config.ts";
export { OciError, type OciErrorCode, SignatureError, type SignatureErrorCode } from "./errors.ts";
export { pingRegistry } from "./ping.ts";
export {
  formatReference,
  isDigest,
  isLoopback,
  isRegistryHost,
  isRepositoryName,
  isTag,
  parseReference,
  type Reference,
  type RepositoryName,
} from "./reference.ts";
export { craneText } from "./refusal.ts";
export { type Authenticate, authenticateFile, authenticateUser } from "./registry/authenticate.ts";
export { defaultRegistryLimits, openRegistryFolder, type Registry, type RegistryLimits } from "./registry/registry.ts";
export { serveRegistry } from "./registry/serve.ts";
export { openRepository, type Repository } from "./repository.ts";
export { helpersOnPath } from "./run-helper.ts";
export type { RegistryOptions } from "./session.ts";
export { type Credentials, type Descriptor, type Fetch, type Manifest, mediaTypes } from "./types.ts";
export { type CosignTrust, createCosignVerifier, type Identity } from "./signatures/cosign.ts";
export { fetchTrustedRoot, publicRepository, type UpdateRepository } from "./signatures/public-root.ts";
export { createNotationVerifier, type NotationTrust } from "./signatures/notation/verify.ts";
