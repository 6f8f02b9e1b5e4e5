export { pushArtifact, selectLayer } from "./artifact.ts";
export { hostOf, type Keychain, parseDockerConfig } from "./docker-config.ts";
export { OciError, type OciErrorCode } from "./errors.ts";
export { formatReference, isLoopback, parseReference, type Reference, type RepositoryName } from "./reference.ts";
export { craneText } from "./refusal.ts";
export { openRepository, type Repository } from "./repository.ts";
export type { RegistryOptions } from "./session.ts";
export { type Credentials, type Descriptor, type Fetch, type Manifest, mediaTypes } from "./types.ts";
