export { DecryptionError } from "./errors.ts";
export { type DecryptionKeys, readKeys } from "./keys.ts";
export { decryptResource, isEncryptedSecret } from "./resources.ts";
export { decryptSources } from "./sources.ts";
