import { messageOf } from "../../base/errors.ts";
import { GoError } from "../errors.ts";
import { decodeBase64, encodeBase64 } from "../functions/encoding.ts";
import { costing, define, type GoFunction } from "../functions/function.ts";
import { fromBytes, toBytes } from "../text.ts";
import { crypto } from "./hashes.ts";
import { generateKey, keyToPem } from "./keys.ts";

/** Sprig's functions on keys, ciphers and derived passwords. */
export const cipherFunctions: Readonly<Record<string, GoFunction>> = {
  genPrivateKey: costing(
    300_000,
    define(["string"], (type) => {
      switch (type) {
        case "":
        case "rsa":
          return keyToPem(generateKey("rsa4096"));
        case "dsa":
        case "ecdsa":
        case "ed25519":
          return keyToPem(generateKey(type));
        default:
          return `Unknown type ${type}`;
      }
    }),
  ),
  encryptAES: define(["string", "string"], encrypt),
  decryptAES: define(["string", "string"], decrypt),
  derivePassword: costing(
    100_000,
    define(["uint32", "string", "string", "string", "string"], (counter, type, password, user, site) => {
      return derive({ counter, type, password, user, site });
    }),
  ),
};

// The password itself is the key, cut or filled with zeros to 32 bytes.
function keyFrom(password: string): Uint8Array {
  const key = new Uint8Array(32);
  key.set(toBytes(password).subarray(0, 32));
  return key;
}

function encrypt(password: string, text: string): string {
  if (text === "") return "";
  const iv = crypto().randomBytes(16);
  const cipher = crypto().createCipheriv("aes-256-cbc", keyFrom(password), iv);
  return encodeBase64(Buffer.concat([iv, cipher.update(toBytes(text)), cipher.final()]));
}

function decrypt(password: string, encrypted: string): string {
  if (encrypted === "") return "";
  const bytes = decodeBase64(encrypted);
  if (typeof bytes === "string") throw new GoError(bytes);
  if (bytes.length < 16) {
    // Go makes room for three bytes of every four characters.
    const capacity = Math.floor(encrypted.length / 4) * 3;
    throw new GoError(`runtime error: slice bounds out of range [:16] with capacity ${capacity}`);
  }
  const body = bytes.subarray(16);
  if (body.length % 16 !== 0) throw new GoError("crypto/cipher: input not full blocks");
  const decipher = crypto().createDecipheriv("aes-256-cbc", keyFrom(password), bytes.subarray(0, 16));
  decipher.setAutoPadding(false);
  const plain = Buffer.concat([decipher.update(body), decipher.final()]);
  const padding = plain.at(-1);
  if (padding === undefined) throw new GoError("runtime error: index out of range [-1]");
  const end = plain.length - padding;
  if (end < 0) throw new GoError(`runtime error: slice bounds out of range [:${end}]`);
  return fromBytes(plain.subarray(0, end));
}

// The Master Password algorithm's templates: each letter stands for a class of characters.
const templates: Readonly<Record<string, readonly string[] | undefined>> = {
  maximum: ["anoxxxxxxxxxxxxxxxxx", "axxxxxxxxxxxxxxxxxno"],
  long: (
    "CvcvnoCvcvCvcv CvcvCvcvnoCvcv CvcvCvcvCvcvno CvccnoCvcvCvcv CvccCvcvnoCvcv CvccCvcvCvcvno CvcvnoCvccCvcv " +
    "CvcvCvccnoCvcv CvcvCvccCvcvno CvcvnoCvcvCvcc CvcvCvcvnoCvcc CvcvCvcvCvccno CvccnoCvccCvcv CvccCvccnoCvcv " +
    "CvccCvccCvcvno CvcvnoCvccCvcc CvcvCvccnoCvcc CvcvCvccCvccno CvccnoCvcvCvcc CvccCvcvnoCvcc CvccCvcvCvccno"
  ).split(" "),
  medium: ["CvcnoCvc", "CvcCvcno"],
  short: ["Cvcn"],
  basic: ["aaanaaan", "aannaaan", "aaannaaa"],
  pin: ["nnnn"],
};

const vowels = "aeiou";
const consonants = "bcdfghjklmnpqrstvwxyz";
const letters = vowels.toUpperCase() + vowels + consonants.toUpperCase() + consonants;
const characters: Readonly<Record<string, string | undefined>> = {
  V: vowels.toUpperCase(),
  C: consonants.toUpperCase(),
  v: vowels,
  c: consonants,
  A: vowels.toUpperCase() + consonants.toUpperCase(),
  a: letters,
  n: "0123456789",
  o: "@&%?,=[]_:-+*$#!'^~;()/.",
  x: `${letters}0123456789!@#$%^&*()`,
};

interface Derivation {
  readonly counter: number;
  readonly type: string;
  readonly password: string;
  readonly user: string;
  readonly site: string;
}

function derive({ counter, type, password, user, site }: Derivation): string {
  const choices = Object.hasOwn(templates, type) ? templates[type] : undefined;
  if (choices === undefined) return `cannot find password template ${type}`;
  const { createHmac, scryptSync } = crypto();
  const scope = toBytes("com.lyndir.masterpassword");
  const salt = Buffer.concat([scope, uint32(toBytes(user).length), toBytes(user)]);
  let key: Uint8Array;
  try {
    key = scryptSync(toBytes(password), salt, 64, { N: 32768, r: 8, p: 2, maxmem: 128 * 1024 * 1024 });
  } catch (error) {
    return `failed to derive password: ${messageOf(error)}`;
  }
  const message = Buffer.concat([scope, uint32(toBytes(site).length), toBytes(site), uint32(counter)]);
  const seed = createHmac("sha256", key).update(message).digest();
  const template = choices[(seed[0] ?? 0) % choices.length] ?? "";
  return Array.from(template, (letter, index) => {
    const set = characters[letter] ?? "";
    return set.charAt((seed[index + 1] ?? 0) % set.length);
  }).join("");
}

function uint32(value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
