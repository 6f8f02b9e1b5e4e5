/** The SHA-256 of bytes or of text's UTF-8, as lower-case hex. The synchronous twin is in node/digest.ts. */
export function sha256(data: Uint8Array | string): Promise<string> {
  return digest("SHA-256", data);
}

/** The SHA-1 of bytes or of text's UTF-8, as lower-case hex; for Git names, never for trust. */
export function sha1(data: Uint8Array | string): Promise<string> {
  return digest("SHA-1", data);
}

async function digest(algorithm: "SHA-256" | "SHA-1", data: Uint8Array | string): Promise<string> {
  const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
  const hash = await crypto.subtle.digest(algorithm, bytes as Uint8Array<ArrayBuffer>);
  return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
