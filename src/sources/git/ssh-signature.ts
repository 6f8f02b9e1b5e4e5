import { createHash, createPublicKey, type KeyObject, verify } from "node:crypto";
import { SourceError } from "../errors.ts";
import { readString, sshString, wrongBase64 } from "./ssh-wire.ts";

const namespace = "git";
const hashes = new Set(["sha256", "sha512"]);

/**
 * Verifies an armored SSH signature (OpenSSH's PROTOCOL.sshsig) and returns the fingerprint of the key. Throws
 * SignatureInvalid with the texts of Flux's verifier.
 */
export function verifySsh(armored: string, payload: Uint8Array, authorizedKeys: readonly string[]): string {
  const signature = parseSignature(armored);
  const problems = new Set<string>();
  let unreadable: string | undefined;
  let tried = false;
  for (const list of authorizedKeys) {
    let keys: readonly Buffer[];
    try {
      keys = parseAuthorizedKeys(list);
    } catch (error) {
      unreadable ??= `unable to parse authorized keys: ${(error as Error).message}`;
      continue;
    }
    tried = true;
    for (const key of keys) {
      const problem = problemOf(signature, payload, key);
      if (problem === undefined)
        return `SHA256:${createHash("sha256").update(key).digest("base64").replace(/=+$/, "")}`;
      problems.add(problem);
    }
  }
  if (!tried && unreadable !== undefined) throw invalid(unreadable);
  const found = ["no matching key", ...problems].join("\n");
  throw invalid(`unable to verify payload with any of the given authorized keys: ${found}`);
}

interface SshSignature {
  readonly key: Buffer;
  readonly namespace: string;
  readonly hash: string;
  readonly algorithm: string;
  readonly bytes: Buffer;
}

function parseSignature(armored: string): SshSignature {
  const body = /^-----BEGIN SSH SIGNATURE-----\n([A-Za-z0-9+/=\n]+)\n-----END SSH SIGNATURE-----$/.exec(armored)?.[1];
  if (body === undefined) throw invalid("unable to unarmor SSH signature: invalid PEM block");
  const blob = Buffer.from(body, "base64");
  if (blob.toString("latin1", 0, 6) !== "SSHSIG")
    throw invalid("unable to unarmor SSH signature: invalid magic preamble");
  if (blob.length < 10 || blob.readUInt32BE(6) !== 1)
    throw invalid("unable to unarmor SSH signature: unsupported signature version");
  const fields: Buffer[] = [];
  let at = 10;
  for (let index = 0; index < 5; index += 1) {
    const field = readString(blob, at);
    if (field === undefined) throw invalid("unable to unarmor SSH signature: ssh: short read");
    fields.push(field.value);
    at = field.next;
  }
  const [key, space, , hash, signature] = fields as [Buffer, Buffer, Buffer, Buffer, Buffer];
  const algorithm = readString(signature, 0);
  const bytes = algorithm === undefined ? undefined : readString(signature, algorithm.next);
  if (algorithm === undefined || bytes === undefined) throw invalid("unable to unarmor SSH signature: ssh: short read");
  return {
    key,
    namespace: space.toString("latin1"),
    hash: hash.toString("latin1"),
    algorithm: algorithm.value.toString("latin1"),
    bytes: bytes.value,
  };
}

/** Why the key did not make the signature; undefined when it did. */
function problemOf(signature: SshSignature, payload: Uint8Array, key: Buffer): string | undefined {
  if (!hashes.has(signature.hash)) return "unsupported hash algorithm";
  if (!key.equals(signature.key)) return "public key does not match";
  if (signature.namespace !== namespace) return "namespace does not match";
  const signed = Buffer.concat([
    Buffer.from("SSHSIG"),
    sshString(namespace),
    sshString(""),
    sshString(signature.hash),
    sshString(createHash(signature.hash).update(payload).digest()),
  ]);
  return isMadeBy(key, signature, signed) ? undefined : "ssh: signature did not verify";
}

function isMadeBy(key: Buffer, { algorithm, bytes }: SshSignature, signed: Buffer): boolean {
  const type = readString(key, 0);
  if (type === undefined) return false;
  const name = type.value.toString("latin1");
  try {
    switch (name) {
      case "ssh-ed25519":
        return algorithm === name && verify(null, signed, ed25519KeyOf(key, type.next), bytes);
      case "ssh-rsa": {
        const digest = algorithm === "rsa-sha2-256" ? "sha256" : algorithm === "rsa-sha2-512" ? "sha512" : undefined;
        return digest !== undefined && verify(digest, signed, rsaKeyOf(key, type.next), bytes);
      }
      case "ecdsa-sha2-nistp256":
      case "ecdsa-sha2-nistp384":
      case "ecdsa-sha2-nistp521":
        return algorithm === name && verifyEcdsa(name, key, { bytes, signed });
    }
    return false;
  } catch {
    return false;
  }
}

function ed25519KeyOf(key: Buffer, at: number): KeyObject {
  const x = readString(key, at)?.value ?? Buffer.alloc(0);
  return createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x: x.toString("base64url") }, format: "jwk" });
}

function rsaKeyOf(key: Buffer, at: number): KeyObject {
  const e = readString(key, at);
  const n = e === undefined ? undefined : readString(key, e.next);
  if (e === undefined || n === undefined) throw new RangeError("short key");
  const jwk = { kty: "RSA", e: positive(e.value).toString("base64url"), n: positive(n.value).toString("base64url") };
  return createPublicKey({ key: jwk, format: "jwk" });
}

const curves = {
  "ecdsa-sha2-nistp256": { crv: "P-256", size: 32, digest: "sha256" },
  "ecdsa-sha2-nistp384": { crv: "P-384", size: 48, digest: "sha384" },
  "ecdsa-sha2-nistp521": { crv: "P-521", size: 66, digest: "sha512" },
} as const;

function verifyEcdsa(
  name: keyof typeof curves,
  key: Buffer,
  { bytes, signed }: { readonly bytes: Buffer; readonly signed: Buffer },
): boolean {
  const { crv, size, digest } = curves[name];
  const type = readString(key, 0);
  const curve = type === undefined ? undefined : readString(key, type.next);
  const point = curve === undefined ? undefined : readString(key, curve.next)?.value;
  const r = readString(bytes, 0);
  const s = r === undefined ? undefined : readString(bytes, r.next);
  if (point?.length !== 2 * size + 1 || point[0] !== 4 || r === undefined || s === undefined) return false;
  const [x, y] = [point.subarray(1, 1 + size), point.subarray(1 + size)].map((half) => half.toString("base64url"));
  const publicKey = createPublicKey({ key: { kty: "EC", crv, x: x ?? "", y: y ?? "" }, format: "jwk" });
  const padded = [r.value, s.value].map((number) => {
    const short = positive(number);
    return Buffer.concat([Buffer.alloc(Math.max(0, size - short.length)), short]);
  });
  return verify(digest, signed, { key: publicKey, dsaEncoding: "ieee-p1363" }, Buffer.concat(padded));
}

/** A number without the zero that keeps it positive. */
function positive(number: Buffer): Buffer {
  return number[0] === 0 ? number.subarray(1) : number;
}

/** The keys of a list as in `authorized_keys`: options before the type, and a comment after the key, are left out. */
function parseAuthorizedKeys(text: string): readonly Buffer[] {
  const keys: Buffer[] = [];
  for (const line of text.split("\n").map((each) => each.trim())) {
    if (line === "" || line.startsWith("#")) continue;
    const found = /(?:^|\s)((?:ssh|ecdsa|sk)-[a-z0-9@.-]+)\s+([A-Za-z0-9+/]+={0,2})(?:\s|$)/.exec(line);
    const blob = Buffer.from(found?.[2] ?? "", "base64");
    if (found === null || readString(blob, 0)?.value.toString("latin1") !== found[1])
      throw invalid(`unable to parse authorized key: ssh: no key found${ignoredBecause(line)}`);
    keys.push(blob);
  }
  return keys;
}

/** Flux: ssh.ParseAuthorizedKey tells why it took no key from the second word, when that word is not base64. */
function ignoredBecause(line: string): string {
  const word = line.split(/[ \t]+/)[1] ?? "";
  const at = wrongBase64(word);
  return at === undefined ? "" : `; last parsing error for ignored line: illegal base64 data at input byte ${at}`;
}

function invalid(message: string): SourceError {
  return new SourceError("SignatureInvalid", message);
}
