/** Reads a string of SSH's wire format (RFC 4251): its length in four bytes, then the bytes. Undefined where it is cut off. */
export function readString(bytes: Buffer, at: number): { readonly value: Buffer; readonly next: number } | undefined {
  if (at + 4 > bytes.length) return undefined;
  const next = at + 4 + bytes.readUInt32BE(at);
  return next > bytes.length ? undefined : { value: bytes.subarray(at + 4, next), next };
}

/** Writes one. */
export function sshString(value: Uint8Array | string): Buffer {
  const bytes = Buffer.from(value as string);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** Where text stops to be base64, counted as Go counts it; undefined where it is base64 to its end. */
export function wrongBase64(text: string): number | undefined {
  const wrong = text.search(/[^A-Za-z0-9+/=]|=(?!=?$)/);
  if (wrong >= 0) return wrong;
  return text.length % 4 === 0 ? undefined : text.length - (text.length % 4);
}
