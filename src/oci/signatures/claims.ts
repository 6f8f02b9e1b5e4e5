/** What a signature of either format says was signed. */

/** The digest that a simple-signing payload names; undefined for what is not one. */
export function claimedDigest(payload: Uint8Array): string | undefined {
  const document = tryParse(payload);
  const critical = isRecord(document) ? document["critical"] : undefined;
  const image = isRecord(critical) ? critical["image"] : undefined;
  const digest = isRecord(image) ? image["docker-manifest-digest"] : undefined;
  return typeof digest === "string" ? digest : undefined;
}

/** True when an in-toto statement is about a digest. */
export function isStatementAbout(payload: Uint8Array, digest: string): boolean {
  const document = tryParse(payload);
  const subjects = isRecord(document) ? document["subject"] : undefined;
  const [algorithm = "", hex = ""] = digest.split(":");
  if (!Array.isArray(subjects)) return false;
  return subjects.some((subject: unknown) => {
    const digests = isRecord(subject) ? subject["digest"] : undefined;
    return isRecord(digests) && Object.hasOwn(digests, algorithm) && digests[algorithm] === hex;
  });
}

/** DSSE's pre-authentication encoding: what is signed of an envelope. */
export function preAuthEncoding(payloadType: string, payload: Uint8Array): Uint8Array {
  const head = `DSSEv1 ${Buffer.byteLength(payloadType)} ${payloadType} ${payload.byteLength} `;
  return Buffer.concat([Buffer.from(head), payload]);
}

function tryParse(content: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(content));
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
