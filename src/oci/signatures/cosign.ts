import { createPublicKey, type KeyObject, verify } from "node:crypto";
import { messageOf } from "../../base/errors.ts";
import type { Repository } from "../repository.ts";
import { claimedDigest, isStatementAbout, preAuthEncoding } from "./claims.ts";
import { SignatureError } from "../errors.ts";
import { findBundles, findTaggedSignatures, type TaggedSignature } from "./find.ts";
import { toBundle } from "./cosign-bundle.ts";

/** Whose signatures count. */
export type CosignTrust =
  /** PEM; any of them will do. Transparency logs are not asked, as Flux does not. */
  | { readonly keys: readonly string[] }
  /** Sigstore's `trusted_root.json`, and who may sign; nobody in particular where there are no identities. */
  | { readonly trustedRoot: string; readonly identities: readonly Identity[] };

/** Regular expressions in Go's syntax; what is absent or empty may be anything. */
export interface Identity {
  readonly issuer?: string;
  readonly subject?: string;
}

/** Returns when somebody who is trusted signed the manifest with this digest; throws SignatureError otherwise. */
export type CosignVerifier = (repository: Repository, digest: string) => Promise<void>;

/**
 * Reads whose signatures count; throws SignatureError (InvalidTrust) where that cannot be read. Everything else that is needed is in the
 * repository: nobody else is asked. Where there are bundles they alone count, as with cosign.
 */
export async function createCosignVerifier(trust: CosignTrust): Promise<CosignVerifier> {
  const check = "keys" in trust ? checkByKeys(trust.keys) : await checkByIdentity(trust);
  return (repository, digest) => verifyBy(check, repository, digest);
}

async function verifyBy(check: Check, repository: Repository, digest: string): Promise<void> {
  const bundles = await findBundles(repository, digest);
  const signatures = bundles.length > 0 ? [] : await findTaggedSignatures(repository, digest);
  if (bundles.length + signatures.length === 0) throw new SignatureError("NoSignatures", "no signatures found");
  const reasons: string[] = [];
  for (const work of [
    ...bundles.map((bundle) => () => check.bundle(bundle, digest)),
    ...signatures.map((signature) => () => check.tagged(signature, digest)),
  ])
    try {
      await work();
      return;
    } catch (error) {
      reasons.push(messageOf(error));
    }
  const what = bundles.length > 0 ? "attestations" : "signatures";
  throw new SignatureError("NoMatch", `no matching ${what}: ${[...new Set(reasons)].join("\n ")}`);
}

/** Checks a signature, and that it is about the digest; throws with the reason. */
interface Check {
  bundle(text: string, digest: string): void | Promise<void>;
  tagged(signature: TaggedSignature, digest: string): void | Promise<void>;
}

function checkByKeys(texts: readonly string[]): Check {
  const keys = texts.map(readKey);
  const isSigned = (data: Uint8Array, signature: string): boolean => {
    const bytes = Buffer.from(signature, "base64");
    return bytes.byteLength > 0 && keys.some((key) => isSignedBy(key, data, bytes));
  };
  return {
    bundle(text, digest) {
      const envelope = readEnvelope(text);
      if (!isSigned(preAuthEncoding(envelope.payloadType, envelope.payload), envelope.signature))
        throw new Error(
          "failed to verify signature: could not verify envelope: accepted signatures do not match threshold, Found: 0, Expected 1",
        );
      mustState(envelope.payload, digest);
    },
    tagged({ payload, annotations }, digest) {
      if (!isSigned(payload, annotations["dev.cosignproject.cosign/signature"] ?? ""))
        throw new Error("invalid signature when validating ASN.1 encoded signature");
      mustClaim(payload, digest);
    },
  };
}

async function checkByIdentity(trust: Extract<CosignTrust, { trustedRoot: string }>): Promise<Check> {
  const { createKeylessCheck } = await import("./keyless.ts"); // Sigstore's libraries are loaded by who needs them only
  const verifyBundle = await createKeylessCheck(trust);
  return {
    bundle(text, digest) {
      const envelope = readEnvelope(text);
      verifyBundle(JSON.parse(text), undefined);
      mustState(envelope.payload, digest);
    },
    tagged(signature, digest) {
      verifyBundle(toBundle(signature), signature.payload);
      mustClaim(signature.payload, digest);
    },
  };
}

function mustState(statement: Uint8Array, digest: string): void {
  if (!isStatementAbout(statement, digest))
    throw new Error("failed to verify signature: provided artifact digest does not match any digest in statement");
}

/** Flux does not look here, and takes a signature that was copied from another manifest; that must not count. */
function mustClaim(payload: Uint8Array, digest: string): void {
  if (claimedDigest(payload) !== digest) throw new Error(`the signature is not about ${digest}`);
}

interface Envelope {
  readonly payloadType: string;
  readonly payload: Uint8Array;
  readonly signature: string;
}

function readEnvelope(text: string): Envelope {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    throw new Error("bundle is not JSON");
  }
  const { dsseEnvelope } = (document ?? {}) as { readonly dsseEnvelope?: Readonly<Record<string, unknown>> };
  const { payloadType, payload, signatures } = dsseEnvelope ?? {};
  const first = Array.isArray(signatures) && signatures.length === 1 ? (signatures[0] as { sig?: unknown }) : undefined;
  if (typeof payloadType !== "string" || typeof payload !== "string" || typeof first?.sig !== "string")
    throw new Error("bundle does not contain a DSSE envelope");
  return { payloadType, payload: Buffer.from(payload, "base64"), signature: first.sig };
}

function readKey(text: string): KeyObject {
  // Only a public key: node:crypto would take one out of a private key or a certificate, too.
  if (!/-----BEGIN (?:RSA )?PUBLIC KEY-----/.test(text))
    throw new SignatureError("InvalidTrust", "PEM decoding failed");
  try {
    return createPublicKey(text);
  } catch (cause) {
    throw new SignatureError("InvalidTrust", "cannot parse public key", { cause });
  }
}

/** Sigstore: LoadVerifier with SHA-256; RSA as PKCS #1 v1.5, ECDSA as ASN.1, Ed25519 over the data itself. */
function isSignedBy(key: KeyObject, data: Uint8Array, signature: Uint8Array): boolean {
  try {
    switch (key.asymmetricKeyType) {
      case "ec":
      case "rsa":
        return verify("sha256", data, key, signature);
      case "ed25519":
        return verify(null, data, key, signature);
      default:
        return false;
    }
  } catch {
    return false;
  }
}
