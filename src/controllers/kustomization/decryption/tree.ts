import { createDecipheriv } from "node:crypto";
import { RE2JS } from "re2js";
import { isValues, type Value, type Values } from "../../../base/value.ts";
import { DecryptionError } from "./errors.ts";
import type { SopsMetadata } from "./metadata.ts";

/** A value that SOPS encrypted, as it was: its type, and the bytes of its text. */
export interface Decrypted {
  readonly type: string;
  readonly bytes: Uint8Array;
}

const written = /^ENC\[AES256_GCM,data:(.+),iv:(.+),tag:(.+),type:(.+)\]/;

/** Decrypts one value; where it stands is part of what is signed. */
export function decryptText(
  text: string,
  { key, path }: { readonly key: Uint8Array; readonly path: string },
): Decrypted {
  const [, data, iv, tag, type = ""] = written.exec(text) ?? [];
  if (data === undefined || iv === undefined || tag === undefined)
    throw new DecryptionError(
      "Invalid",
      "error decrypting sops tree: Error walking tree: Could not decrypt value: Input string <redacted> does not match sops' data format",
    );
  const nonce = Buffer.from(iv, "base64");
  try {
    const decipher = createDecipheriv("aes-256-gcm", key, nonce, { authTagLength: 16 });
    decipher.setAAD(Buffer.from(path, "utf8"));
    decipher.setAuthTag(Buffer.from(tag, "base64"));
    return { type, bytes: Buffer.concat([decipher.update(Buffer.from(data, "base64")), decipher.final()]) };
  } catch (cause) {
    throw new DecryptionError(
      "Invalid",
      "error decrypting sops tree: Error walking tree: Could not decrypt value: Could not decrypt with AES_GCM: cipher: message authentication failed",
      { cause },
    );
  }
}

/** Decrypts all values of a document that its rules say are encrypted. */
export function decryptTree(tree: Values, metadata: SopsMetadata, key: Uint8Array): Values {
  const isEncrypted = ruleOf(metadata);
  const walk = (value: Value, path: readonly string[]): Value => {
    if (Array.isArray(value)) return value.map((one: Value) => walk(one, path));
    if (isValues(value)) return walkMap(value, path);
    if (value === null || !isEncrypted(path)) return value;
    if (typeof value !== "string")
      throw new DecryptionError(
        "Invalid",
        `error decrypting sops tree: Error walking tree: Expected encrypted value as string, but got ${typeof value}`,
      );
    return value === "" ? "" : toValue(decryptText(value, { key, path: `${path.join(":")}:` }));
  };
  const walkMap = (map: Values, path: readonly string[]): Values =>
    Object.fromEntries(Object.entries(map).map(([name, value]) => [name, walk(value ?? null, [...path, name])]));
  return walkMap(tree, []);
}

/** SOPS: later rules overrule earlier ones. */
function ruleOf(metadata: SopsMetadata): (path: readonly string[]) => boolean {
  const { unencryptedSuffix = "", encryptedSuffix = "", unencryptedRegex = "", encryptedRegex = "" } = metadata;
  const [plain, secret] = [unencryptedRegex, encryptedRegex].map(matcherOf);
  return (path) => {
    let encrypted = true;
    if (unencryptedSuffix !== "" && path.some((name) => name.endsWith(unencryptedSuffix))) encrypted = false;
    if (encryptedSuffix !== "") encrypted = path.some((name) => name.endsWith(encryptedSuffix));
    if (plain !== undefined && path.some(plain)) encrypted = false;
    if (secret !== undefined) encrypted = path.some(secret);
    return encrypted;
  };
}

function matcherOf(pattern: string): ((text: string) => boolean) | undefined {
  if (pattern === "") return undefined;
  try {
    const compiled = RE2JS.compile(pattern);
    return (text) => compiled.matcher(text).find();
  } catch {
    // SOPS: an expression that is none matches nothing.
    return () => false;
  }
}

function toValue({ type, bytes }: Decrypted): Value {
  const text = new TextDecoder().decode(bytes);
  switch (type) {
    case "str":
    case "bytes":
    case "time":
      return text;
    case "int":
      if (/^[+-]?\d{1,19}$/.test(text)) return BigInt(text.replace("+", ""));
      break;
    case "float":
      if (text !== "" && !Number.isNaN(Number(text))) return Number(text);
      break;
    case "bool":
      if (/^(1|t|T|TRUE|true|True)$/.test(text)) return true;
      if (/^(0|f|F|FALSE|false|False)$/.test(text)) return false;
      break;
    default:
      throw new DecryptionError("Unsupported", `error decrypting sops tree: Unknown datatype: ${type}`);
  }
  throw new DecryptionError("Invalid", `error decrypting sops tree: what was decrypted is no ${type}`);
}
