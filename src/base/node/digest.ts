import { hash } from "node:crypto";

/** The SHA-256 of bytes or of text's UTF-8, as lower-case hex. */
export function sha256Sync(data: Uint8Array | string): string {
  return hash("sha256", data, "hex");
}

/** The SHA-1 of bytes or of text's UTF-8, as lower-case hex; for Git names, never for trust. */
export function sha1Sync(data: Uint8Array | string): string {
  return hash("sha1", data, "hex");
}
