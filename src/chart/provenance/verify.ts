import type { CleartextMessage, Key } from "openpgp";
import { messageOf } from "../../base/errors.ts";
import { ChartError } from "../errors.ts";
import { type Keyring, loadOpenPgp } from "./keyring.ts";
import { digestsOf, packageDigest } from "./message.ts";

/** Who signed a package, and what was signed. */
export interface Verification {
  /** The user IDs of the key. */
  readonly signedBy: readonly string[];
  /** Of the primary key, in capitals. */
  readonly fingerprint: string;
  /** `sha256:<hex>` of the package. */
  readonly digest: string;
}

/** Holds a package to its `.prov` file. Throws Unverified with the texts of Helm and of its OpenPGP library. */
export async function verifyPackage(options: {
  readonly archive: Uint8Array;
  readonly fileName: string;
  readonly provenance: Uint8Array;
  readonly keyring: Keyring;
}): Promise<Verification> {
  const { archive, fileName, provenance, keyring } = options;
  const message = await readMessage(new TextDecoder().decode(provenance));
  const key = await signerOf(message, keyring);
  const signed = digestsOf(message.getText()).get(fileName);
  const digest = packageDigest(archive);
  if (signed === undefined)
    throw unverified(`provenance does not contain a SHA for a file named ${JSON.stringify(fileName)}`);
  if (signed !== digest)
    throw unverified(
      `sha256 sum does not match for ${fileName}: ${JSON.stringify(signed)} != ${JSON.stringify(digest)}`,
    );
  return { signedBy: key.getUserIDs(), fingerprint: key.getFingerprint().toUpperCase(), digest };
}

async function readMessage(text: string): Promise<CleartextMessage> {
  const start = text.indexOf("-----BEGIN PGP SIGNED MESSAGE-----");
  if (start < 0) throw unverified("signature block not found");
  const { readCleartextMessage } = await loadOpenPgp();
  try {
    return await readCleartextMessage({ cleartextMessage: text.slice(start) });
  } catch (cause) {
    throw unverified("signature block not found", cause);
  }
}

/** The key whose signature holds. One is enough, as in Go's library. */
async function signerOf(message: CleartextMessage, keyring: Keyring): Promise<Key> {
  const { verify } = await loadOpenPgp();
  const { signatures } = await verify({ message, verificationKeys: [...keyring] });
  let failure = unverified("openpgp: signature made by unknown entity");
  for (const { keyID, verified } of signatures) {
    const key = keyring.find((candidate) => candidate.getKeys(keyID).length > 0);
    try {
      await verified;
      if (key !== undefined) return key;
    } catch (cause) {
      if (key !== undefined) failure = unverified(goText(messageOf(cause)), cause);
    }
  }
  throw failure;
}

function goText(text: string): string {
  if (/digest did not match/i.test(text)) return "openpgp: invalid signature: hash tag doesn't match";
  if (/expired/i.test(text)) return "openpgp: key expired";
  return `openpgp: invalid signature: ${text}`;
}

function unverified(message: string, cause?: unknown): ChartError {
  return new ChartError("Unverified", message, { cause });
}
