import { readFileSync } from "node:fs";

/** A commit and a tag, and the key that signed both. */
export interface SignedObjects {
  readonly name: string;
  readonly publicKey: string;
  /** The ID of an OpenPGP key, or the fingerprint of an SSH key. */
  readonly key: string;
  /** The objects' contents in base64. */
  readonly commit: string;
  readonly tag: string;
}

/** Made by the real git, ssh-keygen and gpg; tools/record-git-signatures.ts. */
export const signedObjects = JSON.parse(
  readFileSync(new URL("../git/testdata/signatures.json", import.meta.url), "utf8"),
) as readonly SignedObjects[];
