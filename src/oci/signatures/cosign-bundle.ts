import { createHash, X509Certificate } from "node:crypto";
import type { TaggedSignature } from "./find.ts";

/** What cosign keeps of the transparency log in an annotation. */
interface LogEntry {
  readonly SignedEntryTimestamp: string;
  readonly Payload: {
    readonly body: string;
    readonly integratedTime: number;
    readonly logIndex: number;
    readonly logID: string;
  };
}

/** A signature of cosign's first format as a Sigstore bundle, whose verifier then sees both in the same way. Throws where parts are missing. */
export function toBundle({ payload, annotations }: TaggedSignature): unknown {
  const signature = annotations["dev.cosignproject.cosign/signature"] ?? "";
  const certificate = annotations["dev.sigstore.cosign/certificate"];
  if (certificate === undefined) throw new Error("no certificate found on signature");
  const chain = annotations["dev.sigstore.cosign/chain"] ?? "";
  const timestamp = annotations["dev.sigstore.cosign/rfc3161timestamp"];
  const entry = readEntry(annotations["dev.sigstore.cosign/bundle"]);
  return {
    mediaType: "application/vnd.dev.sigstore.bundle+json;version=0.1",
    verificationMaterial: {
      x509CertificateChain: { certificates: [certificate, ...certificatesIn(chain)].map(toDer) },
      tlogEntries: entry === undefined ? [] : [entry],
      ...(timestamp === undefined
        ? {}
        : { timestampVerificationData: { rfc3161Timestamps: [{ signedTimestamp: readTimestamp(timestamp) }] } }),
    },
    messageSignature: {
      messageDigest: { algorithm: "SHA2_256", digest: createHash("sha256").update(payload).digest("base64") },
      signature,
    },
  };
}

function readEntry(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  const { SignedEntryTimestamp: promise, Payload: payload } = JSON.parse(text) as LogEntry;
  const { kind, apiVersion } = JSON.parse(Buffer.from(payload.body, "base64").toString("utf8")) as {
    readonly kind: string;
    readonly apiVersion: string;
  };
  return {
    logIndex: String(payload.logIndex),
    logId: { keyId: Buffer.from(payload.logID, "hex").toString("base64") },
    kindVersion: { kind, version: apiVersion },
    integratedTime: String(payload.integratedTime),
    inclusionPromise: { signedEntryTimestamp: promise },
    canonicalizedBody: payload.body,
  };
}

function readTimestamp(text: string): string {
  const { SignedRFC3161Timestamp: timestamp } = JSON.parse(text) as { readonly SignedRFC3161Timestamp: string };
  return timestamp;
}

function certificatesIn(chain: string): readonly string[] {
  return chain.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? [];
}

function toDer(pem: string): { readonly rawBytes: string } {
  return { rawBytes: new X509Certificate(pem).raw.toString("base64") };
}
