import { GoError } from "../errors.ts";
import { checkLength } from "../limits.ts";
import { encodeBase64 } from "../functions/encoding.ts";
import { costing, define, type GoFunction } from "../functions/function.ts";
import { sha256 } from "../sha256.ts";
import { hasRawBytes, toBytes } from "../text.ts";
import { loadBuiltin, loadPackage } from "../../base/node/load.ts";

type Crypto = typeof import("node:crypto");

let loaded: Crypto | undefined;

/** Node's crypto, loaded when a template first needs it. */
export function crypto(): Crypto {
  loaded ??= loadBuiltin<Crypto>("node:crypto");
  return loaded;
}

const passwordCost = 100_000;
/** From here on OpenSSL is quicker, with the time that loading it takes. */
const longText = 65_536;

/** Sprig's checksums and password hashes. */
export const hashFunctions: Readonly<Record<string, GoFunction>> = {
  sha1sum: define(["string"], (text) => hash("sha1", text)),
  sha256sum: define(["string"], (text) => (text.length < longText ? sha256(toBytes(text)) : hash("sha256", text))),
  sha512sum: define(["string"], (text) => hash("sha512", text)),
  adler32sum: define(["string"], (text) => String(adler32(toBytes(text)))),
  bcrypt: costing(passwordCost, define(["string"], bcrypt)),
  htpasswd: costing(
    passwordCost,
    define(["string", "string"], (user, password) => {
      return user.includes(":") ? `invalid username: ${user}` : `${user}:${bcrypt(password)}`;
    }),
  ),
  randBytes: define(["int"], randomBytes),
  uuidv4: define([], () => crypto().randomUUID()),
};

function randomBytes(count: number): string {
  if (count < 0) throw new GoError("runtime error: makeslice: len out of range");
  checkLength(count);
  return encodeBase64(crypto().randomBytes(count));
}

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
