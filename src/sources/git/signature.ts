import { messageOf } from "../../base/errors.ts";
import { SourceError } from "../errors.ts";
import type { SignedObject } from "./signed-object.ts";
import { verifySsh } from "./ssh-signature.ts";

/** Whose signatures count: OpenPGP key rings, armored, and lists of SSH keys as in `authorized_keys`. */
export interface TrustedKeys {
  readonly keyRings: readonly string[];
  readonly authorizedKeys: readonly string[];
}

/**
 * Verifies the signature of a commit or a tag and returns the key that made it: the ID of an OpenPGP key, or the fingerprint
 * of an SSH key. Throws SignatureInvalid, with the texts of Flux's verifier, where no trusted key did.
 */
export async function verifyGitObject(
  what: "commit" | "tag",
  signed: SignedObject,
  trusted: TrustedKeys,
): Promise<string> {
  const signature = signed.signature.trim();
  const type = typeOf(signature);
  switch (type) {
    case "openpgp":
      if (trusted.keyRings.length === 0)
        throw invalid("PGP signature detected but no PGP public keys found in secret (keys with .asc suffix)");
      return saying(`unable to verify Git ${what}`, () => verifyPgp(signature, signed.payload, trusted.keyRings));
    case "ssh":
      if (trusted.authorizedKeys.length === 0)
        throw invalid("SSH signature detected but no SSH public keys found in secret (keys with .sshpub suffix)");
      return saying(`unable to verify Git ${what} SSH signature`, async () =>
        verifySsh(signature, signed.payload, trusted.authorizedKeys),
      );
    case "x509":
    case "unknown":
    case "empty":
      throw invalid(`unsupported signature type: ${type}`);
  }
}

function typeOf(signature: string): "openpgp" | "ssh" | "x509" | "unknown" | "empty" {
  if (signature === "") return "empty";
  if (signature.startsWith("-----BEGIN PGP SIGNATURE-----")) return "openpgp";
  if (signature.startsWith("-----BEGIN SSH SIGNATURE-----")) return "ssh";
  return signature.startsWith("-----BEGIN SIGNED MESSAGE-----") ? "x509" : "unknown";
}

async function verifyPgp(signature: string, payload: Uint8Array, keyRings: readonly string[]): Promise<string> {
  const openpgp = await import("openpgp");
  let unreadable: string | undefined;
  let tried = false;
  for (const armoredKeys of keyRings) {
    const keys = await openpgp.readKeys({ armoredKeys }).catch((cause: unknown) => {
      unreadable ??= `unable to read armored key ring: ${
        armoredKeys.includes("-----BEGIN PGP ") ? messageOf(cause) : "openpgp: invalid argument: no armored data found"
      }`;
      return undefined;
    });
    if (keys === undefined) continue;
    tried = true;
    const result = await openpgp
      .verify({
        message: await openpgp.createMessage({ binary: payload }),
        signature: await openpgp.readSignature({ armoredSignature: signature }),
        verificationKeys: keys,
      })
      .catch(() => undefined);
    for (const each of result?.signatures ?? []) {
      if (!(await each.verified.catch(() => false))) continue;
      const key = keys.find((candidate) => candidate.getKeys(each.keyID).length > 0);
      // A key that has expired since does not count any more, as for Flux.
      const isCurrent = await key?.verifyPrimaryKey().then(
        () => true,
        () => false,
      );
      if (key !== undefined && isCurrent === true) return key.getKeyID().toHex().toUpperCase();
    }
  }
  if (!tried && unreadable !== undefined) throw invalid(unreadable);
  throw invalid("unable to verify payload with any of the given key rings: no matching key");
}

async function saying(prefix: string, step: () => Promise<string>): Promise<string> {
  try {
    return await step();
  } catch (cause) {
    throw invalid(`${prefix}: ${messageOf(cause)}`, cause);
  }
}

function invalid(message: string, cause?: unknown): SourceError {
  return new SourceError("SignatureInvalid", message, { cause });
}
