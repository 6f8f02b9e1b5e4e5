import { messageOf } from "../../../base/errors.ts";
import { DecryptionError } from "./errors.ts";
import type { SopsMetadata } from "./metadata.ts";

/** The keys that one Kustomization decrypts with. */
export interface DecryptionKeys {
  /** The data key of a document. Throws DecryptionError where no key fits. */
  dataKeyOf(metadata: SopsMetadata): Promise<Uint8Array>;
}

/** Reads the keys of a Secret by the ends of their names: `.agekey` and `.asc`. `describe` says where they stand, for errors. */
export async function readKeys(
  data: Readonly<Record<string, Uint8Array>>,
  describe: (name: string) => string,
): Promise<DecryptionKeys> {
  const identities: string[] = [];
  const privateKeys: string[] = [];
  for (const [name, bytes] of Object.entries(data)) {
    const text = new TextDecoder().decode(bytes);
    if (name.endsWith(".agekey")) identities.push(...(await readIdentities(text, describe(name))));
    if (name.endsWith(".asc")) privateKeys.push(text);
  }
  return {
    async dataKeyOf(metadata) {
      const found = (await byAge(metadata, identities)) ?? (await byPgp(metadata, privateKeys));
      if (found !== undefined) return found;
      const { services } = metadata;
      const hint = services.length === 0 ? "" : `, and keys of ${services.join(", ")} are not supported`;
      throw new DecryptionError("KeyMissing", `cannot get sops data key: no key of the Secret fits${hint}`);
    },
  };
}

async function readIdentities(text: string, failed: string): Promise<readonly string[]> {
  const { Decrypter } = await import("age-encryption");
  const lines = text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
  for (const line of lines)
    try {
      new Decrypter().addIdentity(line);
    } catch {
      // The library's error may quote what it read.
      throw new DecryptionError(
        "Invalid",
        `${failed}: failed to parse and add to age identities: unknown identity type`,
      );
    }
  return lines;
}

async function byAge({ age }: SopsMetadata, identities: readonly string[]): Promise<Uint8Array | undefined> {
  if (age.length === 0 || identities.length === 0) return undefined;
  const { armor, Decrypter } = await import("age-encryption");
  const decrypter = new Decrypter();
  for (const identity of identities) decrypter.addIdentity(identity);
  for (const enc of age)
    try {
      return checked(await decrypter.decrypt(armor.decode(enc)));
    } catch (error) {
      // It is for somebody else.
      if (error instanceof DecryptionError) throw error;
    }
  return undefined;
}

async function byPgp({ pgp }: SopsMetadata, armored: readonly string[]): Promise<Uint8Array | undefined> {
  if (pgp.length === 0 || armored.length === 0) return undefined;
  const { decrypt, readMessage, readPrivateKeys } = await import("openpgp");
  const decryptionKeys = [];
  for (const armoredKeys of armored)
    try {
      decryptionKeys.push(...(await readPrivateKeys({ armoredKeys })));
    } catch (error) {
      throw new DecryptionError("Invalid", `cannot read a PGP key: ${messageOf(error)}`, { cause: error });
    }
  for (const armoredMessage of pgp)
    try {
      const message = await readMessage({ armoredMessage });
      const { data } = await decrypt({ message, decryptionKeys, format: "binary" });
      return checked(data);
    } catch (error) {
      if (error instanceof DecryptionError) throw error;
    }
  return undefined;
}

function checked(key: Uint8Array): Uint8Array {
  if (key.byteLength !== 32) throw new DecryptionError("Invalid", "cannot get sops data key: it has not 32 bytes");
  return key;
}
