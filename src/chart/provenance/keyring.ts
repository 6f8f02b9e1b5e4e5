import type { Key, PrivateKey } from "openpgp";
import { messageOf } from "../../base/errors.ts";
import { ChartError } from "../errors.ts";

/** The keys of a keyring file, as OpenPGP's library knows them. */
export type Keyring = readonly Key[];

/** The library takes longer to load than most commands run: who signs or verifies loads it. */
export const loadOpenPgp = () => import("openpgp");

/** Reads a keyring in its binary form, as `gpg --export` writes it. Throws Unverified with the text of Go's library. */
export async function parseKeyring(bytes: Uint8Array): Promise<Keyring> {
  if (bytes.length === 0) return [];
  if ((bytes[0]! & 0x80) === 0)
    throw new ChartError("Unverified", "openpgp: invalid data: tag byte does not have MSB set");
  const { readKeys } = await loadOpenPgp();
  try {
    return await readKeys({ binaryKeys: bytes });
  } catch (cause) {
    throw new ChartError("Unverified", `openpgp: invalid data: ${messageOf(cause)}`, { cause });
  }
}

/** Finds the key that a user means: one whose user ID is the text, or the only one that contains it. Throws Unverified. */
export function findSecretKey(keyring: Keyring, id: string): PrivateKey {
  const key = findKey(keyring, id);
  if (key === undefined) throw new ChartError("Unverified", "private key not found");
  if (!key.isPrivate())
    throw new ChartError("Unverified", "provided key is not a private key. Try providing a keyring with secret keys");
  return key;
}

function findKey(keyring: Keyring, id: string): Key | undefined {
  const exact = keyring.find((key) => key.getUserIDs().includes(id));
  if (exact !== undefined) return exact;
  const candidates = keyring.filter((key) => key.getUserIDs().some((user) => user.includes(id)));
  if (candidates.length > 1)
    throw new ChartError("Unverified", `more than one key contain the id ${JSON.stringify(id)}`);
  return candidates[0];
}
