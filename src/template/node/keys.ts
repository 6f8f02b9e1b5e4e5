import type { KeyObject } from "node:crypto";
import { messageOf } from "../../base/errors.ts";
import { GoError } from "../errors.ts";
import { integer, readAll, readPath, sequence } from "./der.ts";
import { crypto } from "./hashes.ts";

/** A new key pair, as the private key. */
export function generateKey(type: "rsa2048" | "rsa4096" | "ecdsa" | "ed25519" | "dsa"): KeyObject {
  const { generateKeyPairSync } = crypto();
  switch (type) {
    case "rsa2048":
      return generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
    case "rsa4096":
      return generateKeyPairSync("rsa", { modulusLength: 4096 }).privateKey;
    case "ecdsa":
      return generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
    case "ed25519":
      return generateKeyPairSync("ed25519").privateKey;
    case "dsa":
      return generateKeyPairSync("dsa", { modulusLength: 2048, divisorLength: 256 }).privateKey;
  }
}

/** A PEM block with lines of 64 characters. */
export function toPem(label: string, der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ""].join("\n");
}

/** The first PEM block of a text. */
export function readPem(text: string): { readonly label: string; readonly der: Uint8Array } | undefined {
  const match = /-----BEGIN ([^\n]*?)-----\r?\n([\s\S]*?)-----END \1-----/.exec(text);
  if (match === null) return undefined;
  const body = (match[2] ?? "").replace(/^(?:[^\n]*:[^\n]*\n)+\r?\n/, "");
  return { label: match[1] ?? "", der: Buffer.from(body.replace(/\s/g, ""), "base64") };
}

/** A private key in the PEM form that Sprig uses for its kind. */
export function keyToPem(key: KeyObject): string {
  switch (key.asymmetricKeyType) {
    case "rsa":
      return toPem("RSA PRIVATE KEY", key.export({ type: "pkcs1", format: "der" }));
    case "ec":
      return toPem("EC PRIVATE KEY", key.export({ type: "sec1", format: "der" }));
    case "dsa":
      return toPem("DSA PRIVATE KEY", dsaKey(key));
    default:
      return toPem("PRIVATE KEY", key.export({ type: "pkcs8", format: "der" }));
  }
}

// OpenSSL's old form: version, p, q, g, the public and the private number.
function dsaKey(key: KeyObject): Uint8Array {
  const pkcs8 = key.export({ type: "pkcs8", format: "der" });
  const spki = crypto().createPublicKey(key).export({ type: "spki", format: "der" });
  const parameters = readAll(readPath(pkcs8, 1, 1).content).map((number) => number.whole);
  const secret = readAll(readPath(pkcs8, 2).content).map((number) => number.whole);
  // A bit string starts with the count of its unused bits.
  const open = readAll(readPath(spki, 1).content.subarray(1)).map((number) => number.whole);
  return sequence(integer(Uint8Array.of(0)), ...parameters, ...open, ...secret);
}

/** Reads a private key; throws GoError in Sprig's words. */
export function parseKey(pem: string): KeyObject {
  const block = readPem(pem);
  if (block === undefined) throw new GoError("no PEM data in input");
  const { label, der } = block;
  if (label === "PRIVATE KEY") return read("decoding PEM as PKCS#8", () => importKey(der, "pkcs8"));
  if (!label.endsWith(" PRIVATE KEY")) throw new GoError(`no private key data in PEM block of type ${label}`);
  const kind = label.slice(0, -" PRIVATE KEY".length);
  switch (kind) {
    case "RSA":
      return read("parsing RSA private key from PEM", () => importKey(der, "pkcs1"));
    case "EC":
      return read("parsing EC private key from PEM", () => importKey(der, "sec1"));
    case "DSA":
      return read("parsing DSA private key from PEM", () => crypto().createPrivateKey(toPem(label, der)));
    default:
      throw new GoError(`invalid private key type ${kind}`);
  }
}

function importKey(der: Uint8Array, type: "pkcs1" | "pkcs8" | "sec1"): KeyObject {
  return crypto().createPrivateKey({ key: Buffer.from(der), format: "der", type });
}

function read(attempt: string, parse: () => KeyObject): KeyObject {
  try {
    return parse();
  } catch (error) {
    throw new GoError(`${attempt}: ${messageOf(error)}`);
  }
}
