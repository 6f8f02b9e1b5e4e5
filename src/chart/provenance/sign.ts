import type { PrivateKey } from "openpgp";
import { ChartError } from "../errors.ts";
import type { ChartMetadata } from "../types.ts";
import { findSecretKey, type Keyring, loadOpenPgp } from "./keyring.ts";
import { messageOfPackage } from "./message.ts";

/**
 * The `.prov` file of a package: its Chart.yaml and its digest, signed by a key of the keyring. `passphrase` is asked for a locked key
 * only. Throws Unverified with Helm's texts.
 */
export async function signPackage(options: {
  readonly archive: Uint8Array;
  readonly fileName: string;
  readonly metadata: ChartMetadata;
  readonly keyring: Keyring;
  readonly keyId: string;
  readonly passphrase: (user: string) => Promise<string>;
}): Promise<string> {
  const { archive, fileName, metadata, keyring, keyId, passphrase } = options;
  const key = await unlocked(findSecretKey(keyring, keyId), passphrase);
  const { createCleartextMessage, enums, sign } = await loadOpenPgp();
  const message = await createCleartextMessage({ text: messageOfPackage(metadata, fileName, archive) });
  return await sign({
    message,
    signingKeys: key,
    config: { preferredHashAlgorithm: enums.hash.sha512 },
  });
}

async function unlocked(key: PrivateKey, passphrase: (user: string) => Promise<string>): Promise<PrivateKey> {
  if (key.isDecrypted()) return key;
  const { decryptKey } = await loadOpenPgp();
  const given = await passphrase(key.getUserIDs()[0] ?? "Unknown");
  try {
    return await decryptKey({ privateKey: key, passphrase: given });
  } catch {
    // The library's own text says no more, and may say what was given.
    throw new ChartError("Unverified", "openpgp: invalid data: private key checksum failure");
  }
}
