import { createHash, sign } from "node:crypto";
import {
  type Authority,
  createAuthority,
  extendedUsage,
  type KeyPair,
  maySign,
  newKey,
  newSerial,
  pemOf,
  signCertificate,
  spkiOf,
  toBeSigned,
} from "./certificates.ts";
import { preAuthEncoding } from "../claims.ts";
import { der, octets, sequence, utf8 } from "./der.ts";

/** A Sigstore of the tests' own: an authority for certificates, a log for those, and a log for signatures. */
export interface TestSigstore {
  readonly trustedRoot: string;
  /** A certificate for an identity, as PEM, with its key. */
  certify(options: Certified): { readonly certificate: Buffer; readonly key: KeyPair };
  /** What cosign's first format keeps in annotations. */
  signPayload(payload: Uint8Array, options: Signing): Readonly<Record<string, string>>;
  /** A bundle of today's format around an in-toto statement. */
  signStatement(statement: Uint8Array, options: Signing): string;
}

interface Certified {
  readonly email: string;
  readonly issuer: string;
  readonly at: Date;
  /** Without a promise of the certificates' log. */
  readonly unlogged?: boolean;
}

export interface Signing extends Certified {
  /** When the signatures' log says it was signed; when the certificate was made unless said otherwise. */
  readonly loggedAt?: Date;
}

const sha256 = (data: Uint8Array | string): Buffer => createHash("sha256").update(data).digest();
const base64 = (data: Uint8Array | string): string => Buffer.from(data).toString("base64");
const lifetime = 10 * 60 * 1000; // milliseconds, as Fulcio's

export function createTestSigstore(from: Date, until: Date): TestSigstore {
  const authority = createAuthority({ O: "sigstore.test", CN: "authority" }, from, until);
  const certificateLog = newKey();
  const log = newKey();
  const logId = sha256(spkiOf(log));

  function certify({ email, issuer, at, unlogged = false }: Certified) {
    const key = newKey();
    const extensions = [
      maySign,
      extendedUsage("1.3.6.1.5.5.7.3.3"),
      { id: "2.5.29.17", critical: true, value: sequence(der(0x81, Buffer.from(email))) },
      // Both forms, as real certificates have them: cosign reads the first of them, Sigstore's own libraries the second.
      { id: "1.3.6.1.4.1.57264.1.1", value: Buffer.from(issuer) },
      { id: "1.3.6.1.4.1.57264.1.8", value: utf8(issuer) },
    ];
    const until = new Date(at.getTime() + lifetime);
    const options = { subject: sequence(), key, from: at, until, extensions, serial: newSerial() };
    const tbs = toBeSigned(authority.name, options);
    if (unlogged) return { certificate: signCertificate(tbs, authority), key };
    const promise = { id: "1.3.6.1.4.1.11129.2.4.2", value: octets(promiseOf(tbs, authority, certificateLog, at)) };
    const logged = toBeSigned(authority.name, { ...options, extensions: [...extensions, promise] });
    return { certificate: signCertificate(logged, authority), key };
  }

  function logEntry(kind: string, spec: unknown, at: Date) {
    const body = base64(JSON.stringify({ apiVersion: "0.0.1", kind, spec }));
    const integratedTime = Math.floor(at.getTime() / 1000);
    // The order of the keys is part of what is signed.
    const entry = { body, integratedTime, logID: logId.toString("hex"), logIndex: 0 };
    return { entry, promise: base64(sign("sha256", Buffer.from(JSON.stringify(entry)), log.privateKey)) };
  }

  return {
    certify,
    trustedRoot: JSON.stringify({
      mediaType: "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
      tlogs: [logOf("https://rekor.test", log, from)],
      certificateAuthorities: [
        {
          subject: { organization: "sigstore.test", commonName: "authority" },
          uri: "https://fulcio.test",
          certChain: { certificates: [{ rawBytes: base64(authority.certificate) }] },
          validFor: { start: from.toISOString() },
        },
      ],
      ctlogs: [logOf("https://ct.test", certificateLog, from)],
    }),

    signPayload(payload, options) {
      const { certificate, key } = certify(options);
      const signature = base64(sign("sha256", payload, key.privateKey));
      const spec = {
        data: { hash: { algorithm: "sha256", value: sha256(payload).toString("hex") } },
        signature: { content: signature, publicKey: { content: base64(pemOf(certificate)) } },
      };
      const { entry, promise } = logEntry("hashedrekord", spec, options.loggedAt ?? options.at);
      return {
        "dev.cosignproject.cosign/signature": signature,
        "dev.sigstore.cosign/certificate": pemOf(certificate),
        "dev.sigstore.cosign/chain": pemOf(authority.certificate),
        "dev.sigstore.cosign/bundle": JSON.stringify({ SignedEntryTimestamp: promise, Payload: entry }),
      };
    },

    signStatement(statement, options) {
      const { certificate, key } = certify(options);
      const payloadType = "application/vnd.in-toto+json";
      const signature = base64(sign("sha256", preAuthEncoding(payloadType, statement), key.privateKey));
      const envelope = { payload: base64(statement), payloadType, signatures: [{ sig: signature }] };
      const hash = (data: Uint8Array | string) => ({ algorithm: "sha256", value: sha256(data).toString("hex") });
      const spec = {
        envelopeHash: hash(JSON.stringify(envelope)),
        payloadHash: hash(statement),
        signatures: [{ signature, verifier: base64(pemOf(certificate)) }],
      };
      const { entry, promise } = logEntry("dsse", spec, options.loggedAt ?? options.at);
      const root = sha256(Buffer.concat([Buffer.from([0]), Buffer.from(entry.body, "base64")]));
      const note = `rekor.test - 1\n1\n${base64(root)}\n`;
      const hint = Buffer.concat([logId.subarray(0, 4), sign("sha256", Buffer.from(note), log.privateKey)]);
      return JSON.stringify({
        mediaType: "application/vnd.dev.sigstore.bundle.v0.3+json",
        verificationMaterial: {
          certificate: { rawBytes: base64(certificate) },
          tlogEntries: [
            {
              logIndex: "0",
              logId: { keyId: base64(logId) },
              kindVersion: { kind: "dsse", version: "0.0.1" },
              integratedTime: String(entry.integratedTime),
              inclusionPromise: { signedEntryTimestamp: promise },
              inclusionProof: {
                logIndex: "0",
                rootHash: base64(root),
                treeSize: "1",
                hashes: [],
                checkpoint: { envelope: `${note}\n\u2014 rekor.test ${base64(hint)}\n` },
              },
              canonicalizedBody: entry.body,
            },
          ],
        },
        dsseEnvelope: envelope,
      });
    },
  };
}

function logOf(baseUrl: string, key: KeyPair, from: Date) {
  return {
    baseUrl,
    hashAlgorithm: "SHA2_256",
    publicKey: {
      rawBytes: base64(spkiOf(key)),
      keyDetails: "PKIX_ECDSA_P256_SHA_256",
      validFor: { start: from.toISOString() },
    },
    logId: { keyId: base64(sha256(spkiOf(key))) },
  };
}

/** RFC 6962, 3.3: a list of one promise of a log to list a certificate. */
function promiseOf(tbs: Buffer, issuer: Authority, log: KeyPair, at: Date): Buffer {
  const time = Buffer.alloc(8);
  time.writeBigUInt64BE(BigInt(at.getTime()));
  const length = Buffer.alloc(3);
  length.writeUIntBE(tbs.byteLength, 0, 3);
  const signed = Buffer.concat([
    Buffer.from([0, 0]),
    time,
    Buffer.from([0, 1]),
    sha256(spkiOf(issuer)),
    length,
    tbs,
    Buffer.from([0, 0]),
  ]);
  const signature = sign("sha256", signed, log.privateKey);
  const promise = Buffer.concat([
    Buffer.from([0]),
    sha256(spkiOf(log)),
    time,
    Buffer.from([0, 0, 4, 3]),
    short(signature.byteLength),
    signature,
  ]);
  return Buffer.concat([short(promise.byteLength + 2), short(promise.byteLength), promise]);
}

function short(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}
