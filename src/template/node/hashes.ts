import { encodeBase64 } from "../functions/encoding.ts";
import { define, type GoFunction } from "../functions/function.ts";
import { hasRawBytes, toBytes } from "../text.ts";
import { loadBuiltin, loadPackage } from "./load.ts";

type Crypto = typeof import("node:crypto");

let loaded: Crypto | undefined;

/** Node's crypto, loaded when a template first needs it. */
export function crypto(): Crypto {
  loaded ??= loadBuiltin<Crypto>("node:crypto");
  return loaded;
}

/** Sprig's checksums and password hashes. */
export const hashFunctions: Readonly<Record<string, GoFunction>> = {
  sha1sum: define(["string"], (text) => hash("sha1", text)),
  sha256sum: define(["string"], (text) => hash("sha256", text)),
  sha512sum: define(["string"], (text) => hash("sha512", text)),
  adler32sum: define(["string"], (text) => String(adler32(toBytes(text)))),
  bcrypt: define(["string"], bcrypt),
  htpasswd: define(["string", "string"], (user, password) => {
    return user.includes(":") ? `invalid username: ${user}` : `${user}:${bcrypt(password)}`;
  }),
  randBytes: define(["int"], (count) => encodeBase64(crypto().randomBytes(count))),
  uuidv4: define([], () => crypto().randomUUID()),
};

function hash(algorithm: string, text: string): string {
  return crypto().hash(algorithm, hasRawBytes(text) ? toBytes(text) : text, "hex");
}

function adler32(bytes: Uint8Array): number {
  let low = 1;
  let high = 0;
  for (const byte of bytes) {
    low = (low + byte) % 65521;
    high = (high + low) % 65521;
  }
  return high * 65536 + low;
}

const longestPassword = 72;

function bcrypt(password: string): string {
  const bytes = toBytes(password);
  if (bytes.length > longestPassword) {
    return "failed to encrypt string with bcrypt: bcrypt: password length exceeds 72 bytes";
  }
  const { hashSync } = loadPackage<typeof import("bcryptjs")>("bcryptjs");
  // golang.org/x/crypto writes the older prefix; the hash is the same.
  return hashSync(password, 10).replace(/^\$2b\$/, "$2a$");
}
