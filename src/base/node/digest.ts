import { hash } from "node:crypto";

/** The SHA-256 of bytes or of text's UTF-8, as lower-case hex. */
export function sha256Sync(data: Uint8Array | string): string {
  return hash("sha256", data, "hex");
}

/** The algorithms of which digests tell that are written with their names. */
export const digestAlgorithms = ["sha1", "sha256", "sha384", "sha512"] as const;
export type DigestAlgorithm = (typeof digestAlgorithms)[number];

/** The digest of bytes or of text's UTF-8, with the name of its algorithm in front: `sha256:<hex>`. */
export function digestSync(algorithm: DigestAlgorithm, data: Uint8Array | string): string {
  return `${algorithm}:${hash(algorithm, data, "hex")}`;
}

/** The algorithm of a digest with a name in front; undefined for one that is unknown, or no digest. */
export function algorithmOf(digest: string | undefined): DigestAlgorithm | undefined {
  return digestAlgorithms.find((algorithm) => digest?.startsWith(`${algorithm}:`) === true);
}

/** The SHA-1 of bytes or of text's UTF-8, as lower-case hex; for Git names, never for trust. */
export function sha1Sync(data: Uint8Array | string): string {
  return hash("sha1", data, "hex");
}
